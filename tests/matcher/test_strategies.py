"""Every way of identifying oneself: by level, as an individual, by capture code."""

from collections.abc import Callable
from typing import Any

import pytest

from services.matcher.capture import Decoded
from shared.campaign import Campaign
from shared.documents import TYPES
from shared.events import Entry, IdentityMatched, IdentityReferred, IdentityRefused, IdentitySubmitted
from shared.outbox import AlreadyHandled
from shared.reasons import Reason
from tests.matcher.desk import SEALER, Answer, Desk, submitted
from tests.matcher.people import bit, buct, by_code, ncepu, resident_id, row, xinhua, xlsx


@pytest.mark.parametrize(
    ("document", "listed", "typed"),
    [
        ("居民身份证", "11010519491231002X", "１１０１０５ 19491231-002x"),
        ("港澳台居民居住证", "810000199408230021", "810000 19940823 0021"),
        ("外国人永久居留身份证", "932682198501010017", "932682198501010017"),
        ("外国人永久居留身份证", "FRA110000012345", "fra110000012345"),
        ("港澳居民来往内地通行证", "H1234567801", "h12345678"),
        ("港澳居民来往内地通行证", "M12345678", "M1234567802"),
        ("台湾居民来往大陆通行证", "1234567801", "12345678"),
        ("台湾居民来往大陆通行证", "T1234567", "t1234567"),
        ("台湾居民来往大陆通行证", "F290299977", "F290299977"),
        ("护照", "C668668E", "C668668（E）"),
    ],
)
async def test_every_document_is_found_however_it_is_written(
    desk: Desk, by_all: Campaign, document: str, listed: str, typed: str
) -> None:
    await desk.take(by_all, xlsx([row(1, 证件类型=document, 证件号码=listed)]))
    answer = await desk.answer(submitted(by_all, typed, "毛小小1", TYPES[document]))
    assert isinstance(answer, IdentityMatched)


async def test_an_old_number_is_refused_with_what_to_do(desk: Desk, by_all: Campaign) -> None:
    report = await desk.take(by_all, xlsx([row(1, 证件号码="110105491231002")]))
    assert [cell.why for cell in report.bad] == ["是15位旧证号，请改为18位证号"]


@pytest.mark.parametrize(
    ("level", "reason"),
    [("硕士研究生", None), (" 硕士研究生 ", None), ("博士研究生", Reason.ID_NOT_FOUND), (None, Reason.ID_NOT_FOUND)],
)
async def test_the_level_must_be_the_rosters(desk: Desk, level: str | None, reason: Reason | None) -> None:
    campaign = ncepu()
    await desk.know(campaign)
    await desk.take(campaign, xlsx([row(1)]))
    answer = await desk.answer(submitted(campaign, resident_id(1), "毛小小1", level=level))
    assert getattr(answer, "reason", None) is reason


@pytest.mark.parametrize("notice", [buct, ncepu, xinhua, bit])
async def test_who_has_a_photo_takes_no_part_in_any_collection_with_a_roster(
    desk: Desk, notice: Callable[[], Campaign]
) -> None:
    campaign = notice()
    await desk.know(campaign)
    await desk.take(campaign, xlsx([row(1, 已有照片="是"), row(2)]))
    claims = [submitted(campaign, resident_id(each), f"毛小小{each}", level="硕士研究生") for each in (1, 2)]
    reasons = [getattr(await desk.answer(claim), "reason", None) for claim in claims]
    assert reasons == [Reason.ID_DONE, None]


async def test_the_registered_of_a_group_are_found_in_its_roster(desk: Desk) -> None:
    campaign = xinhua()
    await desk.know(campaign)
    await desk.take(campaign, xlsx([row(1)]))
    assert isinstance(await desk.answer(submitted(campaign, resident_id(1), "毛小小1")), IdentityMatched)
    assert isinstance(await desk.answer(submitted(campaign, resident_id(2), "毛小小2")), IdentityRefused)


async def test_an_individual_is_entered_from_what_they_say(desk: Desk) -> None:
    campaign = xinhua()
    await desk.know(campaign)
    event = submitted(campaign, resident_id(1).lower(), "毛小小", collection="individual")
    answer = await desk.answer(event)
    assert isinstance(answer, IdentityMatched)
    entry = SEALER.open(answer.entry, Entry)
    assert (entry.name, entry.document_number, entry.student_no) == ("毛小小", resident_id(1), "")
    assert await desk.errands("publish_roster") == []
    again = await desk.answer(submitted(campaign, resident_id(1), "毛小小", collection="individual"))
    assert isinstance(again, IdentityMatched)
    assert again.entry_id == answer.entry_id
    close = await desk.answer(submitted(campaign, resident_id(1), "毛晓小", collection="individual"))
    assert isinstance(close, IdentityReferred)


async def test_an_individual_without_a_valid_number_is_nobody(desk: Desk) -> None:
    campaign = xinhua()
    await desk.know(campaign)
    answer = await desk.answer(submitted(campaign, "110105194912310021", "毛小小", collection="individual"))
    assert isinstance(answer, IdentityRefused)
    assert answer.reason is Reason.ID_CHECKSUM
    assert await desk.rows("entries") == []


async def test_an_individual_on_the_roster_later_becomes_the_schools_line(desk: Desk) -> None:
    campaign = xinhua()
    await desk.know(campaign)
    answer = await desk.answer(submitted(campaign, resident_id(1), "毛小小1", collection="individual"))
    assert isinstance(answer, IdentityMatched)
    await desk.take(campaign, xlsx([row(1)]))
    [entry] = await desk.rows("entries")
    assert (entry["entry_id"], entry["origin"]) == (answer.entry_id, "roster")


def code_of(campaign: Campaign, **other: Any) -> Decoded:
    known = {"student_no": "2022000001", "school_code": campaign.school.code, "masked_name": "毛*小"}
    return Decoded.model_validate(known | {"last_four": "002X"} | other)


def by_a_code(campaign: Campaign, code: str = "code", last_four: str = "002x", **more: Any) -> IdentitySubmitted:
    return submitted(campaign, "", capture_code=code, last_four=last_four, **more)


async def decoded(desk: Desk, event: IdentitySubmitted) -> Answer:
    await desk.handlers.match_identity(event)
    await desk.run("decode_code")
    return (await desk.answers(event))[-1]


@pytest.fixture
async def campaign(desk: Desk) -> Campaign:
    campaign = by_code()
    await desk.know(campaign)
    desk.unit.codes["code"] = code_of(campaign)
    return campaign


async def test_a_capture_code_makes_the_entry_without_a_name_or_number(desk: Desk, campaign: Campaign) -> None:
    answer = await decoded(desk, by_a_code(campaign))
    assert isinstance(answer, IdentityMatched)
    entry = SEALER.open(answer.entry, Entry)
    assert (entry.name, entry.document_number, entry.student_no) == ("毛*小", "002X", "2022000001")
    [kept] = await desk.rows("entries")
    assert (kept["entry_id"], kept["origin"]) == (answer.entry_id, "code")


async def test_the_same_student_with_a_new_code_is_the_same_entry(desk: Desk, campaign: Campaign) -> None:
    first = await decoded(desk, by_a_code(campaign))
    desk.unit.codes["renewed"] = code_of(campaign)
    second = await decoded(desk, by_a_code(campaign, "renewed"))
    assert isinstance(first, IdentityMatched)
    assert isinstance(second, IdentityMatched)
    assert first.entry_id == second.entry_id


@pytest.mark.parametrize(
    ("code", "last_four", "says", "reason"),
    [
        ("forged", "002X", {}, Reason.CODE_INVALID),
        ("code", "0021", {}, Reason.CODE_MISMATCH),
        ("code", "", {}, Reason.CODE_MISMATCH),
        ("code", "002X", {"school_code": "10001"}, Reason.CODE_MISMATCH),
    ],
    ids=["no code", "other last four", "no last four", "another school's"],
)
async def test_a_code_that_is_not_this_students_here_is_refused(
    desk: Desk, campaign: Campaign, code: str, last_four: str, says: dict[str, str], reason: Reason
) -> None:
    desk.unit.codes["code"] = code_of(campaign, **says)
    answer = await decoded(desk, by_a_code(campaign, code, last_four))
    assert isinstance(answer, IdentityRefused)
    assert answer.reason is reason
    assert await desk.rows("entries") == []


async def test_a_code_is_tried_a_limited_number_of_times(desk: Desk, campaign: Campaign) -> None:
    for _ in range(campaign.identity.attempts_per_source):
        await desk.handlers.match_identity(by_a_code(campaign, "forged", source="one"))
    event = by_a_code(campaign, source="one")
    await desk.handlers.match_identity(event)
    [answer] = await desk.answers(event)
    assert isinstance(answer, IdentityRefused)
    assert answer.reason is Reason.ID_LIMIT


async def test_a_newer_code_goes_before_the_older_whichever_is_decoded_first(desk: Desk, campaign: Campaign) -> None:
    first = by_a_code(campaign, "forged")
    second = by_a_code(campaign, application_id=first.application_id, submission=2)
    for event in (first, second):
        await desk.handlers.match_identity(event)
    await desk.run("decode_code")
    assert [(type(each), each.submission) for each in await desk.answers(first)] == [(IdentityMatched, 2)]


async def test_a_code_decoded_twice_is_answered_once(desk: Desk, campaign: Campaign) -> None:
    event = by_a_code(campaign)
    await desk.handlers.match_identity(event)
    [errand] = await desk.errands("decode_code")
    await desk.handlers.decode_code(errand)
    with pytest.raises(AlreadyHandled):
        await desk.handlers.decode_code(errand)
    assert len(await desk.answers(event)) == 1


async def test_codes_are_never_kept_readable(desk: Desk, campaign: Campaign) -> None:
    desk.unit.codes["a-code-from-chsi"] = code_of(campaign)
    await decoded(desk, by_a_code(campaign, "a-code-from-chsi"))
    everything = await desk.everything_remembered()
    assert "a-code-from-chsi" not in everything
    assert "2022000001" not in everything
