"""A campaign file is good, or every mistake in it is named with its key."""

import re
from pathlib import Path

import pytest

from services.intake.campaigns import main
from shared.campaign import BadCampaign, read_campaign
from shared.reasons import Reason

CAMPAIGNS = sorted(Path("deploy/campaigns").glob("*.toml"))
BIT = Path("deploy/campaigns/bit-2020-graduate.toml")


@pytest.mark.parametrize("file", CAMPAIGNS, ids=lambda file: file.stem)
def test_a_notices_file_can_be_published(file: Path) -> None:
    campaign = read_campaign(file)
    assert campaign.id == file.stem
    assert campaign.contacts[0].name in campaign.support


BROKEN = [
    ('code = "10007"', 'code = "107"', "school.code: String should match"),
    ("fee_fen = 2000", "fee_fen = -1", "payment.fee_fen: Input should be greater than or equal to 0 (found -1)"),
    ("fee_fen = 2000", "fee_fen = 0", "fee_fen 0 does not go with moment 'after_approval'"),
    (
        'strategy = "name_and_id"',
        'strategy = "guess"',
        "identity.strategy: Input should be 'id_number'",
    ),
    ('strategy = "name_and_id"', 'stategy = "name_and_id"', "identity.stategy: Extra inputs are not permitted"),
    ("closes_at = 2020-06-13", "closes_at = 2020-06-01", "must be later than opens_at"),
    ("closes_at = 2020-06-13T00:00:00+08:00", "closes_at = 2020-06-13T00:00:00", "should have timezone info"),
    ("{reason}", "{reson}", "names ['reson']; allowed are"),
    ('fact = "photo.refused"', 'fact = "photo.accepted"', "maps ['photo.accepted'] twice"),
    ('channels = ["sms"]', 'channels = ["subscribe"]', "needs a [notification.subscribe] table"),
    ("[school]", "[school", "is not TOML"),
    (
        'types = ["jpeg"]',
        'devices = ["fridge"]',
        "upload.devices.0: Input should be 'phone', 'tablet' or 'computer'",
    ),
]


@pytest.mark.parametrize(("good", "bad", "words"), BROKEN)
def test_a_mistake_is_named_with_its_key_and_what_is_allowed(tmp_path: Path, good: str, bad: str, words: str) -> None:
    file = tmp_path / "broken.toml"
    text = BIT.read_text()
    assert good in text
    file.write_text(text.replace(good, bad, 1))
    with pytest.raises(BadCampaign) as wrong:
        read_campaign(file)
    assert any(words in line for line in wrong.value.lines), wrong.value.lines


def test_whoever_must_agree_to_a_message_is_told_of_something(tmp_path: Path) -> None:
    file = tmp_path / "silent.toml"
    without = re.sub(r"\[\[notification]].*(?=\[delivery])", "", BIT.read_text(), flags=re.DOTALL)
    file.write_text(without)
    with pytest.raises(BadCampaign, match="ask_to_notify_before_upload needs a"):
        read_campaign(file)


async def test_the_check_command_explains_and_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_bytes(b"\xff\xfe not text")
    assert await main(["check", str(BIT)]) == 0
    assert await main(["check", str(BIT), str(broken), str(tmp_path / "absent.toml")]) == 1
    said = capsys.readouterr()
    assert "bit-2020-graduate@1 is good" in said.out
    assert "is not TOML" in said.err
    assert "cannot be read: No such file" in said.err
    assert await main([]) == 2


def test_every_reason_fits_a_subscribe_message() -> None:
    assert all(len(reason.text) <= 20 for reason in Reason)
    assert len({reason.text for reason in Reason}) == len(Reason)
