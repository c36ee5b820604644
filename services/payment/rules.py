"""What do we decide about money? Pure: no IO, no clock, no settings. Amounts in fen, times aware UTC."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal
from uuid import UUID

from shared.campaign import BEIJING, Payment
from shared.events import Payer
from shared.machine import Row, S
from shared.machine import after as after_by_rows
from shared.reasons import Reason
from shared.sealed import Sealed

PREPAY_LIVES = timedelta(hours=2) - timedelta(minutes=10)  # WeChat: two hours; the rest is time to tap
SHORTEST_ORDER = timedelta(minutes=1)  # WeChat refuses a shorter time_expire
LOOKS_AFTER = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15))
LAST_LOOK_AFTER = timedelta(days=1)  # a closed order once more: its notification may have been lost
REFUND_POLLS = 5  # WeChat: poll a refund after one minute, back off after five


class Money(StrEnum):
    """An application's money."""

    NOT_DUE = "not_due"
    DUE = "due"
    SETTLED = "settled"
    LAPSED = "lapsed"  # unpaid when the grace was over
    ENDED = "ended"  # the application is: nothing is owed, and what comes goes back


class OrderState(StrEnum):
    PLACING = "placing"  # ours; WeChat may or may not know it
    OPEN = "open"  # placed: the student can pay
    PAID = "paid"
    CLOSED = "closed"


class RefundState(StrEnum):
    REFUNDING = "refunding"
    REFUNDED = "refunded"
    ABNORMAL = "abnormal"  # WeChat gave up: an operator must act


State = Money | OrderState | RefundState
End = Literal["withdrawn", "lapsed", "revoked", "erased"]

ROWS = (
    Row(13, "identity confirmed", (Money.NOT_DUE,), Money.DUE),
    Row(19, "photo submitted", (Money.NOT_DUE, Money.SETTLED), Money.DUE),  # SETTLED: a retake that costs
    Row(31, "photo accepted", (Money.NOT_DUE,), Money.DUE),
    Row(33, "grace over", (Money.DUE,), Money.LAPSED),
    Row(20, "prepared", (OrderState.PLACING, OrderState.OPEN), OrderState.OPEN),  # OPEN: its prepay_id is renewed
    Row(21, "paid", (OrderState.PLACING, OrderState.OPEN), OrderState.PAID),
    Row(21, "paid", (Money.DUE,), Money.SETTLED),
    Row(41, "paid", (Money.SETTLED,), Money.SETTLED),  # the double payment: given back, see `why_refunded`
    Row(23, "paid", (Money.LAPSED,), Money.LAPSED),  # likewise
    Row(23, "paid", (Money.ENDED,), Money.ENDED),
    Row(22, "closed", (OrderState.PLACING, OrderState.OPEN), OrderState.CLOSED),
    Row(23, "paid", (OrderState.CLOSED,), OrderState.PAID),  # the late success
    Row(40, "refund succeeded", (RefundState.REFUNDING, RefundState.ABNORMAL), RefundState.REFUNDED),
    Row(40, "refund failed", (RefundState.REFUNDING,), RefundState.ABNORMAL),
    Row(40, "application ended", (Money.NOT_DUE, Money.DUE, Money.SETTLED, Money.LAPSED), Money.ENDED),
)


def after(state: S, event: str) -> S | None:
    """Where the event leads; None: it changes nothing (it came twice, or late)."""
    return after_by_rows(ROWS, state, event)


@dataclass(frozen=True)
class Case:
    """One application's money; what is owed and until when is None before it is due."""

    application_id: UUID
    campaign_id: str
    campaign_version: int
    money: Money
    amount_fen: int | None
    due_at: datetime | None
    unpaid_until: datetime | None
    settled_by: str | None  # order_no
    fees: int = 0  # that have fallen due, one after the other
    order_no: str | None = None  # that the student was told, for the first order of the newest fee


@dataclass(frozen=True)
class Order:
    """One order at WeChat Pay; `order_no` is our out_trade_no."""

    order_no: str
    application_id: UUID
    payer: Sealed[Payer]
    description: str
    amount_fen: int
    state: OrderState
    expires_at: datetime
    prepay_id: str | None
    prepared_at: datetime | None
    closed_at: datetime | None


@dataclass(frozen=True)
class Refund:
    refund_no: str
    order_no: str
    amount_fen: int
    reason: Reason
    state: RefundState


def fee_due(terms: Payment, event: str, charged_attempt: int) -> int | None:
    """The number of the fee that this event makes due under these terms; None: none. What costs nothing is "due" at
    the approval, and settled there."""
    falls_due = {
        "before_upload": "identity confirmed",
        "at_order": "photo submitted",
        "after_upload": "photo submitted",
    }.get(terms.moment, "photo accepted")
    return max(terms.fees_owed(charged_attempt), 1) if event == falls_due else None


def is_given_back(terms: Payment, end: End, *, delivered: bool = False) -> bool:
    """delivered: the school has the photo, so its erasure (a year later, by the retention) gives nothing back."""
    return end in terms.refund_when and not delivered


def why_not_payable(case: Case, now: datetime) -> Reason | None:
    """None: the student may pay now."""
    if case.money is Money.ENDED:
        return Reason.PAY_NOT_DUE
    if case.money is Money.LAPSED or (case.unpaid_until and now >= case.unpaid_until):
        return Reason.PAY_LAPSED
    return None if case.money is Money.DUE else Reason.PAY_NOT_DUE


def why_refunded(money: Money, paid_fen: int, owed_fen: int | None) -> Reason | None:
    """What becomes of a payment that arrives: None, it settles the application; else it is given back (23, 41).

    A late payment of the first fee, while the smaller one of a retake is due, is none of that one.
    """
    if money is Money.DUE and paid_fen != owed_fen:
        return Reason.PAY_DUP
    return {
        Money.SETTLED: Reason.PAY_DUP,
        Money.LAPSED: Reason.PAY_LAPSED,
        Money.ENDED: Reason.REFUND_WITHDRAWN,
    }.get(money)


def mismatch(order: Order, openid: str, amount_fen: int, currency: str, paid_by: str | None) -> str | None:
    """Why this is not the payment of that order; None when it is. Never says who paid: it is logged."""
    if (amount_fen, currency) != (order.amount_fen, "CNY"):
        return f"order {order.order_no} is over {order.amount_fen} CNY fen, the payment over {amount_fen} {currency}"
    if openid and paid_by != openid:  # an erased payer cannot be compared
        return f"order {order.order_no} was paid by somebody else"
    return None


def order_no_at(prefix: str, moment: datetime) -> str:
    """As Xinhua prints it, 0000-20200714160054374: a prefix and Beijing's time to the millisecond."""
    in_beijing = moment.astimezone(BEIJING)
    return f"{prefix}-{in_beijing:%Y%m%d%H%M%S}{in_beijing.microsecond // 1000:03}"


def order_expires_at(terms: Payment, unpaid_until: datetime, now: datetime) -> datetime:
    """No order outlives the grace, but none is shorter than WeChat allows."""
    return max(now + SHORTEST_ORDER, min(now + timedelta(minutes=terms.order_minutes), unpaid_until))


def can_be_paid(order: Order, now: datetime) -> bool:
    """Its prepay_id still works."""
    return order.state is OrderState.OPEN and order.prepared_at is not None and now < order.prepared_at + PREPAY_LIVES


def is_over(order: Order, case: Case, now: datetime) -> bool:
    """An order is closed at its end, and as soon as nothing is owed any more."""
    return now >= order.expires_at or case.money is not Money.DUE


def next_look(order: Order, case: Case, now: datetime) -> datetime | None:
    """When to ask WeChat about an order again, because notifications may be lost; None: never."""
    if order.state is OrderState.PAID:
        return None
    if order.state is OrderState.CLOSED:
        return _first_after(now, [order.closed_at + LAST_LOOK_AFTER]) if order.closed_at else None
    if is_over(order, case, now):
        return now
    if order.prepared_at:
        looks = (order.prepared_at + pause for pause in LOOKS_AFTER)
        return _first_after(now, [look for look in looks if look < order.expires_at]) or order.expires_at
    return order.expires_at


@dataclass(frozen=True)
class Chase:
    """A moment at which an unpaid fee is recalled (reminder counted from 1) or, without a number, given up."""

    at: datetime
    reminder: int | None


def grace_ends_at(terms: Payment, due_at: datetime) -> datetime:
    return due_at + timedelta(days=terms.grace_days)


def chases(terms: Payment, due_at: datetime) -> list[Chase]:
    """In order; reminders that would come after the grace are left out, its end is always the last."""
    end = grace_ends_at(terms, due_at)
    moments = [due_at + timedelta(hours=hours) for hours in sorted(terms.remind_after_hours)]
    recalled = [Chase(at, number) for number, at in enumerate((at for at in moments if at < end), start=1)]
    return [*recalled, Chase(end, None)]


def refund_wait(attempts: int) -> timedelta:
    return timedelta(minutes=1 if attempts <= REFUND_POLLS else 10)


def refund_event(status: str) -> str | None:
    """WeChat's refund status as an event of ours; None: not decided yet."""
    return {"SUCCESS": "refund succeeded", "CLOSED": "refund failed", "ABNORMAL": "refund failed"}.get(status)


def _first_after(now: datetime, moments: Iterable[datetime]) -> datetime | None:
    return min((moment for moment in moments if moment > now), default=None)
