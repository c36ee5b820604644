"""Is everything that a campaign may say explained, and is the page of today?"""

from pathlib import Path

from pydantic import BaseModel

from deploy.campaign_settings import main, page
from shared.campaign import Campaign, Policy

PAGE = Path("deploy/campaigns/README.md")


def test_every_setting_has_its_sentence() -> None:
    policies: list[type[Policy]] = [Campaign, *(each for each in Policy.__subclasses__() if each is not Campaign)]
    for policy in policies:
        assert policy.__doc__, policy
        for name, field in policy.model_fields.items():
            is_table = isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)
            assert field.description or is_table or policy is Campaign, f"{policy.__name__}.{name} has no sentence"


def test_the_page_names_every_key_with_its_values_and_default() -> None:
    lines = page().splitlines()
    assert any(line.startswith("| `payment.moment` | `before_upload` `at_order`") for line in lines)
    assert any(line.startswith("| `identity.attempts_per_identity` | 1 to 1000 | `10` |") for line in lines)
    assert any(line.startswith("| `window.opens_at` | date-time | **required** |") for line in lines)
    assert any(line.startswith("| `notification.sms.parameters` | a list of: text |") for line in lines)


def test_the_page_is_the_one_of_today() -> None:
    assert main(["check", str(PAGE)]) == 0, "run `make settings`"


def test_an_old_page_is_named(tmp_path: Path) -> None:
    old = tmp_path / "README.md"
    old.write_text("# once", encoding="utf-8")
    assert main(["check", str(old)]) == 1
    assert main(["write", str(old)]) == 0
    assert main(["check", str(old)]) == 0
