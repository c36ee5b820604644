"""The demo's own parts: are its people well formed, its campaigns open, its fates enough?"""

import io
import os
import re
import subprocess
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook

from deploy.local.campaigns import CAMPAIGNS, DEMO, moved_to_now
from deploy.local.demo.fates import FATES
from deploy.local.demo.people import HEADER, roster_file, roster_of
from deploy.local.demo.report import HAPPENINGS
from deploy.local.demo.table import percentile
from deploy.local.keys import STAFF, load_keys
from services.intake.app import SHOWN
from shared.campaign import read_campaign
from shared.documents import fault
from shared.events import IdCardRead, IdCardRefused
from shared.settings import CommonSettings
from shared.staff import Staff


def test_the_demo_plays_every_campaign_file() -> None:
    assert set(DEMO) == {file.stem for file in CAMPAIGNS.glob("*.toml")}


def test_an_unknown_campaign_is_answered_at_once_with_the_known_ones() -> None:
    asked = ["make", "demo", "CAMPAIGN=buct"]
    ours = {name: value for name, value in os.environ.items() if "MAKE" not in name}  # `make test` asks as a child
    answer = subprocess.run(asked, capture_output=True, text=True, check=False, env=ours)
    assert answer.returncode != 0
    assert answer.stdout == "", "nothing was fetched or started"
    assert "CAMPAIGN=buct is not known" in answer.stderr
    assert all(campaign_id in answer.stderr for campaign_id in DEMO)


@pytest.mark.parametrize("campaign_id", DEMO)
def test_a_notice_moved_to_now_is_open_as_many_days_as_it_says(campaign_id: str, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    file = tmp_path / "moved.toml"
    file.write_text(moved_to_now(campaign_id, now), encoding="utf-8")
    campaign = read_campaign(file)
    assert campaign.window.is_open(now)
    notice = read_campaign(CAMPAIGNS / f"{campaign_id}.toml")
    assert campaign.window.closes_at - campaign.window.opens_at == notice.window.closes_at - notice.window.opens_at


def test_every_number_of_a_roster_is_well_formed_and_nobodys_twice() -> None:
    people = roster_of("10010", 230, 10)
    numbers = [person.entry.document_number for person in people]
    assert [fault("resident_id", number) for number in numbers] == [None] * 230
    assert len(set(numbers)) == 230


def test_a_roster_is_the_file_a_school_would_send() -> None:
    sheet = load_workbook(io.BytesIO(roster_file(roster_of("10010", 200, 10)))).active
    assert sheet is not None
    rows = list(sheet.values)
    assert rows[0] == HEADER
    assert Counter(row[-1] for row in rows[1:]) == {"否": 190, "是": 10}


def test_at_least_sixty_students_play_and_thirty_are_measured() -> None:
    assert sum(fate.per_campaign * len(fate.campaigns) for fate in FATES) >= 60
    assert sum(fate.per_campaign * len(fate.campaigns) for fate in FATES if fate.measured) >= 30


@pytest.mark.parametrize(("share", "expected"), [(0.5, 15.0), (0.95, 29.0), (1.0, 30.0)])
def test_percentiles_are_by_nearest_rank(share: float, expected: float) -> None:
    assert percentile([float(number) for number in range(1, 31)], share) == expected


def test_keys_are_made_once_and_open_the_staffs_doors(tmp_path: Path) -> None:
    keys = load_keys(tmp_path / "keys")
    assert load_keys(tmp_path / "keys") == keys
    assert (tmp_path / "keys").stat().st_mode & 0o077 == 0
    settings = CommonSettings(
        link_key=keys.link_key, staff_file=keys.staff_file, staff_cookie_key=keys.staff_cookie_key
    )
    staff = Staff(settings)
    for role, name in STAFF.items():
        member = staff.sign_in(name, keys.staff_password)
        assert member is not None
        assert member.roles == (role.split()[-1],)


def test_the_report_has_words_for_whatever_happens_to_an_application() -> None:
    """Intake's timeline holds its own acts, found in its source, and the facts it is told."""
    own = re.compile(
        r'"((?:account|application|code|erasure|idcard|identity|password|photo|reminder|resubmission)\.[a-z_]+)"'
    )
    sources = [*Path("services/intake/api").glob("*.py"), *Path("services/intake").glob("*.py")]
    happenings = {what for source in sources for what in own.findall(source.read_text(encoding="utf-8"))}
    assert len(happenings) > 15
    happenings |= {fact.topic.removesuffix(".v1") for fact in (*SHOWN, IdCardRead, IdCardRefused)}
    assert happenings - HAPPENINGS.keys() == set()
