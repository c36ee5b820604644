"""The people around the gateways: the student with the phone, and whoever arms a trigger. A page, and its API:

GET  /                                 the page
POST /play/grants                      openid, template_ids: the student accepts messages, each accept allows one
POST /play/pay                         what wx.requestPayment gets, and the openid; the signature is checked
POST /play/orders/{out_trade_no}/pay   without the phone; even_if_closed: the success that closing came too late for
     both take notify: once, or a trigger of notifications (not_sent, twice, late:5 seconds, wrong_amount …)
GET  /play/orders, /play/refunds, /play/messages?openid=&phone=
GET  /play/triggers; POST /play/triggers (name, call, who, times, value), /play/triggers/clear
Codes need no call: see wechat.py.
"""

import dataclasses
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Body, HTTPException, Request
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates
from pydantic import BaseModel

from deploy.sandbox.ledger import Ledger, Order, now
from deploy.sandbox.notifications import Notifications
from deploy.sandbox.settings import Settings
from deploy.sandbox.signatures import PayKeys, SignatureRefused
from deploy.sandbox.triggers import CALLS, TABLE, Armed, Triggers

PREPAY_SECONDS = 7200
"""A prepay_id lives two hours (domain research §3.7)."""
pages = Jinja2Templates(Path(__file__).parent / "pages")


class Grants(BaseModel):
    openid: str
    template_ids: list[str]


class RequestPayment(BaseModel):
    """The parameters of wx.requestPayment, and whose phone it is."""

    openid: str
    timeStamp: str
    nonceStr: str
    package: str
    signType: str
    paySign: str
    notify: str = "once"


class Arm(BaseModel):
    name: str
    call: str
    who: str = ""
    times: int = 1
    value: float = 0


class Cashier:
    """Where the student pays."""

    def __init__(self, appid: str, keys: PayKeys, ledger: Ledger, notifications: Notifications) -> None:
        self._appid, self._keys, self._ledger, self._notifications = appid, keys, ledger, notifications

    def request_payment(self, asked: RequestPayment) -> Order:
        """The order that these parameters pay; raises HTTPException with wx.requestPayment's errMsg."""
        signed = f"{self._appid}\n{asked.timeStamp}\n{asked.nonceStr}\n{asked.package}\n"
        try:
            self._keys.check_merchant(signed, asked.paySign)
        except SignatureRefused:
            raise _fail("支付验证签名失败") from None
        order = self._ledger.order_of_prepay(asked.package.removeprefix("prepay_id="))
        if asked.signType != "RSA" or order is None:
            raise _fail("预支付会话不存在或签名类型错误")
        if order.openid != asked.openid:
            raise _fail("下单账号与支付账号不一致，请核实后再支付")
        if (now() - order.created_at).total_seconds() > PREPAY_SECONDS:
            raise _fail("该订单已过期，请重新下单")
        if order.expires_at and order.expires_at < now():
            raise _fail("该订单已过期，请重新下单")
        return order

    def pay(self, order: Order, notify: str, even_if_closed: bool = False) -> dict[str, Any]:
        """Take the money and notify; a closed order only as the late success that closing could not stop."""
        if order.state != "NOTPAY" and not (even_if_closed and order.state == "CLOSED"):
            raise _fail({"CLOSED": "订单已关闭"}.get(order.state, "订单已支付"))
        how, _, seconds = notify.partition(":")
        armed = None
        if how != "once":
            try:
                armed = Armed(how, "notification", value=float(seconds or 0))
            except ValueError as error:
                raise HTTPException(422, str(error)) from None
        self._ledger.pay(order)
        self._notifications.paid(order, armed)
        return {"errMsg": "requestPayment:ok", "order": _shown(order)}


def _fail(why: str) -> HTTPException:
    return HTTPException(409, {"errMsg": f"requestPayment:fail {why}"})


def _shown(record: Any) -> dict[str, Any]:
    return {name: value for name, value in dataclasses.asdict(record).items() if name not in ("placed", "asked")}


def routes(
    settings: Settings, keys: PayKeys, ledger: Ledger, triggers: Triggers, notifications: Notifications
) -> APIRouter:
    router = APIRouter(tags=["people"])
    cashier = Cashier(settings.wechat_appid, keys, ledger, notifications)

    @router.get("/", response_class=HTMLResponse)
    async def page(request: Request) -> HTMLResponse:
        calls = {call: [trigger for trigger in TABLE if call in trigger.calls] for call in CALLS}
        names = {trigger.name: trigger.shown for trigger in TABLE}
        context = {"shown": CALLS, "ledger": ledger, "armed": triggers.armed, "calls": calls, "names": names}
        return pages.TemplateResponse(request, "sandbox.html", context)

    @router.post("/play/grants")
    async def grant(grants: Grants) -> dict[str, str]:
        for template_id in grants.template_ids:
            key = (grants.openid, template_id)
            ledger.grants[key] = ledger.grants.get(key, 0) + 1
        return dict.fromkeys(grants.template_ids, "accept")

    @router.post("/play/pay")
    async def request_payment(asked: RequestPayment) -> dict[str, Any]:
        return cashier.pay(cashier.request_payment(asked), asked.notify)

    @router.post("/play/orders/{out_trade_no}/pay")
    async def pay(
        out_trade_no: str,
        notify: Annotated[str, Body(embed=True)] = "once",
        even_if_closed: Annotated[bool, Body(embed=True)] = False,
    ) -> dict[str, Any]:
        if out_trade_no not in ledger.orders:
            raise HTTPException(404, f"no order {out_trade_no}")
        return cashier.pay(ledger.orders[out_trade_no], notify, even_if_closed)

    @router.get("/play/orders")
    async def orders() -> list[dict[str, Any]]:
        return [_shown(order) for order in ledger.orders.values()]

    @router.get("/play/refunds")
    async def refunds() -> list[dict[str, Any]]:
        return [_shown(refund) for refund in ledger.refunds.values()]

    @router.get("/play/messages")
    async def messages(openid: str = "", phone: str = "") -> dict[str, list[dict[str, Any]]]:
        """What one student got, or, without openid and phone, what everybody got. Phones as +86… or bare."""
        everybody = not openid and not phone
        subscribe = [_shown(m) for m in ledger.subscribe_messages if everybody or m.openid == openid]
        sms = [_shown(m) for m in ledger.sms if everybody or (phone and m.phone.endswith(phone))]
        return {"subscribe": subscribe, "sms": sms}

    @router.get("/play/triggers")
    async def armed_triggers() -> dict[str, Any]:
        return {"armed": triggers.armed, "table": TABLE}

    @router.post("/play/triggers")
    async def arm(asked: Arm) -> dict[str, Any]:
        try:
            triggers.arm(Armed(asked.name, asked.call, asked.who, asked.times, asked.value))
        except ValueError as error:
            raise HTTPException(422, str(error)) from None
        return {"armed": triggers.armed}

    @router.post("/play/triggers/clear")
    async def clear() -> dict[str, Any]:
        triggers.armed.clear()
        return {"armed": triggers.armed}

    return router
