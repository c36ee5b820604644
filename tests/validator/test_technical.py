"""Row 36: the technical check after the window. Nothing is revoked by a machine."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from io import StringIO

import pytest
from rich.console import Console

from services.validator.desk import Technical
from services.validator.technical_check import check
from shared.campaign import Campaign
from shared.events import (
    ApplicationBounced,
    ApplicationWithdrawn,
    PhotoAccepted,
    PhotoRevoked,
    PhotoSubmitted,
)
from shared.problems import Problem
from shared.staff import Member
from tests.portraits.album import compose
from tests.portraits.compose import Portrait
from tests.portraits.recipes import compliant
from tests.validator.facts import NOW
from tests.validator.judges import BLUES, Judges, about, heard

pytestmark = [pytest.mark.timeout(300), pytest.mark.usefixtures("faces")]

LI = Member(name="li", roles=("reviewer",), password_hash="")
BIT = Member(name="bit", roles=("reviewer",), schools=("10007",), password_hash="")
CHECKED = {"review": {"technical_check": True}, "sanctions": {"ban_for_term": True}}


def beautified(number: int) -> Portrait:
    return compose(replace(compliant(number), width_px=1440, defect="smoothed", strength=2.0))


async def accepted(judges: Judges, portrait: Portrait, version: int) -> PhotoSubmitted:
    submitted = await judges.submission(portrait, campaign_version=version)
    verdict = await judges.judge(submitted)
    assert isinstance(verdict, PhotoAccepted), verdict
    return submitted


async def test_36_what_looks_beautified_is_revoked_when_a_person_confirms_it(
    judges: Judges, campaign: Campaign
) -> None:
    version = await judges.publish(campaign, **CHECKED)
    honest, smooth = (
        await accepted(judges, compose(compliant(0)), version),
        await accepted(judges, beautified(0), version),
    )
    await judges.run_errands()
    desk = Technical(judges.outbox)
    assert await desk.start(LI, "buct-2020") == 2
    assert await judges.run_errands() == ["check_again", "check_again"]
    (counts,) = await desk.campaigns(LI)
    assert (counts.total, counts.checked, counts.counts) == (2, 2, {"clean": 1, "suspect": 1})

    (suspect,) = await desk.suspects(LI)
    assert suspect.photo_id == smooth.photo_id
    assert [finding["check"] for finding in suspect.findings] == ["skin_texture"]
    assert isinstance((await judges.told(smooth.application_id))[-1], PhotoAccepted), "no machine revokes"
    await desk.look(LI, smooth.photo_id)
    await desk.decide(LI, smooth.photo_id, "revoked")
    revoked = (await judges.told(smooth.application_id))[-1]
    assert isinstance(revoked, PhotoRevoked)
    assert (revoked.banned, revoked.decided_by, revoked.revision) == (True, "person", 2)
    with pytest.raises(Problem, match="li decided: revoked"):
        await desk.decide(LI, smooth.photo_id, "kept")
    assert isinstance((await judges.told(honest.application_id))[-1], PhotoAccepted)


async def test_what_a_person_clears_stays_accepted_and_is_not_suspected_again(
    judges: Judges, campaign: Campaign
) -> None:
    version = await judges.publish(campaign, **CHECKED)
    smooth = await accepted(judges, beautified(0), version)
    desk = Technical(judges.outbox)
    await desk.start(LI, "buct-2020")
    await judges.run_errands()
    await desk.decide(LI, smooth.photo_id, "kept")
    assert await desk.start(LI, "buct-2020") == 0
    assert await desk.suspects(LI) == []
    assert isinstance((await judges.told(smooth.application_id))[-1], PhotoAccepted)


async def test_the_check_is_for_campaigns_that_ask_for_it_and_only_after_the_window(
    judges: Judges, campaign: Campaign
) -> None:
    desk = Technical(judges.outbox)
    with pytest.raises(Problem, match="technical_check False"):
        await desk.start(LI, "buct-2020")
    assert await desk.campaigns(LI) == []
    opens, tomorrow = campaign.window.opens_at, judges.outbox.clock.now() + timedelta(days=1)
    open_window = {"window": {"opens_at": opens, "closes_at": tomorrow}}
    await judges.publish(campaign, **CHECKED, **open_window)
    with pytest.raises(Problem, match="cannot be checked now") as refused:
        await desk.start(LI, "buct-2020")
    assert refused.value.body.code == "CHECK_TOO_EARLY"
    with pytest.raises(Problem, match="has no 'buct-2020'"):
        await desk.start(BIT, "buct-2020")


async def test_what_is_not_accepted_any_more_when_its_turn_comes_is_left_alone(
    judges: Judges, campaign: Campaign
) -> None:
    version = await judges.publish(campaign, **CHECKED)
    bounced = await accepted(judges, beautified(0), version)
    given_up = await accepted(judges, beautified(0), version)
    desk = Technical(judges.outbox)
    await desk.start(LI, "buct-2020")
    codes = ("CHSI_QUALITY",)
    back = ApplicationBounced(**about(bounced), attempt=1, revision=1, codes=codes, resubmit_by=NOW)
    await judges.hear(heard(back))
    await judges.hear(heard(ApplicationWithdrawn(**about(given_up))))
    await judges.run_errands()
    (counts,) = await desk.campaigns(LI)
    assert counts.counts == {"gone": 1}
    assert await desk.suspects(LI) == []


async def test_a_photo_whose_original_is_lost_is_for_a_person(judges: Judges, campaign: Campaign) -> None:
    version = await judges.publish(campaign, **CHECKED)
    lost = await accepted(judges, compose(compliant(0)), version)
    await judges.photos.remove(lost.original_key)
    desk = Technical(judges.outbox)
    await desk.start(LI, "buct-2020")
    await judges.run_errands()
    (suspect,) = await desk.suspects(LI)
    assert (suspect.photo_id, suspect.findings) == (lost.photo_id, [])


async def test_an_app_that_beautifies_is_known_by_its_mark_though_the_skin_says_nothing(
    judges: Judges, campaign: Campaign
) -> None:
    version = await judges.publish(campaign, **CHECKED, photo=BLUES.model_dump() | {"checks": {"editor_marks": "off"}})
    marked = await accepted(judges, compose(replace(compliant(0), software="MeituPic 10.2")), version)
    await judges.run_errands()
    desk = Technical(judges.outbox)
    await desk.start(LI, "buct-2020")
    await judges.run_errands()
    (suspect,) = await desk.suspects(LI)
    assert (suspect.photo_id, [each["check"] for each in suspect.findings]) == (marked.photo_id, ["editor_marks"])


async def test_the_command_starts_the_check_and_ends_with_it(judges: Judges, campaign: Campaign) -> None:
    version = await judges.publish(campaign, **CHECKED)
    await accepted(judges, compose(compliant(0)), version)
    await judges.run_errands()
    command = asyncio.create_task(check(judges.outbox, "buct-2020", Console(file=StringIO())))
    while not await judges.run_errands():
        await asyncio.sleep(0.05)
    assert await command == {"clean": 1}
    with pytest.raises(Problem, match="there is no campaign 'nobodys'"):
        await check(judges.outbox, "nobodys", Console(file=StringIO()))
