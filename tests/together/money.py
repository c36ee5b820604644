"""Payment and the gateway: what is owed, every order and refund; WeChat Pay may answer late, twice or not at all."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from services.payment import rules
from services.payment.handlers import ENDS, EVENTS
from services.payment.rules import Case, Money, Order, OrderState, RefundState
from shared.events import (
    ApplicationEvent,
    ErasureCompleted,
    ErasureRequested,
    PaymentClosed,
    PaymentDue,
    PaymentPrepared,
    PaymentRefunded,
    PaymentRefused,
    PaymentRequested,
    PaymentSucceeded,
    PayParameters,
    PhotoSubmitted,
)
from shared.outbox import NotYet
from shared.reasons import Reason
from tests.together.bag import APPLICATION_ID, Bag, Hears
from tests.together.door import PAYER

PAY = PayParameters(appId="a", timeStamp="1", nonceStr="n", package="p", signType="RSA", paySign="s")


@dataclass
class Refund:
    reason: Reason
    state: RefundState = RefundState.REFUNDING


class Payment:
    name = "payment"

    def __init__(self, bag: Bag) -> None:
        self.bag, self.terms = bag, bag.campaign.payment
        self.case = Case(
            **bag.named, money=Money.NOT_DUE, amount_fen=None, due_at=None, unpaid_until=None, settled_by=None
        )
        self.orders: dict[str, Order] = {}
        self.refunds: dict[str, Refund] = {}
        self.chase: tuple[datetime, int] | None = None  # when, and which step
        self.hears: Hears = dict.fromkeys(EVENTS, self.charge)
        self.hears |= dict.fromkeys(ENDS, self.end)
        self.hears[PaymentRequested] = self.answer

    @property
    def standing(self) -> list[Order]:
        """Paid, and not given back or about to be."""
        return [each for no, each in self.orders.items() if each.state is OrderState.PAID and no not in self.refunds]

    def charge(self, fact: Any) -> None:
        event = EVENTS[type(fact)]
        number = rules.fee_due(self.terms, event, fact.charged_attempt if isinstance(fact, PhotoSubmitted) else 1)
        money = rules.after(self.case.money, event)
        if number is None or number <= self.case.fees or money is None:
            return
        if self.terms.moment == "none":
            self._settle(order_no="", amount_fen=0, how="waived")
            return
        owed: dict[str, Any] = {
            "amount_fen": self.terms.fee_of(number),
            "unpaid_until": rules.grace_ends_at(self.terms, self.bag.now),
        }
        self.case = replace(self.case, money=money, fees=number, due_at=self.bag.now, **owed)
        self._tell(PaymentDue(**self.bag.named, **owed))
        self.chase = (rules.chases(self.terms, self.bag.now)[0].at, 0)

    def answer(self, fact: PaymentRequested) -> None:
        if self.case.money is Money.NOT_DUE:
            raise NotYet("payment due")
        reason = rules.why_not_payable(self.case, self.bag.now)
        if reason:
            self._tell(PaymentRefused(**self.bag.named, request_id=fact.request_id, reason=reason))
            return
        order = next((each for each in self.orders.values() if each.state is OrderState.OPEN), None) or self._open()
        answer = {"request_id": fact.request_id, "order_no": order.order_no, "amount_fen": order.amount_fen}
        self._tell(PaymentPrepared(**self.bag.named, **answer, expires_at=order.expires_at, pay=PAY))

    def end(self, fact: Any) -> None:
        money = rules.after(self.case.money, "application ended")
        if money is not None:
            self.case = replace(self.case, money=money)
            self._close_open_orders()
            delivered = isinstance(fact, ErasureRequested) and fact.delivered
            if rules.is_given_back(self.terms, ENDS[type(fact)], delivered=delivered):
                for order in self.standing:
                    self.refunds[order.order_no] = Refund(Reason.REFUND_WITHDRAWN)
        if isinstance(fact, ErasureRequested):
            self._tell(ErasureCompleted(**self.bag.named, service=self.name))

    def arrive(self, order_no: str) -> None:
        """The money of an order, however late."""
        order = self.orders[order_no]
        state = rules.after(order.state, "paid")
        if state is None:
            return
        self.orders[order_no] = replace(order, state=state)
        because = rules.why_refunded(self.case.money, order.amount_fen, self.case.amount_fen)
        if because:
            self.refunds[order_no] = Refund(because)
            return
        assert rules.after(self.case.money, "paid") is Money.SETTLED
        self._settle(order_no=order_no, amount_fen=order.amount_fen, how="wechat")
        self._close_open_orders()

    def settle_by_hand(self) -> None:
        if self.case.money is Money.DUE:
            self._settle(order_no=f"waived-{self.bag.new_id().hex}", amount_fen=self.case.amount_fen, how="waived")
            self._close_open_orders()

    def give_back(self) -> None:
        """WeChat Pay ends the refunds under way."""
        for order_no, refund in self.refunds.items():
            state = rules.after(refund.state, "refund succeeded")
            if state is None:
                continue
            refund.state = state
            still = self.case.money is Money.SETTLED and self.case.settled_by != order_no
            told = {"order_no": order_no, "refund_no": f"{order_no}-1", "amount_fen": self.orders[order_no].amount_fen}
            self._tell(PaymentRefunded(**self.bag.named, **told, reason=refund.reason, still_settled=still))

    def fire(self) -> None:
        """Orders that expire, reminders, the end of the grace."""
        for order in list(self.orders.values()):
            if order.state is OrderState.OPEN and rules.is_over(order, self.case, self.bag.now):
                self._close(order)
        while self.chase and self.chase[0] <= self.bag.now:
            _, step = self.chase
            self.chase = None
            assert self.case.due_at
            chases = rules.chases(self.terms, self.case.due_at)
            if chases[step].reminder is None:
                self._lapse()
            elif self.case.money is Money.DUE:
                self.chase = (chases[step + 1].at, step + 1)

    def _lapse(self) -> None:
        money = rules.after(self.case.money, "grace over")
        if money is not None:
            self._close_open_orders()
            self.case = replace(self.case, money=money)
            self._tell(PaymentClosed(**self.bag.named, order_no=None, final=True, reason=Reason.PAY_LAPSED))

    def _settle(self, **paid: Any) -> None:
        self.case = replace(self.case, money=Money.SETTLED, settled_by=paid["order_no"])
        self._tell(PaymentSucceeded(**self.bag.named, **paid, paid_at=self.bag.now))

    def _open(self) -> Order:
        assert self.case.amount_fen
        assert self.case.unpaid_until
        expires_at = rules.order_expires_at(self.terms, self.case.unpaid_until, self.bag.now)
        amount, now = self.case.amount_fen, self.bag.now
        no = str(self.bag.new_id())
        order = Order(no, APPLICATION_ID, PAYER, "", amount, OrderState.OPEN, expires_at, "prepay", now, None)
        self.orders[no] = order
        return order

    def _close_open_orders(self) -> None:
        for order in list(self.orders.values()):
            if order.state is OrderState.OPEN:
                self._close(order)

    def _close(self, order: Order) -> None:
        state = rules.after(order.state, "closed")
        assert state
        self.orders[order.order_no] = replace(order, state=state, closed_at=self.bag.now)
        if rules.why_not_payable(self.case, self.bag.now) is None:
            closed = {"order_no": order.order_no, "final": False, "reason": Reason.PAY_EXPIRED}
            self._tell(PaymentClosed(**self.bag.named, **closed))

    def _tell(self, fact: ApplicationEvent) -> None:
        self.bag.tell(self.name, fact)
