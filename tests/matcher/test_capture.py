"""The decoder that a campaign names, against the sandbox on the wire."""

from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from deploy.local.keys import load_keys
from services.matcher.capture import BadCode, Decoded, Decoder, decoders
from services.matcher.settings import Settings
from shared.http import http_client
from shared.outbox import TryLater
from tests.matcher.people import by_code
from tests.sandbox.serving import listening, sandbox_settings, serving_sandbox

STUDENT = {
    "student_no": "2022000001",
    "school_code": "10007",
    "name": "毛小小",
    "document_number": "11010519491231002x",
}


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    keys = load_keys(tmp_path_factory.mktemp("keys"))
    with serving_sandbox(sandbox_settings(keys)) as address:
        yield address


def decoder_at(url: str, key: str = "capture key") -> Decoder:
    settings = Settings(database_url="postgresql+asyncpg://nobody@nowhere/matcher", capture_url=url)
    settings = settings.model_copy(update={"capture_key": SecretStr(key)})
    return decoders(settings)[by_code().identity.capture_code_decoder or ""]


async def code(sandbox: str, **other: object) -> str:
    async with http_client(sandbox) as http:
        return str((await http.post("/play/capture-codes", json=STUDENT | other)).json()["code"])


async def test_a_code_is_decoded(sandbox: str) -> None:
    decoded = await decoder_at(sandbox).decode(await code(sandbox))
    assert decoded == Decoded(student_no="2022000001", school_code="10007", masked_name="毛*小", last_four="002X")


async def test_a_bad_code_is_said_to_be_one(sandbox: str) -> None:
    for each in (await code(sandbox, lives_seconds=-1), "made up", ""):
        with pytest.raises(BadCode):
            await decoder_at(sandbox).decode(each)


async def test_a_unit_that_does_not_answer_is_asked_later(sandbox: str) -> None:
    with listening() as nobody:
        away = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        with pytest.raises(TryLater, match="does not answer"):
            await decoder_at(away).decode("code")
    with pytest.raises(TryLater, match="401"):
        await decoder_at(sandbox, "not our key").decode(await code(sandbox))
