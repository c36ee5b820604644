"""What money did: each function changes the rows and tells the facts of one event, inside the caller's transaction.

Everything is conditional on the state (`rules.after`), so a notification, a query and a timer may each bring the same
news, in any order, any number of times.
"""

from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import uuid4

import structlog
from prometheus_client import Counter

from services.payment import rules, store, wechatpay
from services.payment.rules import Case, Order
from shared.campaign import Payment
from shared.events import Payer, PaymentClosed, PaymentDue, PaymentRefunded, PaymentSucceeded
from shared.outbox import Transaction, TryLater
from shared.reasons import Reason
from shared.sealed import Sealer

REFUNDS_STUCK = Counter(
    "gradphoto_refunds_stuck", "Refunds that WeChat Pay closed or called abnormal: an operator acts"
)

AT_ONCE = timedelta(milliseconds=1)

log = structlog.get_logger()


class Mismatch(Exception):
    """The money is not that of our order or refund; the text says how, without saying whose."""


class TooLate(TryLater):
    """The order was paid or closed before this answer could be recorded: the errand starts again."""


def about(case: Case) -> dict[str, Any]:
    return {
        "application_id": case.application_id,
        "campaign_id": case.campaign_id,
        "campaign_version": case.campaign_version,
    }


async def fall_due(tx: Transaction, case: Case, terms: Payment, event: str, charged_attempt: int = 1) -> None:
    """A fee is owed from now on, if this event makes one due; the first reminder, or the end of the grace, comes by
    itself."""
    number = rules.fee_due(terms, event, charged_attempt)
    money = rules.after(case.money, event)
    if number is None or number <= case.fees or money is None:
        return
    if terms.moment == "none":
        await _settle(tx, case, order_no="", amount_fen=0, how="waived", paid_at=tx.now)
        return
    owed: dict[str, Any] = {"amount_fen": terms.fee_of(number), "unpaid_until": rules.grace_ends_at(terms, tx.now)}
    if terms.order_prefix:
        owed["order_no"] = await store.new_order_no(tx, terms.order_prefix)
    await store.change_case(tx, case.application_id, money=money, fees=number, due_at=tx.now, **owed)
    tx.tell(PaymentDue(**about(case), **owed))
    tx.do("chase_payment", case.application_id, at=rules.chases(terms, tx.now)[0].at, step=0)


async def settle_by_hand(tx: Transaction, case: Case, how: Literal["offline", "waived"]) -> bool:
    """Somebody took the money, or let it go. False: nothing was owed. An order under way is closed."""
    if case.money is not rules.Money.DUE:
        return False
    await _settle(tx, case, order_no=f"{how}-{uuid4().hex}", amount_fen=case.amount_fen, how=how, paid_at=tx.now)
    return True


async def _settle(tx: Transaction, case: Case, **paid: Any) -> None:
    await store.change_case(tx, case.application_id, money=rules.Money.SETTLED, settled_by=paid["order_no"])
    tx.tell(PaymentSucceeded(**about(case), **paid))
    other = await store.open_order(tx, case.application_id)
    if other:  # closed before it can be paid too
        tx.do("watch_order", other.order_no)


async def end(tx: Transaction, case: Case, terms: Payment, how: rules.End, *, delivered: bool = False) -> None:
    """The application is over: nothing is owed any more, and what was paid goes back where the campaign says so."""
    money = rules.after(case.money, "application ended")
    if money is None:
        return
    await store.change_case(tx, case.application_id, money=money)
    still_open = await store.open_order(tx, case.application_id)
    if still_open:
        tx.do("watch_order", still_open.order_no)
    if rules.is_given_back(terms, how, delivered=delivered):
        for order in await store.standing_orders(tx, case.application_id):
            await _give_back(tx, order, Reason.REFUND_WITHDRAWN)


async def _give_back(tx: Transaction, order: Order, reason: Reason) -> None:
    refund = await store.add_refund(tx, order, reason)
    tx.do("refund_payment", refund.refund_no)


def remind(tx: Transaction, case: Case, chases: list[rules.Chase], step: int) -> None:
    """Not when the next is due too: a timer that comes late never recalls twice in a breath, nor after the grace."""
    if tx.now < chases[step + 1].at:
        owed = {"amount_fen": case.amount_fen, "unpaid_until": case.unpaid_until, "order_no": case.order_no}
        tx.tell(PaymentDue(**about(case), **owed, reminder=chases[step].reminder))


async def lapse(tx: Transaction, case: Case) -> None:
    """The grace is over and nothing was paid."""
    money = rules.after(case.money, "grace over")
    if money is None:
        return
    await store.change_case(tx, case.application_id, money=money)
    tx.tell(PaymentClosed(**about(case), order_no=None, final=True, reason=Reason.PAY_LAPSED))


async def prepared(tx: Transaction, order: Order, prepay_id: str) -> None:
    """WeChat knows the order, or has renewed its prepay_id. Raises TooLate, overwriting nothing."""
    state = rules.after(order.state, "prepared")
    if state is None:
        raise TooLate(f"the order is {order.state} meanwhile", AT_ONCE)
    if prepay_id != order.prepay_id:
        changes = {"state": state, "prepay_id": prepay_id, "prepared_at": tx.now}
        await store.change_order(tx, order.order_no, **changes)
        tx.do("watch_order", order.order_no, at=tx.now + rules.LOOKS_AFTER[0])


async def paid(tx: Transaction, sealer: Sealer, payment: wechatpay.Transaction) -> None:
    """The money of an order has arrived: it settles the application, or it is given back (23, 41).

    Raises Mismatch and store.NoSuchNumber: then nothing is changed, and a person has to look.
    """
    case, order = await store.order_locked(tx, payment.out_trade_no)
    openid, paid_by = sealer.open(order.payer, Payer).openid, payment.payer.openid if payment.payer else None
    wrong = rules.mismatch(order, openid, payment.amount.total, payment.amount.currency, paid_by)
    if wrong:
        raise Mismatch(wrong)
    state = rules.after(order.state, "paid")
    if state is None:
        return
    paid_at = payment.success_time or tx.now
    changes = {"state": state, "transaction_id": payment.transaction_id, "paid_at": paid_at}
    await store.change_order(tx, order.order_no, **changes)
    await _settle_or_give_back(tx, case, order, paid_at)


async def _settle_or_give_back(tx: Transaction, case: Case, order: Order, paid_at: datetime) -> None:
    refund_because = rules.why_refunded(case.money, order.amount_fen, case.amount_fen)
    if refund_because:
        await _give_back(tx, order, refund_because)
        return
    assert rules.after(case.money, "paid") is rules.Money.SETTLED, f"an order exists, so {case.money} cannot be"
    await _settle(tx, case, order_no=order.order_no, amount_fen=order.amount_fen, how="wechat", paid_at=paid_at)


async def closed(tx: Transaction, order_no: str) -> None:
    """The order can no longer be paid. Said only while the student may open another."""
    case, order = await store.order_locked(tx, order_no)
    state = rules.after(order.state, "closed")
    if state is None:
        return
    await store.change_order(tx, order_no, state=state, closed_at=tx.now)
    if rules.why_not_payable(case, tx.now) is None:
        tx.tell(PaymentClosed(**about(case), order_no=order_no, final=False, reason=Reason.PAY_EXPIRED))


async def refund_ended(tx: Transaction, refund_no: str, status: str, amount_fen: int | None = None) -> None:
    """`status` as WeChat Pay names it; one that decides nothing yet changes nothing.

    Raises Mismatch and store.NoSuchNumber.
    """
    case, order, refund = await store.refund_locked(tx, refund_no)
    if amount_fen not in (None, refund.amount_fen):
        raise Mismatch(f"refund {refund_no} is over {refund.amount_fen} fen, not {amount_fen}")
    event = rules.refund_event(status)
    state = rules.after(refund.state, event) if event else None
    if state is None:
        return
    await store.change_refund(tx, refund_no, state)
    if state is rules.RefundState.ABNORMAL:
        REFUNDS_STUCK.inc()
        log.error("a refund needs an operator", refund_no=refund_no, order_no=order.order_no, status=status)
        return
    still_settled = case.money is rules.Money.SETTLED and case.settled_by != order.order_no
    told = {"order_no": order.order_no, "refund_no": refund_no, "amount_fen": refund.amount_fen}
    tx.tell(PaymentRefunded(**about(case), **told, reason=refund.reason, still_settled=still_settled))
