"""What the sandbox remembers, in memory: accounts, orders, refunds, messages. Money is fen, time is aware UTC."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal
from uuid import uuid4

OrderState = Literal["NOTPAY", "SUCCESS", "CLOSED", "REFUND"]
RefundStatus = Literal["PROCESSING", "SUCCESS", "CLOSED", "ABNORMAL"]


def now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Attempt:
    """One try to deliver a notification or a receipt, and what the receiver answered."""

    at: datetime
    status: int | None  # None: no answer within the limit, or no connection
    taken: bool
    answer: str


@dataclass
class Delivery:
    """Something pushed to the merchant: done when one attempt was taken, given up when the schedule is over."""

    kind: str
    about: str
    attempts: list[Attempt] = field(default_factory=list)
    given_up: bool = False


@dataclass
class Order:
    """A JSAPI order, as the merchant placed it."""

    out_trade_no: str
    placed: dict[str, object]  # the request as it came: the same number with other parameters is refused
    openid: str
    amount_fen: int
    description: str
    notify_url: str
    expires_at: datetime | None
    prepay_id: str
    created_at: datetime
    state: OrderState = "NOTPAY"
    transaction_id: str | None = None
    paid_at: datetime | None = None
    refunded_fen: int = 0
    deliveries: list[Delivery] = field(default_factory=list)


@dataclass
class Refund:
    """A refund of one order, under the merchant's own number."""

    out_refund_no: str
    refund_id: str
    asked: dict[str, object]
    out_trade_no: str
    amount_fen: int
    notify_url: str | None
    created_at: datetime
    reason: str
    status: RefundStatus = "PROCESSING"
    succeeded_at: datetime | None = None
    deliveries: list[Delivery] = field(default_factory=list)


@dataclass
class SubscribeMessage:
    """A subscribe message that WeChat took."""

    openid: str
    template_id: str
    fields: dict[str, str]
    page: str
    sent_at: datetime


@dataclass
class Sms:
    """An SMS that the gateway took; `report` is what the carrier said later."""

    phone: str
    template_id: str
    params: list[str]
    sign_name: str
    session_context: str
    serial_no: str
    sent_at: datetime
    report: Literal["SUCCESS", "FAIL"] | None = None
    reported_at: datetime | None = None
    report_pulled: bool = False
    delivery: Delivery | None = None


@dataclass
class CaptureCode:
    """What one of a student's codes from CHSI says."""

    student_no: str
    school_code: str
    masked_name: str
    last_four: str
    expires_at: datetime


@dataclass
class Ledger:
    """Everything above, by the name its API looks it up under."""

    used_codes: set[str] = field(default_factory=set)
    tokens: dict[str, datetime] = field(default_factory=dict)  # access token → expiry
    grants: dict[tuple[str, str], int] = field(default_factory=dict)  # (openid, template) → accepts left
    orders: dict[str, Order] = field(default_factory=dict)
    refunds: dict[str, Refund] = field(default_factory=dict)
    subscribe_messages: list[SubscribeMessage] = field(default_factory=list)
    sms: list[Sms] = field(default_factory=list)
    capture_codes: dict[str, CaptureCode] = field(default_factory=dict)

    def order_of_prepay(self, prepay_id: str) -> Order | None:
        return next((order for order in self.orders.values() if order.prepay_id == prepay_id), None)

    def pay(self, order: Order) -> None:
        """The money arrives. The caller has decided that it may."""
        order.state, order.paid_at = "SUCCESS", now()
        order.transaction_id = f"42{now():%Y%m%d%H%M%S}{uuid4().int % 10**12:012d}"
