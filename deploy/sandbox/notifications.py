"""What WeChat Pay notifies the merchant of: a payment, a refund; honest or as a trigger spoils it."""

import asyncio
import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx

from deploy.sandbox.courier import WECHAT_PAY_SECONDS, Courier, Parcel
from deploy.sandbox.ledger import Delivery, Order, Refund, now
from deploy.sandbox.signatures import PayKeys
from deploy.sandbox.triggers import Armed, Triggers

Spoil = Callable[[dict[str, Any]], None]
WRONG: dict[str, Spoil] = {
    "wrong_amount": lambda content: content["amount"].update(total=content["amount"]["total"] - 1),
    "wrong_currency": lambda content: content["amount"].update(currency="USD"),
    "wrong_mchid": lambda content: content.update(mchid="1900000000"),
    "wrong_appid": lambda content: content.update(appid="wx0000000000000000"),
    "wrong_openid": lambda content: content["payer"].update(openid="o-somebody-else"),
}


class Notifications:
    """Says what happened to an order or a refund, to the address that the merchant gave with it."""

    def __init__(self, keys: PayKeys, appid: str, courier: Courier, triggers: Triggers) -> None:
        self._keys, self._appid, self._courier, self._triggers = keys, appid, courier, triggers

    def transaction(self, order: Order) -> dict[str, Any]:
        """An order as the query shows it and, once paid, the notification says it."""
        content: dict[str, Any] = {
            "appid": self._appid,
            "mchid": self._keys.mchid,
            "out_trade_no": order.out_trade_no,
            "trade_state": order.state,
            "trade_state_desc": {"SUCCESS": "支付成功", "NOTPAY": "订单未支付"}.get(order.state, order.state),
            "amount": {"total": order.amount_fen, "currency": "CNY"},
            "payer": {"openid": order.openid},
        }
        if order.transaction_id and order.paid_at:
            paid = {"payer_total": order.amount_fen, "payer_currency": "CNY"}
            content["amount"] |= paid
            content |= {
                "transaction_id": order.transaction_id,
                "trade_type": "JSAPI",
                "bank_type": "OTHERS",
                "success_time": order.paid_at.isoformat(timespec="seconds"),
            }
        return content

    def refund(self, refund: Refund, order: Order) -> dict[str, Any]:
        """A refund as its notification says it; the query names the state `status` instead."""
        content: dict[str, Any] = {
            "mchid": self._keys.mchid,
            "out_trade_no": order.out_trade_no,
            "transaction_id": order.transaction_id,
            "out_refund_no": refund.out_refund_no,
            "refund_id": refund.refund_id,
            "refund_status": refund.status,
            "user_received_account": "支付用户零钱",
            "amount": {
                "total": order.amount_fen,
                "refund": refund.amount_fen,
                "payer_total": order.amount_fen,
                "payer_refund": refund.amount_fen,
            },
        }
        if refund.succeeded_at:
            content["success_time"] = refund.succeeded_at.isoformat(timespec="seconds")
        return content

    def paid(self, order: Order, armed: Armed | None = None) -> list[asyncio.Task[None]]:
        """Notify of a payment; `armed` comes before what is armed for everybody."""
        armed = armed or self._triggers.take("notification", f"{order.out_trade_no} {order.openid}")
        content = self.transaction(order)
        if armed and armed.name in WRONG:
            WRONG[armed.name](content)
        return self._send(order, "TRANSACTION.SUCCESS", content, order.notify_url, armed)

    def refunded(self, refund: Refund, order: Order) -> list[asyncio.Task[None]]:
        """Notify of a refund's end, where the merchant gave an address for that."""
        if refund.notify_url is None:
            return []
        armed = self._triggers.take("refund_notification", f"{refund.out_refund_no} {order.openid}")
        kind = f"REFUND.{refund.status}"
        return self._send(refund, kind, self.refund(refund, order), refund.notify_url, armed)

    def _send(
        self, of: Order | Refund, kind: str, content: dict[str, Any], url: str, armed: Armed | None
    ) -> list[asyncio.Task[None]]:
        how = armed.name if armed else ""
        if how == "not_sent":
            return []
        about = of.out_refund_no if isinstance(of, Refund) else of.out_trade_no
        original_type = "refund" if isinstance(of, Refund) else "transaction"
        parcel = Parcel(url, self._wrapper(kind, original_type, content, how), _taken, WECHAT_PAY_SECONDS)
        tasks = []
        for _ in range(2 if how == "twice" else 1):
            delivery = Delivery(kind, about)
            of.deliveries.append(delivery)
            tasks.append(self._courier.send(delivery, parcel, armed.value if armed and how == "late" else 0))
        return tasks

    def _wrapper(
        self, kind: str, original_type: str, content: dict[str, Any], how: str
    ) -> Callable[[], tuple[dict[str, str], str]]:
        """The same notification id in every try, signed anew each time, as WeChat Pay does."""
        envelope = {
            "id": str(uuid4()),
            "create_time": now().isoformat(timespec="seconds"),
            "event_type": kind,
            "resource_type": "encrypt-resource",
            "summary": "支付成功" if original_type == "transaction" else "退款通知",
        }

        def wrap() -> tuple[dict[str, str], str]:
            resource = self._keys.encrypt(json.dumps(content, ensure_ascii=False), original_type)
            if how == "ciphertext_bad":
                resource["ciphertext"] = "AAAA" + resource["ciphertext"][4:]
            body = json.dumps(envelope | {"resource": resource}, ensure_ascii=False)
            return {"Content-Type": "application/json", **self._keys.sign(body, how)}, body

        return wrap


def _taken(response: httpx.Response) -> bool:
    """The status decides: 200 with FAIL inside is not repeated either (domain research §3.7)."""
    return response.status_code in (200, 204)
