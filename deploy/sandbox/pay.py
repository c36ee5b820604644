"""WeChat Pay API v3 as `wechatpayv3` calls it: JSAPI order, query, close, refund, refund query."""

import asyncio
from uuid import uuid4

from fastapi import APIRouter, Request, Response

from deploy.sandbox.answers import PayError, Signed
from deploy.sandbox.ledger import Ledger, Order, Refund, RefundStatus, now
from deploy.sandbox.notifications import Notifications
from deploy.sandbox.pay_requests import OrderRequest, RefundRequest
from deploy.sandbox.settings import Settings
from deploy.sandbox.triggers import Armed

REFUND_ENDS: dict[str, RefundStatus] = {
    "ends_closed": "CLOSED",
    "ends_abnormal": "ABNORMAL",
    "stays_processing": "PROCESSING",
}
REFUSED_IN = {
    "SUCCESS": PayError(400, "ORDERPAID", "该订单已支付"),
    "REFUND": PayError(400, "ORDERPAID", "该订单已支付"),
    "CLOSED": PayError(400, "ORDER_CLOSED", "订单已关闭"),
}


class Merchant:
    """The merchant's account at WeChat Pay: what each call does to the ledger."""

    def __init__(self, settings: Settings, ledger: Ledger, notifications: Notifications) -> None:
        self._settings, self._ledger, self._notifications = settings, ledger, notifications
        self._settling: set[asyncio.Task[None]] = set()

    async def place(self, body: dict[str, object], armed: Armed | None) -> dict[str, object]:
        asked = OrderRequest.read(body)
        if (asked.appid, asked.mchid) != (self._settings.wechat_appid, self._settings.mchid):
            raise PayError(400, "APPID_MCHID_NOT_MATCH", "appid和mchid不匹配")
        order = self._ledger.orders.get(asked.out_trade_no)
        if order and order.state in REFUSED_IN:
            raise REFUSED_IN[order.state]
        if order and order.placed != body:
            raise PayError(403, "OUT_TRADE_NO_USED", "商户订单号重复")
        if order is None:
            order = Order(
                asked.out_trade_no,
                body,
                asked.payer.openid,
                asked.amount.total,
                asked.description,
                asked.notify_url,
                asked.time_expire,
                prepay_id=f"wx{now():%d%H%M%S}{uuid4().hex}",
                created_at=now(),
            )
            self._ledger.orders[order.out_trade_no] = order
        if armed and armed.name == "paid_before_answer":
            self._ledger.pay(order)
            await asyncio.gather(*self._notifications.paid(order))
        return {"prepay_id": order.prepay_id}

    async def query(self, out_trade_no: str, mchid: str) -> dict[str, object]:
        return self._notifications.transaction(self._order(out_trade_no, mchid))

    async def close(self, out_trade_no: str, mchid: str, armed: Armed | None) -> None:
        order = self._order(out_trade_no, mchid)
        if armed and armed.name == "paid_before_close" and order.state == "NOTPAY":
            self._ledger.pay(order)
            self._notifications.paid(order)
        if order.state in ("SUCCESS", "REFUND"):
            raise REFUSED_IN[order.state]
        order.state = "CLOSED"

    async def refund(self, body: dict[str, object], armed: Armed | None) -> dict[str, object]:
        asked = RefundRequest.read(body)
        order = self._paid_order(asked)
        refund = self._ledger.refunds.get(asked.out_refund_no)
        if refund and refund.asked != body:
            raise PayError(400, "INVALID_REQUEST", "订单金额或退款金额与之前请求不一致")
        if refund is None:
            refund = self._accept(asked, body, order, armed)
        return self._shown(refund)

    async def query_refund(self, out_refund_no: str) -> dict[str, object]:
        refund = self._ledger.refunds.get(out_refund_no)
        if refund is None:
            raise PayError(404, "RESOURCE_NOT_EXISTS", "退款单不存在")
        return self._shown(refund)

    def _order(self, out_trade_no: str, mchid: str) -> Order:
        order = self._ledger.orders.get(out_trade_no)
        if order is None or mchid != self._settings.mchid:
            raise PayError(404, "ORDERNOTEXIST", "订单不存在")
        return order

    def _paid_order(self, asked: RefundRequest) -> Order:
        for order in self._ledger.orders.values():
            if order.transaction_id and asked.transaction_id == order.transaction_id:
                return order
            if order.transaction_id and asked.out_trade_no == order.out_trade_no:
                return order
        raise PayError(404, "RESOURCE_NOT_EXISTS", "没有这笔已支付的订单")

    def _accept(self, asked: RefundRequest, body: dict[str, object], order: Order, armed: Armed | None) -> Refund:
        if armed and armed.name == "balance_low":
            raise PayError(403, "NOT_ENOUGH", "基本账户余额不足，请充值后重新发起")
        left = order.amount_fen - order.refunded_fen
        if asked.amount.total != order.amount_fen or asked.amount.refund > left:
            raise PayError(400, "INVALID_REQUEST", f"订单金额 {order.amount_fen} 分，可退 {left} 分")
        refund = Refund(
            asked.out_refund_no,
            f"50{now():%Y%m%d%H%M%S}{uuid4().int % 10**12:012d}",
            body,
            order.out_trade_no,
            asked.amount.refund,
            asked.notify_url,
            now(),
            asked.reason,
        )
        self._ledger.refunds[refund.out_refund_no] = refund
        order.refunded_fen += refund.amount_fen
        order.state = "REFUND"
        end = REFUND_ENDS.get(armed.name, "SUCCESS") if armed else "SUCCESS"
        task = asyncio.create_task(self._settle(refund, order, end))
        self._settling.add(task)
        task.add_done_callback(self._settling.discard)
        return refund

    async def _settle(self, refund: Refund, order: Order, end: RefundStatus) -> None:
        await asyncio.sleep(self._settings.refund_seconds)
        if end == "PROCESSING":
            return
        refund.status = end
        if end == "SUCCESS":
            refund.succeeded_at = now()
        if end == "CLOSED":
            order.refunded_fen -= refund.amount_fen
            order.state = "REFUND" if order.refunded_fen else "SUCCESS"
        self._notifications.refunded(refund, order)

    def _shown(self, refund: Refund) -> dict[str, object]:
        content = self._notifications.refund(refund, self._ledger.orders[refund.out_trade_no])
        status = content.pop("refund_status")
        return content | {"status": status, "create_time": refund.created_at.isoformat(timespec="seconds")}


def routes(settings: Settings, signed: Signed, ledger: Ledger, notifications: Notifications) -> APIRouter:
    router = APIRouter(prefix="/v3", tags=["WeChat Pay"])
    merchant = Merchant(settings, ledger, notifications)

    @router.post("/pay/transactions/jsapi")
    async def place_order(request: Request) -> Response:
        return await signed.answer(request, "order", merchant.place)

    @router.get("/pay/transactions/out-trade-no/{out_trade_no}")
    async def query_order(request: Request, out_trade_no: str, mchid: str) -> Response:
        async def work(_: dict[str, object], __: Armed | None) -> dict[str, object]:
            return await merchant.query(out_trade_no, mchid)

        return await signed.answer(request, "query", work)

    @router.post("/pay/transactions/out-trade-no/{out_trade_no}/close")
    async def close_order(request: Request, out_trade_no: str) -> Response:
        async def work(body: dict[str, object], armed: Armed | None) -> None:
            await merchant.close(out_trade_no, str(body.get("mchid")), armed)

        return await signed.answer(request, "close", work)

    @router.post("/refund/domestic/refunds")
    async def place_refund(request: Request) -> Response:
        return await signed.answer(request, "refund", merchant.refund)

    @router.get("/refund/domestic/refunds/{out_refund_no}")
    async def query_refund(request: Request, out_refund_no: str) -> Response:
        async def work(_: dict[str, object], __: Armed | None) -> dict[str, object]:
            return await merchant.query_refund(out_refund_no)

        return await signed.answer(request, "refund_query", work)

    return router
