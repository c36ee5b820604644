"""The campaign files that are there can be published."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from shared.campaign import BEIJING, read_campaign
from shared.reasons import Reason

CAMPAIGNS = sorted(Path("deploy/campaigns").glob("*.toml"))


@pytest.mark.parametrize("file", CAMPAIGNS, ids=lambda file: file.stem)
def test_a_notices_file_can_be_published(file: Path) -> None:
    campaign = read_campaign(file)
    assert campaign.id == file.stem
    assert campaign.contacts[0].name in campaign.support


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        (datetime(2020, 6, 9, tzinfo=BEIJING), True),
        (datetime(2020, 6, 8, 23, 59, tzinfo=BEIJING), False),
        (datetime(2020, 6, 10, 23, 59, tzinfo=BEIJING), True),
        (datetime(2020, 6, 11, tzinfo=BEIJING), False),
        (datetime(2020, 6, 11, 15, 59, tzinfo=UTC), False),
        (datetime(2020, 6, 11, 16, tzinfo=UTC), True),
        (datetime(2020, 6, 13, tzinfo=BEIJING), False),
    ],
)
def test_nothing_is_taken_on_the_days_a_campaign_is_closed(at: datetime, is_open: bool) -> None:
    campaign = read_campaign(Path("deploy/campaigns/bit-2020-graduate.toml"))
    window = campaign.window.model_copy(update={"closed_on": (date(2020, 6, 11),)})
    assert window.is_open(at) is is_open


def test_every_reason_fits_a_subscribe_message() -> None:
    assert all(len(reason.text) <= 20 for reason in Reason)
    assert len({reason.text for reason in Reason}) == len(Reason)
