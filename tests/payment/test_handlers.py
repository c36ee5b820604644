"""What payment makes of what it hears: real PostgreSQL, and WeChat Pay played by the sandbox."""

from datetime import timedelta
from itertools import permutations
from uuid import uuid4

import pytest

from shared.events import (
    ApplicationEvent,
    PaymentClosed,
    PaymentDue,
    PaymentPrepared,
    PaymentRefused,
    PaymentSucceeded,
)
from shared.outbox import AlreadyHandled, NotYet
from shared.reasons import Reason
from tests.payment.till import Till

DAY = timedelta(days=1)


async def test_row_31_an_accepted_photo_makes_the_fee_due_until_the_grace_ends(till: Till) -> None:
    await till.handlers.charge(till.accepted())
    [due] = await till.facts(PaymentDue)
    assert (due.amount_fen, due.reminder) == (2000, 0)
    assert timedelta(days=2.99) < due.unpaid_until - till.outbox.clock.now() <= 3 * DAY


async def test_a_photo_accepted_twice_and_another_accepted_later_are_charged_once(till: Till) -> None:
    event = till.accepted()
    await till.handlers.charge(event)
    with pytest.raises(AlreadyHandled):
        await till.handlers.charge(event)
    await till.handlers.charge(till.accepted())
    assert len(await till.facts(PaymentDue)) == 1


async def test_a_fact_of_a_campaign_that_has_not_come_waits(till: Till) -> None:
    with pytest.raises(NotYet, match="campaign buct-2020@2"):
        await till.handlers.charge(till.accepted().model_copy(update={"campaign_version": 2}))
    assert await till.story() == []


async def test_a_campaign_without_a_fee_is_settled_by_the_photo(till: Till) -> None:
    free = till.campaign.payment.model_copy(update={"moment": "none", "fee_fen": 0})
    till.campaign = till.campaign.model_copy(update={"version": 3, "payment": free})
    await till.keep(till.campaign)
    await till.handlers.charge(till.accepted())
    [settled] = await till.facts(PaymentSucceeded)
    assert (settled.how, settled.amount_fen) == ("waived", 0)


async def test_row_20_a_request_is_answered_with_parameters_that_the_phone_can_pay_with(till: Till) -> None:
    await till.handlers.charge(till.accepted())
    request = till.requested()
    await till.handlers.answer_request(request)
    await till.run("prepare_payment")
    [prepared] = await till.facts(PaymentPrepared)
    assert (prepared.request_id, prepared.amount_fen) == (request.request_id, 2000)
    assert (await till.pay(prepared)).json()["errMsg"] == "requestPayment:ok"


async def test_a_second_request_gets_the_same_order_signed_anew(till: Till) -> None:
    await till.handlers.charge(till.accepted())
    first, second = await till.request(), await till.request()
    assert second.order_no == first.order_no
    assert second.pay.paySign != first.pay.paySign
    assert len(await till.orders()) == 1


async def test_two_requests_at_once_share_one_order(till: Till) -> None:
    await till.handlers.charge(till.accepted())
    for _ in range(2):
        await till.handlers.answer_request(till.requested())
    await till.run("prepare_payment")
    prepared = await till.facts(PaymentPrepared)
    assert len({each.request_id for each in prepared}) == 2
    assert len({each.order_no for each in prepared}) == len(await till.orders()) == 1


async def test_an_accepted_photo_and_a_request_may_come_in_any_order_with_the_same_end(till: Till) -> None:
    ends = []
    for order in permutations(("accepted", "requested")):
        till.application_id = uuid4()
        facts = {"accepted": till.accepted(), "requested": till.requested()}
        waiting: list[ApplicationEvent] = [facts[name] for name in order]
        handle = {"accepted": till.handlers.charge, "requested": till.handlers.answer_request}
        while waiting:
            fact = waiting.pop(0)
            try:
                await handle["accepted" if fact is facts["accepted"] else "requested"](fact)  # type: ignore[operator] # by name
            except NotYet:
                waiting.append(fact)  # parked, and tried again
        await till.run("prepare_payment")
        told = [fact for fact in await till.story() if fact.key == str(till.application_id)]
        ends.append([type(fact).__name__ for fact in told])
    assert ends[0] == ends[1] == ["PaymentDue", "PaymentPrepared"]


async def test_nothing_is_prepared_for_what_is_paid_or_lapsed(till: Till) -> None:
    await till.handlers.charge(till.accepted())
    await till.handlers.answer_request(till.requested())
    till.move_clock(by=3 * DAY)  # while the request waits
    await till.run("prepare_payment")
    await till.run("chase_payment")
    await till.handlers.answer_request(till.requested())
    assert [fact.reason for fact in await till.facts(PaymentRefused)] == [Reason.PAY_LAPSED, Reason.PAY_LAPSED]
    assert await till.orders() == []


async def test_row_33_an_unpaid_fee_is_recalled_twice_then_the_application_lapses_once(till: Till) -> None:
    await till.handlers.charge(till.accepted())
    for _ in range(3):
        till.move_clock(by=DAY)
        await till.run()
    assert [due.reminder for due in await till.facts(PaymentDue)] == [0, 1, 2]
    [closed] = await till.facts(PaymentClosed)
    assert (closed.final, closed.reason) == (True, Reason.PAY_LAPSED)


async def test_a_timer_that_comes_after_the_grace_recalls_nothing_and_still_ends_it(till: Till) -> None:
    await till.handlers.charge(till.accepted())
    till.move_clock(by=5 * DAY)
    await till.run()
    assert [due.reminder for due in await till.facts(PaymentDue)] == [0]
    assert [closed.final for closed in await till.facts(PaymentClosed)] == [True]


async def test_a_clock_that_jumps_over_two_reminders_recalls_once(till: Till) -> None:
    await till.handlers.charge(till.accepted())
    till.move_clock(by=timedelta(hours=50))
    await till.run()
    assert [due.reminder for due in await till.facts(PaymentDue)] == [0, 2]
    till.move_clock(by=DAY)
    await till.run()
    assert [closed.final for closed in await till.facts(PaymentClosed)] == [True]


async def test_the_last_timer_of_a_paid_fee_does_not_end_the_grace_of_the_next(till: Till) -> None:
    await till.charges(moment="after_upload", retake_fee_fen=500)
    await till.handlers.charge(till.submitted(1))
    for _ in range(2):
        till.move_clock(by=DAY)
        await till.run()
    await till.pay(await till.request(), notify="not_sent")
    till.move_clock(by=DAY)
    await till.run("watch_order")
    [under_way] = await till.due("chase_payment")
    await till.handlers.charge(till.submitted(2))
    await till.try_once(under_way)
    assert await till.facts(PaymentClosed) == []
    till.move_clock(by=DAY)
    await till.run()
    assert [(due.amount_fen, due.reminder) for due in await till.facts(PaymentDue)][-2:] == [(500, 0), (500, 1)]
    till.move_clock(by=2 * DAY)
    await till.run()
    assert [closed.final for closed in await till.facts(PaymentClosed)] == [True]


async def test_the_end_of_the_grace_closes_the_open_order_first(till: Till) -> None:
    await till.handlers.charge(till.accepted())
    till.move_clock(by=3 * DAY - timedelta(minutes=10))
    prepared = await till.request()
    assert prepared.expires_at - till.outbox.clock.now() < timedelta(minutes=10)
    till.move_clock(by=timedelta(minutes=10))
    await till.run("chase_payment")
    assert [order["state"] for order in await till.orders()] == ["CLOSED"]
    assert [closed.final for closed in await till.facts(PaymentClosed)] == [True]


async def test_who_pays_in_the_last_minute_does_not_lapse(till: Till) -> None:
    await till.handlers.charge(till.accepted())
    till.move_clock(by=3 * DAY - timedelta(minutes=10))
    await till.pay(await till.request(), notify="not_sent")
    till.move_clock(by=timedelta(minutes=10))
    await till.run()
    assert len(await till.facts(PaymentSucceeded)) == 1
    assert await till.facts(PaymentClosed) == []
