"""The money's region: what payment has said so far, as sets, for facts of money come in any order."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from shared.events import PayParameters, Value
from shared.reasons import Reason

MoneyState = Literal["not_due", "due", "prepared", "paid", "lapsed"]


class Due(Value):
    amount_fen: int
    unpaid_until: datetime
    reminder: int = 0
    order_no: str | None = None


class Prepared(Value):
    request_id: UUID
    order_no: str
    expires_at: datetime
    pay: PayParameters


class MoneyRegion(Value):
    """`requested` is the order the student asked for last; `refusal` is payment's "no" to it."""

    due: Due | None = None
    requested: UUID | None = None
    prepared: Prepared | None = None
    closed: frozenset[str] = frozenset()
    paid: frozenset[str] = frozenset()
    refunded: frozenset[str] = frozenset()
    lapsed: bool = False
    refusal: Reason | None = None

    @property
    def standing(self) -> frozenset[str]:
        """The orders that were paid and not given back."""
        return self.paid - self.refunded

    def is_settled(self, fees_owed: int) -> bool:
        return len(self.standing) >= fees_owed

    def state(self, now: datetime, fees_owed: int = 1) -> MoneyState:
        if self.is_settled(fees_owed):
            return "paid" if self.standing else "not_due"
        if self.lapsed:
            return "lapsed"
        order = self.prepared
        if order and order.order_no not in self.closed | self.paid and now < order.expires_at:
            return "prepared"
        return "due" if self.due else "not_due"
