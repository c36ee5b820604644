"""Each fact does its thing, twice is once, and what makes no sense yet waits."""

from itertools import permutations

import pytest

from shared.outbox import NotYet
from tests.notifier.facts import OPENID, PHONE, REFUSED, REMINDER, SEALER, Student, campaign
from tests.notifier.world import World


async def test_a_fact_before_its_campaign_is_not_yet_understood(world: World) -> None:
    with pytest.raises(NotYet, match="campaign buct-2020@1"):
        await world.hears(Student().refused())


async def test_a_fact_nobody_mapped_says_nothing(world: World) -> None:
    await world.knows(campaign(REFUSED))
    await world.hears(Student().accepted(), Student().delivered(), Student().closed(final=True))
    assert await world.messages() == []


async def test_every_announced_fact_is_heard(world: World) -> None:
    mapped = [
        {**REMINDER, "fact": fact}
        for fact in (
            "photo.accepted",
            "photo.refused",
            "payment.due",
            "payment.reminder",
            "payment.closed",
            "payment.succeeded",
            "payment.refunded",
            "application.delivered",
        )
    ]
    await world.knows(campaign(*mapped))
    student = Student()
    before_paying = [student.refused(1), student.accepted(2), student.due(), student.due(reminder=1)]
    await world.hears(*before_paying, student.paid(), student.refunded(), student.delivered())
    await world.hears(Student().closed(final=True))
    assert {message.fact for message in await world.messages()} == {each["fact"] for each in mapped}


async def test_a_verdict_that_another_has_overtaken_is_not_announced(world: World) -> None:
    await world.knows(campaign(REFUSED))
    student = Student()
    await world.hears(student.accepted(2), student.refused(1))
    assert await world.messages() == []


async def test_an_older_contact_does_not_replace_a_newer_one_but_its_agreements_count(world: World) -> None:
    await world.knows(campaign(REFUSED))
    await world.agrees("refused")
    student = Student()
    older, newer = student.reachable("refused", phone="+8613900000000", revision=1), student.reachable(revision=2)
    await world.hears(newer, older)
    for attempt in (1, 2):
        await world.hears(student.refused(attempt))
        await world.does_errands()
    got = await world.received()
    assert [message["openid"] for message in got["subscribe"]] == [OPENID]
    assert [sms["phone"] for sms in got["sms"]] == [PHONE]


async def test_facts_in_any_order_reach_the_student_once_each(world: World) -> None:
    await world.knows(campaign(REFUSED, REMINDER))
    for order in permutations(range(3)):
        student = Student()
        facts = [student.reachable(), student.refused(), student.due(reminder=1)]
        before = await world.counts()
        await world.hears(*(facts[each] for each in order))
        await world.does_errands()
        assert await world.counts() == (before[0], before[1] + 2)


async def test_neither_phone_nor_openid_nor_words_lie_open_in_the_database(world: World) -> None:
    await world.knows(campaign(REFUSED))
    student = Student()
    await world.hears(student.reachable("refused"), student.refused())
    [message] = await world.messages()
    assert set(message.content) == {"key_id", "box"}
    async with world.outbox.engine.connect() as connection:
        rows = await connection.exec_driver_sql("SELECT a::text, m::text FROM applications a, messages m")
        kept = " ".join(str(part) for row in rows for part in row)
    assert OPENID not in kept
    assert PHONE.removeprefix("+86") not in kept
    assert SEALER.fingerprint(PHONE) not in kept
