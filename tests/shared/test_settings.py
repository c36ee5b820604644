"""Does a service refuse to run in production with what everybody can read in .env.example?"""

from pathlib import Path

import pytest
from pydantic import ValidationError

from shared.settings import EXAMPLE, EXAMPLE_BASE64, CommonSettings, SealSettings


@pytest.fixture(autouse=True)
def own_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINK_KEY", "a key of our own")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("S3_SECRET_KEY", f"{EXAMPLE}-store"),
        ("SEAL_KEYS", f"k2:b3VyIG93bg==,k1:{EXAMPLE_BASE64}xyz"),
        ("INTAKE_DATABASE_URL", f"postgresql+asyncpg://intake:{EXAMPLE}@postgres/intake"),
    ],
)
def test_production_refuses_an_example_secret_and_names_it(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    CommonSettings(mode="development")
    with pytest.raises(ValidationError, match=name) as refused:
        CommonSettings(mode="production")
    for secret in (value, "a key of our own"):
        assert secret not in str(refused.value), "a message never repeats a secret"


def test_a_missing_secret_is_named_without_repeating_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEAL_KEYS", "k1:b3VyIG93bg==")
    monkeypatch.delenv("SEAL_LOOKUP_KEY", raising=False)
    with pytest.raises(ValidationError, match="lookup_key") as refused:
        SealSettings()
    assert "b3VyIG93bg==" not in str(refused.value)


def test_production_refuses_the_example_staff_list(tmp_path: Path) -> None:
    staff = tmp_path / "staff.toml"
    staff.write_text(f"# {EXAMPLE}\n[[staff]]\n")
    with pytest.raises(ValidationError, match="STAFF_FILE"):
        CommonSettings(mode="production", staff_file=staff)


def test_production_runs_with_secrets_of_its_own(tmp_path: Path) -> None:
    staff = tmp_path / "staff.toml"
    staff.write_text("[[staff]]\n")
    assert CommonSettings(mode="production", staff_file=staff).staff_file == staff
