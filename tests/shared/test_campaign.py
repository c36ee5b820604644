"""The campaign files that are there can be published."""

from pathlib import Path

import pytest

from shared.campaign import read_campaign
from shared.reasons import Reason

CAMPAIGNS = sorted(Path("deploy/campaigns").glob("*.toml"))


@pytest.mark.parametrize("file", CAMPAIGNS, ids=lambda file: file.stem)
def test_a_notices_file_can_be_published(file: Path) -> None:
    campaign = read_campaign(file)
    assert campaign.id == file.stem
    assert campaign.contacts[0].name in campaign.support


def test_every_reason_fits_a_subscribe_message() -> None:
    assert all(len(reason.text) <= 20 for reason in Reason)
    assert len({reason.text for reason in Reason}) == len(Reason)
