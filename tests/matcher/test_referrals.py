"""Row 6 and what follows: a close name goes to a person, and only a person lets it through."""

from uuid import uuid4

import pytest

from services.matcher.support import NotOpen
from shared.campaign import Campaign
from shared.events import Entry, IdentityMatched, IdentityReferred, IdentityRefused, IdentitySubmitted
from shared.reasons import Reason
from tests.matcher.desk import SEALER, Desk, submitted
from tests.matcher.people import resident_id, row, xlsx


async def referred(desk: Desk, campaign: Campaign, name: str = "毛小晓1") -> IdentitySubmitted:
    """The roster says 毛小小1."""
    await desk.take(campaign, xlsx([row(1)]))
    event = submitted(campaign, resident_id(1), name)
    answer = await desk.answer(event)
    assert isinstance(answer, IdentityReferred)
    assert answer.reason is Reason.ID_NAME_DIFF
    return event


async def decide(desk: Desk, event: IdentitySubmitted, is_same: bool) -> None:
    await desk.support.decide(event.campaign_id, event.application_id, event.submission, is_same, "li")


@pytest.mark.parametrize(
    ("claimed", "known"),
    [
        ("阿依古丽买买提", "阿依古丽·买买提"),
        ("王龑", "王䶮"),
        ("毛晓小", "毛小小"),
        ("Tai Man CHAN", "CHAN, Tai-Man"),
        ("MAO XIAOXIAO", "毛小小"),
    ],
)
async def test_row_6_a_close_name_goes_to_a_person(desk: Desk, by_all: Campaign, claimed: str, known: str) -> None:
    await desk.take(by_all, xlsx([row(1, 姓名=known)]))
    answer = await desk.answer(submitted(by_all, resident_id(1), claimed))
    assert isinstance(answer, IdentityReferred)


async def test_row_6_a_name_far_off_is_refused_at_once(desk: Desk, by_all: Campaign) -> None:
    await desk.take(by_all, xlsx([row(1, 姓名="毛小小")]))
    answer = await desk.answer(submitted(by_all, resident_id(1), "张三"))
    assert isinstance(answer, IdentityRefused)
    assert answer.reason is Reason.ID_NAME_DIFF


async def test_the_queue_shows_both_versions_and_the_look_is_written_down(desk: Desk, by_all: Campaign) -> None:
    event = await referred(desk, by_all)
    [referral] = await desk.support.referrals(by_all.id, "li")
    assert (referral.identity.name, referral.line.entry.name) == ("毛小晓1", "毛小小1")
    [look] = await desk.rows("looks")
    assert (look["looked_by"], look["applications"]) == ("li", [event.application_id])


async def test_the_same_person_is_matched_under_the_rosters_name(desk: Desk, by_all: Campaign) -> None:
    event = await referred(desk, by_all)
    await decide(desk, event, is_same=True)
    *_, answer = await desk.answers(event)
    assert isinstance(answer, IdentityMatched)
    assert answer.submission == event.submission
    assert SEALER.open(answer.entry, Entry).name == "毛小小1"
    [decision] = await desk.rows("decisions")
    assert (decision["is_same"], decision["decided_by"], decision["entry_id"]) == (True, "li", answer.entry_id)
    assert await desk.support.referrals(by_all.id, "li") == []


async def test_another_person_is_refused(desk: Desk, by_all: Campaign) -> None:
    event = await referred(desk, by_all)
    await decide(desk, event, is_same=False)
    *_, answer = await desk.answers(event)
    assert isinstance(answer, IdentityRefused)
    assert answer.reason is Reason.ID_NAME_DIFF
    assert [each["is_same"] for each in await desk.rows("decisions")] == [False]


async def test_a_decision_is_made_once(desk: Desk, by_all: Campaign) -> None:
    event = await referred(desk, by_all)
    await decide(desk, event, is_same=True)
    with pytest.raises(NotOpen):
        await decide(desk, event, is_same=False)
    with pytest.raises(NotOpen):
        await desk.support.decide(by_all.id, uuid4(), 1, True, "li")
    assert len(await desk.answers(event)) == 2


async def test_a_newer_submission_is_not_decided_with_the_older(desk: Desk, by_all: Campaign) -> None:
    event = await referred(desk, by_all)
    newer = submitted(by_all, resident_id(1), "毛小削1", application_id=event.application_id, submission=2)
    assert isinstance(await desk.answer(newer), IdentityReferred)
    with pytest.raises(NotOpen):
        await decide(desk, event, is_same=True)
    await decide(desk, newer, is_same=True)


async def test_somebody_elses_campaign_cannot_be_decided(desk: Desk, by_all: Campaign, by_number: Campaign) -> None:
    event = await referred(desk, by_all)
    with pytest.raises(NotOpen):
        await desk.support.decide(by_number.id, event.application_id, 1, True, "li")


async def test_the_same_person_who_has_a_photo_is_told_so(desk: Desk, by_all: Campaign) -> None:
    await desk.take(by_all, xlsx([row(1, 已有照片="是")]))
    event = submitted(by_all, resident_id(1), "毛小晓1")
    await desk.answer(event)
    await decide(desk, event, is_same=True)
    *_, answer = await desk.answers(event)
    assert isinstance(answer, IdentityRefused)
    assert answer.reason is Reason.ID_DONE


async def test_what_a_person_has_refused_is_not_asked_again_for_every_new_roster(desk: Desk, by_all: Campaign) -> None:
    event = await referred(desk, by_all)
    await decide(desk, event, is_same=False)
    await desk.take(by_all, xlsx([row(1, 专业="化学")]))
    await desk.run("ask_again")
    assert len(await desk.answers(event)) == 2
    assert await desk.support.referrals(by_all.id, "li") == []
