"""Row 11: the support desk corrects an entry, and whoever waits goes on alone."""

import asyncio

import pytest

from services.matcher.rosters import BadLine, Line
from services.matcher.support import Known, NotOpen, NumberTaken
from shared.campaign import Campaign
from shared.events import Entry, IdentityMatched, IdentityReferred, IdentityRefused
from shared.reasons import Reason
from shared.sealed import Sealed
from tests.matcher.desk import SEALER, Desk, submitted
from tests.matcher.people import resident_id, row, xlsx


async def found(desk: Desk, campaign: Campaign, sought: str) -> Known:
    [known] = await desk.support.entries(campaign, sought, "li")
    return known


async def correct(desk: Desk, campaign: Campaign, sought: str, **cells: str) -> None:
    """cells by column; the others stay."""
    known = await found(desk, campaign, sought)
    entry = known.line.entry
    typed = {"姓名": entry.name, "证件类型": "居民身份证", "证件号码": "", "学号": entry.student_no, **cells}
    await desk.support.correct(campaign.id, known.entry_id, typed, "li")
    await desk.run("ask_again", "publish_roster")


async def test_row_11_a_corrected_number_lets_the_refused_go_on(desk: Desk, by_all: Campaign) -> None:
    await desk.take(by_all, xlsx([row(1, 证件号码=resident_id(2)), row(3)]))
    await desk.run("publish_roster")
    event = submitted(by_all, resident_id(1), "毛小小1", submission=4)
    assert isinstance(await desk.answer(event), IdentityRefused)
    await correct(desk, by_all, "2017000001", 证件号码=resident_id(1))
    *_, answer = await desk.answers(event)
    assert isinstance(answer, IdentityMatched)
    assert answer.submission == 4
    assert SEALER.open(answer.entry, Entry).document_number == resident_id(1)
    assert [each["version"] for each in await desk.rows("rosters")] == [2]


async def test_row_11_a_corrected_name_lets_the_referred_go_on(desk: Desk, by_all: Campaign) -> None:
    await desk.take(by_all, xlsx([row(1, 姓名="毛晓小")]))
    event = submitted(by_all, resident_id(1), "毛小小")
    assert isinstance(await desk.answer(event), IdentityReferred)
    await correct(desk, by_all, resident_id(1), 姓名="毛小小")
    assert isinstance((await desk.answers(event))[-1], IdentityMatched)
    assert await desk.support.referrals(by_all.id, "li") == []


async def test_row_11_a_photo_that_is_not_there_lets_the_excluded_go_on(desk: Desk, by_all: Campaign) -> None:
    await desk.take(by_all, xlsx([row(1, 已有照片="是")]))
    event = submitted(by_all, resident_id(1), "毛小小1")
    await desk.answer(event)
    await correct(desk, by_all, resident_id(1), 已有照片="否")
    assert isinstance((await desk.answers(event))[-1], IdentityMatched)


async def test_a_roster_handed_in_later_lets_the_refused_go_on(desk: Desk, by_number: Campaign) -> None:
    event = submitted(by_number, resident_id(1))
    assert isinstance(await desk.answer(event), IdentityRefused)
    await desk.take(by_number, xlsx([row(1)]))
    await desk.run("ask_again")
    assert isinstance((await desk.answers(event))[-1], IdentityMatched)


async def test_a_correction_that_changes_the_refusal_says_the_new_reason(desk: Desk, by_all: Campaign) -> None:
    await desk.take(by_all, xlsx([row(1, 姓名="毛晓小")]))
    event = submitted(by_all, resident_id(1), "毛小小")
    await desk.answer(event)
    await correct(desk, by_all, resident_id(1), 姓名="张三")
    answer = (await desk.answers(event))[-1]
    assert isinstance(answer, IdentityRefused)
    assert answer.reason is Reason.ID_NAME_DIFF


async def test_a_referral_whose_entry_got_another_number_is_refused(desk: Desk, by_all: Campaign) -> None:
    await desk.take(by_all, xlsx([row(1, 姓名="毛晓小")]))
    event = submitted(by_all, resident_id(1), "毛小小")
    await desk.answer(event)
    await correct(desk, by_all, resident_id(1), 证件号码=resident_id(5))
    answer = (await desk.answers(event))[-1]
    assert isinstance(answer, IdentityRefused)
    assert answer.reason is Reason.ID_NOT_FOUND


async def test_a_correction_concerns_nobody_else(desk: Desk, by_all: Campaign) -> None:
    await desk.take(by_all, xlsx([row(1), row(2)]))
    others = [submitted(by_all, resident_id(9), "毛小小9"), submitted(by_all, resident_id(2), "毛小小2")]
    for event in others:
        await desk.answer(event)
    await correct(desk, by_all, resident_id(1), 专业="化学")
    assert [len(await desk.answers(event)) for event in others] == [1, 1]


async def test_both_versions_are_kept_sealed_with_who_and_when(desk: Desk, by_all: Campaign) -> None:
    await desk.take(by_all, xlsx([row(1, 姓名="毛晓小")]))
    await correct(desk, by_all, resident_id(1), 姓名="毛小小")
    [correction] = await desk.rows("corrections")
    both = [SEALER.open(Sealed[Line].model_validate(correction[each]), Line) for each in ("before", "after")]
    assert [each.entry.name for each in both] == ["毛晓小", "毛小小"]
    assert correction["corrected_by"] == "li"
    [change] = (await found(desk, by_all, resident_id(1))).changes
    assert (change.before, change.after) == (both[0], both[1])
    everything = await desk.everything_remembered()
    assert "毛晓小" not in everything
    assert resident_id(1) not in everything


async def test_a_correction_that_cannot_be_is_refused_in_words(desk: Desk, by_all: Campaign) -> None:
    await desk.take(by_all, xlsx([row(1), row(2)]))
    with pytest.raises(BadLine) as error:
        await correct(desk, by_all, resident_id(1), 证件号码="110105194912310021")
    assert [(cell.column, cell.why) for cell in error.value.cells] == [("证件号码", "校验位不符，请核对号码")]
    with pytest.raises(NumberTaken):
        await correct(desk, by_all, resident_id(1), 证件号码=resident_id(2))
    assert await desk.rows("corrections") == []


async def test_nothing_changed_is_no_correction(desk: Desk, by_all: Campaign) -> None:
    await desk.take(by_all, xlsx([row(1, 学院="", 专业="", 层次="")]))
    await correct(desk, by_all, resident_id(1))
    assert await desk.rows("corrections") == []
    assert [each["version"] for each in await desk.rows("rosters")] == [1]


async def test_another_campaigns_entry_cannot_be_corrected(desk: Desk, by_all: Campaign, by_number: Campaign) -> None:
    await desk.take(by_all, xlsx([row(1)]))
    known = await found(desk, by_all, resident_id(1))
    with pytest.raises(NotOpen):
        await desk.support.correct(by_number.id, known.entry_id, {}, "li")


async def test_a_claim_that_is_read_while_the_roster_changes_is_asked_again(desk: Desk, by_number: Campaign) -> None:
    """Whatever the order: nobody is refused for a roster that has just become another."""
    await desk.take(by_number, xlsx([row(0)]))
    events = [submitted(by_number, resident_id(n)) for n in range(1, 9)]
    taking = desk.take(by_number, xlsx([row(n) for n in range(9)]))
    await asyncio.gather(taking, *(desk.handlers.match_identity(event) for event in events))
    await desk.run("ask_again")
    for event in events:
        assert isinstance((await desk.answers(event))[-1], IdentityMatched)
