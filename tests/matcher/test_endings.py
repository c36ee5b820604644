"""Rows 8, 42 and 43 as far as the matcher goes: bans, withdrawals, erasure, the end of a roster."""

from datetime import UTC, datetime

import pytest

from services.matcher.keeper import forgotten_at
from services.matcher.support import NotOpen
from shared.campaign import Campaign
from shared.events import (
    ApplicationLapsed,
    ErasureCompleted,
    IdentityMatched,
    IdentityRefused,
    IdentitySubmitted,
    RosterPublished,
)
from shared.outbox import AlreadyHandled
from shared.reasons import Reason
from tests.matcher.desk import Desk, submitted
from tests.matcher.happenings import about, erased, revoked, withdrawn
from tests.matcher.people import resident_id, row, xinhua, xlsx


async def matched(desk: Desk, campaign: Campaign) -> IdentitySubmitted:
    await desk.take(campaign, xlsx([row(1), row(2)]))
    event = submitted(campaign, resident_id(1), "毛小小1")
    assert isinstance(await desk.answer(event), IdentityMatched)
    return event


@pytest.fixture
async def next_one(desk: Desk, by_all: Campaign) -> Campaign:
    """Another campaign of the same school and term."""
    campaign = by_all.model_copy(update={"id": "bit-2020-again"})
    await desk.know(campaign)
    await desk.take(campaign, xlsx([row(1), row(2)]))
    return campaign


async def test_row_8_a_revoked_photo_bans_the_person_for_the_term(
    desk: Desk, by_all: Campaign, next_one: Campaign
) -> None:
    await desk.handlers.ban_person(revoked(await matched(desk, by_all)))
    answer = await desk.answer(submitted(next_one, resident_id(1), "毛小小1"))
    assert isinstance(answer, IdentityRefused)
    assert answer.reason is Reason.ID_BANNED
    assert isinstance(await desk.answer(submitted(next_one, resident_id(2), "毛小小2")), IdentityMatched)


async def test_a_ban_ends_with_its_term(desk: Desk, by_all: Campaign) -> None:
    next_term = by_all.model_copy(update={"id": "bit-2021", "term": "2021"})
    await desk.know(next_term)
    await desk.take(next_term, xlsx([row(1)]))
    await desk.handlers.ban_person(revoked(await matched(desk, by_all)))
    assert isinstance(await desk.answer(submitted(next_term, resident_id(1), "毛小小1")), IdentityMatched)


async def test_a_revocation_without_a_ban_bans_nobody(desk: Desk, by_all: Campaign) -> None:
    await desk.handlers.ban_person(revoked(await matched(desk, by_all), banned=False))
    assert await desk.rows("bans") == []


async def test_a_stranger_does_not_learn_of_a_ban(desk: Desk, by_all: Campaign, next_one: Campaign) -> None:
    await desk.handlers.ban_person(revoked(await matched(desk, by_all)))
    answer = await desk.answer(submitted(next_one, resident_id(1), "张三"))
    assert isinstance(answer, IdentityRefused)
    assert answer.reason is Reason.ID_NAME_DIFF


async def test_a_revocation_told_twice_bans_once(desk: Desk, by_all: Campaign) -> None:
    event = revoked(await matched(desk, by_all))
    await desk.handlers.ban_person(event)
    with pytest.raises(AlreadyHandled):
        await desk.handlers.ban_person(event)
    assert len(await desk.rows("bans")) == 1


async def test_a_lifted_ban_lets_the_banned_go_on(desk: Desk, by_all: Campaign, next_one: Campaign) -> None:
    await desk.handlers.ban_person(revoked(await matched(desk, by_all)))
    event = submitted(next_one, resident_id(1), "毛小小1")
    await desk.answer(event)
    [ban] = await desk.support.bans(by_all.id)
    await desk.support.lift(by_all, ban.id, "li")
    await desk.run("ask_again")
    assert isinstance((await desk.answers(event))[-1], IdentityMatched)
    [kept] = await desk.rows("bans")
    assert kept["lifted_by"] == "li"
    with pytest.raises(NotOpen):
        await desk.support.lift(by_all, ban.id, "li")


@pytest.mark.parametrize("ended_first", [True, False])
async def test_nothing_has_an_effect_on_a_withdrawn_application(
    desk: Desk, by_all: Campaign, ended_first: bool
) -> None:
    await desk.take(by_all, xlsx([row(1)]))
    event = submitted(by_all, resident_id(1), "毛晓小1")
    steps = [desk.handlers.end_claim(withdrawn(event)), desk.handlers.match_identity(event)]
    for step in steps if ended_first else reversed(steps):
        await step
    [claim] = await desk.rows("claims")
    assert (claim["state"], claim["identity"]) == ("ended", None)
    assert await desk.support.referrals(by_all.id, "li") == []
    await desk.take(by_all, xlsx([row(1, 姓名="毛晓小1")]))
    await desk.run("ask_again")
    assert len(await desk.answers(event)) == (0 if ended_first else 1)


async def test_a_lapsed_application_waits_for_nobody(desk: Desk, by_all: Campaign) -> None:
    await desk.take(by_all, xlsx([row(1)]))
    event = submitted(by_all, resident_id(1), "毛晓小1")
    await desk.answer(event)
    lapsed = ApplicationLapsed.model_validate({**about(event), "reason": "WIN_CLOSED"})
    await desk.handlers.end_claim(lapsed.model_copy(update=about(event)))
    assert await desk.support.referrals(by_all.id, "li") == []


async def test_row_42_erasure_leaves_the_schools_line_and_says_until_when(desk: Desk, by_all: Campaign) -> None:
    event = await matched(desk, by_all)
    await desk.handlers.erase(erased(event))
    [answer] = await desk.told(ErasureCompleted)
    assert answer.service == "matcher"
    assert "学校名单" in answer.kept[0]
    assert answer.kept_until == forgotten_at(by_all)
    [claim] = await desk.rows("claims")
    assert (claim["state"], claim["identity"], claim["number_print"]) == ("ended", None, "")
    assert {each["of"] for each in await desk.rows("attempts")} == {"source"}
    assert len(await desk.rows("entries")) == 2


async def test_row_42_erasure_takes_an_entry_that_the_person_made(desk: Desk) -> None:
    campaign = xinhua()
    await desk.know(campaign)
    event = submitted(campaign, resident_id(1), "毛小小", collection="individual")
    await desk.answer(event)
    await desk.handlers.end_claim(withdrawn(event))
    await desk.handlers.erase(erased(event))
    [answer] = await desk.told(ErasureCompleted)
    assert (answer.kept, answer.kept_until) == ((), None)
    assert await desk.rows("entries") == []


async def test_erasure_of_somebody_unknown_is_answered_too(desk: Desk, by_all: Campaign) -> None:
    await desk.handlers.erase(erased(submitted(by_all, resident_id(1))))
    assert [each.kept for each in await desk.told(ErasureCompleted)] == [()]


async def test_a_ban_is_named_among_what_is_kept(desk: Desk, by_all: Campaign) -> None:
    event = await matched(desk, by_all)
    await desk.handlers.ban_person(revoked(event))
    await desk.handlers.erase(erased(event))
    [answer] = await desk.told(ErasureCompleted)
    assert any("禁止采集" in each for each in answer.kept)


async def test_row_43_a_roster_is_forgotten_when_its_campaigns_retention_is_over(desk: Desk, by_all: Campaign) -> None:
    await matched(desk, by_all)
    await desk.run("publish_roster")
    [errand] = await desk.errands("forget_roster")
    late = (forgotten_at(by_all) - datetime.now(UTC)).total_seconds() + 60
    desk.clock_file.write_text(str(late))
    await desk.keeper.forget_roster(errand)
    await desk.run("publish_roster")
    await desk.run("remove_old_rosters")
    assert await desk.rows("entries") == []
    published = (await desk.told(RosterPublished))[-1]
    assert (published.roster_version, published.entries) == (2, 0)
    assert await desk.objects.keys() == [published.object_key]
