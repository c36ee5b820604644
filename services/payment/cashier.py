"""What does it do outside, and later? The errands. WeChat is asked outside any transaction; what it answers is recorded
conditional on the state (ledger.py), so an errand that is run again does no harm."""

from datetime import timedelta
from uuid import UUID

from services.payment import ledger, rules, store
from services.payment.rules import Case, Order, OrderState
from services.payment.wechatpay import Refused, Unclear, WeChatPay
from shared.campaigns import campaign_version
from shared.events import ErasureCompleted, Payer, PaymentPrepared, PaymentRefused
from shared.outbox import Errand, Outbox, Transaction, TryLater
from shared.reasons import Reason
from shared.sealed import Sealed, Sealer

MONEY_MOVES = timedelta(minutes=1)
ORDERS_KEPT = timedelta(days=3 * 366)  # E-commerce Law 31 (domain research §5.2)
KEPT = "订单与退款记录（不含付款人），电子商务法第三十一条"
PATIENCE = 5  # tries, some 30 s: then a waiting student is told to come back later


class NotPayable(Exception):
    """The student cannot pay (any more), for this reason."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


class Cashier:
    def __init__(self, outbox: Outbox, sealer: Sealer, wechatpay: WeChatPay) -> None:
        self.outbox, self.sealer, self.wechatpay = outbox, sealer, wechatpay

    async def prepare_payment(self, errand: Errand) -> None:
        """Answers a request: the application's one open order, its parameters signed anew."""
        try:
            order, prepay_id = await self._prepaid_order(errand)
        except NotPayable as no:
            await self._refuse(errand, no.reason)
            return
        except (Unclear, Refused):
            if errand.attempts < PATIENCE:
                raise
            await self._refuse(errand, Reason.SYS_RETRY)
            return
        async with self.outbox.transaction(cause=errand) as tx:
            case, order = await store.order_locked(tx, order.order_no)
            await ledger.prepared(tx, order, prepay_id)
            answer = {"request_id": UUID(errand.subject), "order_no": order.order_no, "amount_fen": order.amount_fen}
            pay = self.wechatpay.pay_parameters(prepay_id)
            tx.tell(PaymentPrepared(**ledger.about(case), **answer, expires_at=order.expires_at, pay=pay))

    async def watch_order(self, errand: Errand) -> None:
        """Notifications are not guaranteed: asks WeChat, and closes the order at its end."""
        async with self.outbox.transaction() as tx:
            case, order = await store.order_locked(tx, errand.subject)
            over = rules.is_over(order, case, tx.now)
        if order.state is not OrderState.PAID:
            await self._learn_fate(order, close=over)
        async with self.outbox.transaction(cause=errand) as tx:
            case, order = await store.order_locked(tx, errand.subject)
            again_at = rules.next_look(order, case, tx.now)
            if again_at:
                tx.do("watch_order", order.order_no, at=again_at)

    async def chase_payment(self, errand: Errand) -> None:
        """Recalls an unpaid fee; at the end of the grace the application lapses, once its order cannot be paid."""
        step, application_id = errand.details["step"], UUID(errand.subject)
        async with self.outbox.transaction() as tx:
            _, chases = await self._chased(tx, application_id)
            is_end = chases[step].reminder is None and tx.now >= chases[step].at
            order = await store.open_order(tx, application_id) if is_end else None
        if order:
            await self._learn_fate(order, close=True)
        async with self.outbox.transaction(cause=errand) as tx:
            case, chases = await self._chased(tx, application_id)
            if tx.now < chases[step].at:  # the next fee has fallen due while this one's timer was under way
                tx.do("chase_payment", application_id, at=chases[0].at, step=0)
            elif chases[step].reminder is None:
                await ledger.lapse(tx, case)
            elif case.money is rules.Money.DUE:
                ledger.remind(tx, case, chases, step)
                tx.do("chase_payment", application_id, at=chases[step + 1].at, step=step + 1)

    async def _chased(self, tx: Transaction, application_id: UUID) -> tuple[Case, list[rules.Chase]]:
        case = await store.case_locked(tx, application_id)
        assert case.due_at is not None, "only what is due is chased"
        terms = (await campaign_version(tx, case.campaign_id, case.campaign_version)).payment
        return case, rules.chases(terms, case.due_at)

    async def refund_payment(self, errand: Errand) -> None:
        """Gives the money back under our own number; asked about before it is asked for again."""
        async with self.outbox.transaction() as tx:
            _, order, refund = await store.refund_locked(tx, errand.subject)
        no = refund.refund_no
        status = await self.wechatpay.query_refund(no) if errand.attempts > 1 else None
        if status is None:
            status = await self.wechatpay.refund(no, order.order_no, refund.amount_fen, refund.reason.text)
        if rules.refund_event(status) is None:
            raise TryLater(status, rules.refund_wait(errand.attempts))
        async with self.outbox.transaction(cause=errand) as tx:
            await ledger.refund_ended(tx, no, status)

    async def erase_payer(self, errand: Errand) -> None:
        """Who paid is forgotten as soon as no money moves any more; the orders and refunds stay, as the law asks."""
        application_id = UUID(errand.subject)
        async with self.outbox.transaction() as tx:
            moving = await store.is_money_moving(tx, application_id)
        if moving:
            raise TryLater("an order is open or a refund under way", MONEY_MOVES)
        async with self.outbox.transaction(cause=errand) as tx:
            case = await store.case_locked(tx, application_id)
            await store.erase_payers(tx, application_id, self.sealer.seal(Payer(openid="")))
            until = tx.now + ORDERS_KEPT
            tx.tell(ErasureCompleted(**ledger.about(case), service="payment", kept=(KEPT,), kept_until=until))

    async def _prepaid_order(self, errand: Errand) -> tuple[Order, str]:
        """An order that WeChat knows, and its prepay_id. Raises NotPayable, Unclear, Refused, TryLater."""
        async with self.outbox.transaction() as tx:  # committed before WeChat hears of a new order
            order, is_new = await self._open_or_new(tx, errand)
            expired, ready = tx.now >= order.expires_at, rules.can_be_paid(order, tx.now)
        if ready and not expired:
            assert order.prepay_id is not None
            return order, order.prepay_id
        if not is_new and await self._learn_fate(order, close=expired):
            raise TryLater("the order before has just ended", ledger.AT_ONCE)
        openid = self.sealer.open(order.payer, Payer).openid
        terms = (order.order_no, order.description, order.amount_fen, openid, order.expires_at)
        try:
            return order, await self.wechatpay.place(*terms)
        except Refused as refused:
            if refused.code != "OUT_TRADE_NO_USED":
                raise
        # It was placed with another notify_url, before we moved: WeChat will never repeat it.
        await self._learn_fate(order, close=True)
        raise TryLater("the order could not be repeated", ledger.AT_ONCE)

    async def _open_or_new(self, tx: Transaction, errand: Errand) -> tuple[Order, bool]:
        """The application's open order, or a new one (True). Raises NotPayable."""
        case = await store.case_locked(tx, UUID(errand.details["application_id"]))
        reason = rules.why_not_payable(case, tx.now)
        if reason or case.unpaid_until is None:
            raise NotPayable(reason or Reason.PAY_NOT_DUE)
        order = await store.open_order(tx, case.application_id)
        if order:
            return order, False
        terms = (await campaign_version(tx, case.campaign_id, case.campaign_version)).payment
        payer = Sealed[Payer].model_validate(errand.details["payer"])
        expires_at = rules.order_expires_at(terms, case.unpaid_until, tx.now)
        order = await store.add_order(tx, case, payer, terms, expires_at)
        tx.do("watch_order", order.order_no, at=expires_at)
        return order, True

    async def _learn_fate(self, order: Order, close: bool) -> bool:
        """Records what WeChat knows of the order; `close`: it is to end now. True when it has ended, paid or closed."""
        found = await self.wechatpay.query(order.order_no)
        if found and found.is_paid:
            async with self.outbox.transaction() as tx:
                await ledger.paid(tx, self.sealer, found)
            return True
        if found and found.trade_state != "CLOSED":
            if not close:
                return False
            await self._close(order.order_no)
        elif not found and not close:
            return False
        async with self.outbox.transaction() as tx:
            await ledger.closed(tx, order.order_no)
        return True

    async def _close(self, order_no: str) -> None:
        try:
            await self.wechatpay.close(order_no)
        except Refused as refused:  # paid, or closed, since the query
            raise TryLater(str(refused), ledger.AT_ONCE) from None

    async def _refuse(self, errand: Errand, reason: Reason) -> None:
        async with self.outbox.transaction(cause=errand) as tx:
            case = await store.case_locked(tx, UUID(errand.details["application_id"]))
            tx.tell(PaymentRefused(**ledger.about(case), request_id=UUID(errand.subject), reason=reason))
