"""One fact, one message: on the campaign's channels in their order, whatever the gateways do and whenever we die."""

import pytest

from services.notifier.rules import LOOK_UP_FOR
from shared.reasons import Reason
from tests.notifier.facts import PHONE, REFUSED, REMINDER, Student, campaign
from tests.notifier.world import World


@pytest.fixture
async def student(world: World) -> Student:
    await world.knows(campaign(REFUSED, REMINDER))
    return Student()


async def test_a_refusal_comes_as_a_subscribe_message_when_the_student_agreed(world: World, student: Student) -> None:
    await world.agrees("refused")
    fact = student.refused(1, 1, Reason.BG_COLOR)
    await world.hears(student.reachable("refused"), fact)
    await world.does_errands()
    got = await world.received()
    assert [message["fields"]["thing3"] for message in got["subscribe"]] == [Reason.BG_COLOR.text]
    assert got["sms"] == []
    [(topic, body)] = await world.told()
    assert (topic, body["channel"], body["fact_id"]) == ("message.sent.v1", "subscribe", str(fact.id))


async def test_one_agreement_is_one_subscribe_message_and_the_next_comes_by_sms(world: World, student: Student) -> None:
    await world.agrees("refused")
    await world.hears(student.reachable("refused"), student.refused(1))
    await world.does_errands()
    await world.hears(student.refused(2))
    await world.does_errands()
    got = await world.received()
    assert (len(got["subscribe"]), [sms["phone"] for sms in got["sms"]]) == (1, [PHONE])


async def test_without_agreement_it_goes_by_sms_with_the_template_s_parameters(world: World, student: Student) -> None:
    await world.hears(student.reachable(), student.refused(1, 1, Reason.BLUR))
    await world.does_errands()
    [sms] = (await world.received())["sms"]
    assert (sms["template_id"], sms["params"][1]) == ("2100002", Reason.BLUR.text)


async def test_an_agreement_wechat_does_not_know_of_falls_back_to_sms(world: World, student: Student) -> None:
    await world.hears(student.reachable("refused"), student.refused())  # 43101: the student withdrew it
    await world.does_errands()
    assert await world.counts() == (0, 1)


async def test_a_message_wechat_finds_faulty_is_seen_in_the_log_and_goes_by_sms(
    world: World, student: Student, capsys: pytest.CaptureFixture[str]
) -> None:
    await world.agrees("refused")
    await world.arms("subscribe", "errcode", value=47003)
    await world.hears(student.reachable("refused"), student.refused())
    await world.does_errands()
    assert await world.counts() == (0, 1)
    assert "47003" in capsys.readouterr().out
    [message] = await world.messages()
    assert message.refused == {"subscribe": "47003"}


async def test_the_same_fact_told_twice_is_one_message(world: World, student: Student) -> None:
    fact = student.refused()
    await world.hears(student.reachable(), fact, fact)
    await world.does_errands()
    await world.hears(fact, student.refused())  # and once more, under another id
    await world.does_errands()
    assert await world.counts() == (0, 1)


async def test_killed_after_the_sms_gateway_took_it_there_is_one_sms(world: World, student: Student) -> None:
    await world.arms("sms", "done_then_slow", value=1)
    await world.hears(student.reachable(), student.refused())
    await world.dies_while_sending()
    await world.does_errands()
    assert await world.counts() == (0, 1)
    assert [topic for topic, _ in await world.told()] == ["message.sent.v1"]


async def test_killed_after_wechat_took_it_the_spent_agreement_counts_as_sent(world: World, student: Student) -> None:
    await world.agrees("refused")
    await world.arms("subscribe", "done_then_slow", value=1)
    await world.hears(student.reachable("refused"), student.refused())
    await world.dies_while_sending()
    await world.does_errands()
    assert await world.counts() == (1, 0)
    [(topic, body)] = await world.told()
    assert (topic, body["channel"]) == ("message.sent.v1", "subscribe")


async def test_an_answer_that_was_lost_is_looked_up_not_repeated(world: World, student: Student) -> None:
    await world.arms("sms", "done_then_dropped")
    await world.hears(student.reachable(), student.refused())
    await world.does_errands()
    world.later(minutes=1)
    await world.does_errands()
    assert await world.counts() == (0, 1)
    [message] = await world.messages()
    assert (message.state, message.serial_no) == ("sent", (await world.received())["sms"][0]["serial_no"])


async def test_an_sms_nobody_reports_is_unknown_and_never_sent_again(world: World, student: Student) -> None:
    await world.arms("sms", "done_then_dropped")
    await world.arms("receipt", "not_sent")
    await world.hears(student.reachable(), student.refused())
    await world.does_errands()
    world.later(minutes=1)
    await world.does_errands()
    assert await world.told() == []
    world.later(seconds=LOOK_UP_FOR.total_seconds())
    await world.does_errands()
    assert await world.counts() == (0, 1)
    assert [topic for topic, _ in await world.told()] == ["message.unknown.v1"]


async def test_an_sms_the_gateway_refuses_has_failed_with_its_code(world: World, student: Student) -> None:
    await world.arms("sms", "limit")
    await world.hears(student.reachable(), student.refused())
    await world.does_errands()
    [(topic, body)] = await world.told()
    assert (topic, body["cause"]) == ("message.failed.v1", "sms LimitExceeded.PhoneNumberDailyLimit")


async def test_a_gateway_that_is_away_is_waited_for(world: World, student: Student) -> None:
    await world.agrees("refused")
    await world.arms("token", "status", value=500)
    await world.hears(student.reachable("refused"), student.refused())
    await world.does_errands()
    assert await world.counts() == (0, 0)
    world.later(minutes=1)
    await world.does_errands()
    assert await world.counts() == (1, 0)


async def test_a_message_waits_for_somebody_to_send_it_to(world: World, student: Student) -> None:
    await world.hears(student.refused())
    await world.does_errands()
    assert [message.state for message in await world.messages()] == ["waiting"]
    await world.hears(student.reachable())
    await world.does_errands()
    assert await world.counts() == (0, 1)


async def test_a_message_for_nobody_expires(world: World, student: Student) -> None:
    await world.hears(student.refused())
    world.later(days=8)
    await world.does_errands()
    [(topic, body)] = await world.told()
    assert (topic, body["cause"]) == ("message.failed.v1", "expired")


async def test_a_reminder_is_not_sent_to_one_who_has_paid_meanwhile(world: World, student: Student) -> None:
    await world.hears(student.due(reminder=1), student.paid(), student.reachable())
    await world.does_errands()
    assert await world.counts() == (0, 0)
    [(topic, body)] = await world.told()
    assert (topic, body["cause"]) == ("message.failed.v1", "old news")
