"""One order, one refund, whatever is lost on the way: the errands, against the sandbox."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from prometheus_client import REGISTRY

from services.payment import wechatpay
from services.payment.rules import LAST_LOOK_AFTER
from shared.events import (
    PaymentClosed,
    PaymentPrepared,
    PaymentRefunded,
    PaymentRefused,
    PaymentSucceeded,
)
from shared.outbox import TryLater
from shared.reasons import Reason
from tests.payment.till import Till

MINUTE = timedelta(minutes=1)


class Killed(BaseException):
    """The process dies here."""


def killed_after(call: Callable[..., Awaitable[object]]) -> Callable[..., Awaitable[object]]:
    """The outside call is made, and its answer never recorded."""

    async def die(*arguments: object) -> object:
        await call(*arguments)
        raise Killed

    return die


async def until(seen: Callable[[], Awaitable[bool]]) -> None:
    deadline = time.monotonic() + 5
    while not await seen():
        assert time.monotonic() < deadline, "it did not happen in time"
        await asyncio.sleep(0.02)


async def paid_twice(till: Till) -> tuple[str, str]:
    """Order 1 is closed, order 2 is paid, then the success of order 1 arrives late."""
    await till.handlers.charge(till.accepted())
    first = await till.request()
    till.move_clock(by=31 * MINUTE)
    await till.run("watch_order")
    second = await till.request()
    await till.pay(second)
    await until(lambda: settled(till))
    await till.force(first.order_no, even_if_closed=True)
    await until(lambda: refund_is_due(till))
    return first.order_no, second.order_no


async def settled(till: Till) -> bool:
    return bool(await till.facts(PaymentSucceeded))


async def refund_is_due(till: Till) -> bool:
    async with till.outbox.engine.connect() as connection:
        found = await connection.exec_driver_sql("SELECT count(*) FROM errands WHERE kind = 'refund_payment'")
        return bool(found.scalar())


async def test_killed_between_the_order_call_and_its_record_makes_one_order_at_wechat(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    await till.handlers.charge(till.accepted())
    await till.handlers.answer_request(till.requested())
    with monkeypatch.context() as dying:
        dying.setattr(till.wechatpay, "place", killed_after(till.wechatpay.place))
        with pytest.raises(Killed):
            await till.run("prepare_payment")
    await till.run("prepare_payment")
    [order] = await till.orders()
    [prepared] = await till.facts(PaymentPrepared)
    assert prepared.order_no == order["out_trade_no"]
    assert prepared.pay.package == f"prepay_id={order['prepay_id']}"


async def test_killed_after_the_order_call_and_paid_meanwhile_is_found_by_the_look_up(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    await till.handlers.charge(till.accepted())
    await till.handlers.answer_request(till.requested())
    with monkeypatch.context() as dying:
        dying.setattr(till.wechatpay, "place", killed_after(till.wechatpay.place))
        with pytest.raises(Killed):
            await till.run("prepare_payment")
    await till.force((await till.orders())[0]["out_trade_no"], notify="not_sent")
    await till.run("prepare_payment")
    assert await settled(till)
    assert [refused.reason for refused in await till.facts(PaymentRefused)] == [Reason.PAY_NOT_DUE]


@pytest.mark.parametrize(
    "trouble", ["signature_bad", "signature_missing", "serial_unknown", "done_then_dropped", "html_502", "status"]
)
async def test_an_answer_that_cannot_be_trusted_is_asked_for_again(till: Till, trouble: str) -> None:
    await till.arm("order", trouble, value=500)
    await till.handlers.charge(till.accepted())
    await till.request()
    assert len(await till.orders()) == 1


async def test_an_order_placed_before_we_moved_is_closed_and_another_opened(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    await till.handlers.charge(till.accepted())
    await till.handlers.answer_request(till.requested())
    with monkeypatch.context() as moving:
        moving.setattr(till.wechatpay._client, "_notify_url", "http://127.0.0.1:9/the-old-place")
        moving.setattr(till.wechatpay, "place", killed_after(till.wechatpay.place))
        with pytest.raises(Killed):
            await till.run("prepare_payment")
    await till.run("prepare_payment")
    assert [order["state"] for order in await till.orders()] == ["CLOSED", "NOTPAY"]
    assert len(await till.facts(PaymentPrepared)) == 1


async def test_a_student_is_told_to_come_back_when_wechat_pay_stays_away(till: Till) -> None:
    await till.arm("order", "status", value=500, times=100)
    await till.handlers.charge(till.accepted())
    await till.handlers.answer_request(till.requested())
    await till.run("prepare_payment")
    assert [refused.reason for refused in await till.facts(PaymentRefused)] == [Reason.SYS_RETRY]


async def test_row_22_an_order_that_nobody_pays_is_closed_at_its_end_and_another_may_be_opened(till: Till) -> None:
    await till.handlers.charge(till.accepted())
    first = await till.request()
    till.move_clock(by=31 * MINUTE)
    await till.run("watch_order")
    assert [order["state"] for order in await till.orders()] == ["CLOSED"]
    [closed] = await till.facts(PaymentClosed)
    assert (closed.order_no, closed.final, closed.reason) == (first.order_no, False, Reason.PAY_EXPIRED)
    assert (await till.request()).order_no != first.order_no


async def test_a_request_after_the_end_of_an_order_closes_it_before_it_opens_another(till: Till) -> None:
    await till.handlers.charge(till.accepted())
    await till.request()
    till.move_clock(by=31 * MINUTE)
    await till.request()
    assert [order["state"] for order in await till.orders()] == ["CLOSED", "NOTPAY"]


async def test_a_payment_that_nobody_notified_is_found_by_asking(till: Till) -> None:
    await till.handlers.charge(till.accepted())
    await till.pay(await till.request(), notify="not_sent")
    till.move_clock(by=MINUTE)
    await till.run("watch_order")
    assert await settled(till)


async def test_a_payment_that_wins_against_the_closing_settles(till: Till) -> None:
    await till.handlers.charge(till.accepted())
    await till.request()
    await till.arm("close", "paid_before_close")
    till.move_clock(by=31 * MINUTE)
    await till.run("watch_order")
    await until(lambda: settled(till))
    assert await till.facts(PaymentClosed) == []


async def test_row_23_a_late_success_of_a_closed_order_settles_what_is_not_settled(till: Till) -> None:
    await till.handlers.charge(till.accepted())
    first = await till.request()
    till.move_clock(by=31 * MINUTE)
    await till.run("watch_order")
    second = await till.request()
    await till.force(first.order_no, even_if_closed=True)
    await until(lambda: settled(till))
    await till.run("watch_order")  # order 2 must not be paid too
    states = {order["out_trade_no"]: order["state"] for order in await till.orders()}
    assert states == {first.order_no: "SUCCESS", second.order_no: "CLOSED"}
    assert [closed.order_no for closed in await till.facts(PaymentClosed)] == [first.order_no]


async def test_a_late_success_without_a_notification_is_found_by_a_last_look(till: Till) -> None:
    await till.handlers.charge(till.accepted())
    first = await till.request()
    till.move_clock(by=31 * MINUTE)
    await till.run("watch_order")
    await till.force(first.order_no, even_if_closed=True, notify="not_sent")
    till.move_clock(by=LAST_LOOK_AFTER)
    await till.run("watch_order")
    assert await settled(till)


async def test_row_41_what_was_paid_twice_is_given_back_once(till: Till) -> None:
    first, second = await paid_twice(till)
    await till.run("refund_payment")
    [refund] = await till.refunds()
    assert (refund["out_trade_no"], refund["amount_fen"]) == (first, 2000)
    [succeeded], [refunded] = await till.facts(PaymentSucceeded), await till.facts(PaymentRefunded)
    assert succeeded.order_no == second
    assert (refunded.order_no, refunded.reason, refunded.still_settled) == (first, Reason.PAY_DUP, True)


async def test_a_late_success_of_the_first_fee_is_given_back_while_a_retakes_fee_is_due(till: Till) -> None:
    await till.charges(moment="after_upload", retake_fee_fen=500)
    await till.handlers.charge(till.submitted(1))
    closed = await till.request()
    till.move_clock(by=31 * MINUTE)
    await till.run("watch_order")
    await till.pay(await till.request())
    await until(lambda: settled(till))
    await till.handlers.charge(till.submitted(2))
    await till.force(closed.order_no, even_if_closed=True)
    await until(lambda: refund_is_due(till))
    await till.run("refund_payment")
    [refunded] = await till.facts(PaymentRefunded)
    assert (refunded.order_no, refunded.amount_fen, refunded.reason) == (closed.order_no, 2000, Reason.PAY_DUP)
    assert [settled.amount_fen for settled in await till.facts(PaymentSucceeded)] == [2000]


async def test_what_is_paid_after_the_application_lapsed_is_given_back(till: Till) -> None:
    await till.handlers.charge(till.accepted())
    order = await till.request()
    till.move_clock(by=timedelta(days=4))
    await till.run("chase_payment")
    await till.force(order.order_no, even_if_closed=True)
    await until(lambda: refund_is_due(till))
    await till.run("refund_payment")
    [refunded] = await till.facts(PaymentRefunded)
    assert (refunded.reason, refunded.still_settled) == (Reason.PAY_LAPSED, False)
    assert await till.facts(PaymentSucceeded) == []


async def test_killed_between_the_refund_call_and_its_record_makes_one_refund(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    await paid_twice(till)
    with monkeypatch.context() as dying:
        dying.setattr(till.wechatpay, "refund", killed_after(till.wechatpay.refund))
        with pytest.raises(Killed):
            await till.run("refund_payment")
    await till.run("refund_payment")
    assert len(await till.refunds()) == 1
    assert len(await till.facts(PaymentRefunded)) == 1


async def test_a_refund_that_wechat_pay_gives_up_is_shown_to_operators_and_may_still_succeed(till: Till) -> None:
    await paid_twice(till)
    await till.arm("refund", "ends_abnormal")
    before = stuck()
    await till.run("refund_payment")
    assert stuck() == before + 1
    assert await till.facts(PaymentRefunded) == []


def stuck() -> float:
    """What the operators' alarm watches."""
    return REGISTRY.get_sample_value("gradphoto_refunds_stuck_total") or 0


async def test_a_refund_is_asked_for_again_when_the_merchants_balance_was_too_low(till: Till) -> None:
    await paid_twice(till)
    await till.arm("refund", "balance_low")
    [errand] = await till.due("refund_payment")
    with pytest.raises(wechatpay.Refused, match="NOT_ENOUGH"):
        await till.cashier.refund_payment(errand)
    await till.run("refund_payment")
    assert len(await till.facts(PaymentRefunded)) == 1


async def test_a_refund_under_way_is_polled_and_not_repeated(till: Till) -> None:
    await paid_twice(till)
    await till.arm("refund", "stays_processing")
    [errand] = await till.due("refund_payment")
    with pytest.raises(TryLater) as later:
        await till.cashier.refund_payment(errand)
    assert later.value.wait == MINUTE
    assert len(await till.refunds()) == 1


async def test_the_notification_of_a_refund_ends_it_and_the_poll_adds_nothing(till: Till) -> None:
    await paid_twice(till)
    [errand] = await till.due("refund_payment")
    await till.try_once(errand)  # WeChat Pay says PROCESSING
    await until(lambda: refunded(till))
    await till.run("refund_payment")
    assert len(await till.facts(PaymentRefunded)) == 1


async def refunded(till: Till) -> bool:
    return bool(await till.facts(PaymentRefunded))
