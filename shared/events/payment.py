"""Facts about money."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from shared.events.event import ApplicationEvent
from shared.events.values import Payer, PayParameters
from shared.reasons import Reason
from shared.sealed import Sealed


class PaymentDue(ApplicationEvent):
    """The fee is owed; said again as a reminder, counted from 1. Unpaid at `unpaid_until`, the application lapses."""

    topic = "payment.due.v1"

    amount_fen: int
    unpaid_until: datetime
    reminder: int = 0
    order_no: str | None = None  # of the order to come, where the campaign numbers them for people to read


class PaymentRequested(ApplicationEvent):
    topic = "payment.requested.v1"

    request_id: UUID
    payer: Sealed[Payer]


class PaymentPrepared(ApplicationEvent):
    topic = "payment.prepared.v1"

    request_id: UUID
    order_no: str
    amount_fen: int
    expires_at: datetime
    pay: PayParameters


class PaymentRefused(ApplicationEvent):
    topic = "payment.refused.v1"

    request_id: UUID
    reason: Reason


class PaymentClosed(ApplicationEvent):
    """An order ended unpaid. `final`: the grace is over too, and with it the application."""

    topic = "payment.closed.v1"

    order_no: str | None
    final: bool
    reason: Reason


class PaymentSucceeded(ApplicationEvent):
    topic = "payment.succeeded.v1"

    order_no: str
    amount_fen: int
    how: Literal["wechat", "waived", "offline"]
    paid_at: datetime


class PaymentRefunded(ApplicationEvent):
    """`still_settled`: another payment stands, so the application stays paid."""

    topic = "payment.refunded.v1"

    order_no: str
    refund_no: str
    amount_fen: int
    reason: Reason
    still_settled: bool
