"""Whom do we talk to outside? WeChat Pay API v3, through `wechatpayv3` in public-key mode (research/gateways.md §1)."""

import json
import logging
import secrets
import time
from collections.abc import Awaitable, Mapping
from datetime import datetime
from typing import Any, Self

from pydantic import AwareDatetime, BaseModel, ValidationError
from wechatpayv3.async_ import AsyncWeChatPay, WeChatPayType

from services.payment.settings import Settings
from shared.events import PayParameters
from shared.outbox import TryLater

TIMEOUT_SECONDS = (2, 5)  # connect, read; without it the library waits half a minute
NOTIFICATION_AGE_SECONDS = 300  # WeChat's own limit for the clocks of both sides

# At INFO httpx prints whole URLs, at DEBUG the library prints openid and decrypted data.
for chatty in ("httpx", "httpcore"):
    logging.getLogger(chatty).setLevel(logging.WARNING)


class Unclear(TryLater):
    """WeChat Pay gave no answer that can be trusted: the call may have had its effect, so look before repeating."""


class Refused(Exception):
    """A clear no, by WeChat Pay's code."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"WeChat Pay refused: {status} {code}")
        self.status, self.code = status, code


class BadNotification(Exception):
    """Not from WeChat Pay, not now, or not for us; says which, never what was in it."""


class Amount(BaseModel):
    total: int
    currency: str = "CNY"


class RefundAmount(BaseModel):
    refund: int


class Payer(BaseModel):
    openid: str


class Transaction(BaseModel):
    """An order as WeChat Pay sees it; transaction_id, payer and success_time once it is paid."""

    appid: str
    mchid: str
    out_trade_no: str
    trade_state: str
    amount: Amount
    transaction_id: str | None = None
    payer: Payer | None = None
    success_time: AwareDatetime | None = None

    @property
    def is_paid(self) -> bool:
        """REFUND is an order that was paid first."""
        return self.trade_state in ("SUCCESS", "REFUND")


class RefundNotice(BaseModel):
    mchid: str
    out_refund_no: str
    refund_status: str
    amount: RefundAmount


class Notification(BaseModel):
    """`id` is the same in every repetition."""

    id: str
    event_type: str
    about: Transaction | RefundNotice


class WeChatPay:
    """The merchant's account; an async context manager. Every call raises Unclear or Refused."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._client = AsyncWeChatPay(
            wechatpay_type=WeChatPayType.JSAPI,
            mchid=settings.mchid,
            private_key=settings.private_key_file.read_text(),
            cert_serial_no=settings.cert_serial,
            appid=settings.appid,
            apiv3_key=settings.apiv3_key.get_secret_value(),
            notify_url=settings.notify_url,
            public_key=settings.wechatpay_public_key_file.read_text(),
            public_key_id=settings.wechatpay_public_key_id,
            timeout=TIMEOUT_SECONDS,
        )
        self._client._core._gate_way = settings.wechatpay_url  # the library has no argument for it

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(self, *exit_cause: object) -> None:
        await self._client.__aexit__(*exit_cause)

    async def place(self, order_no: str, description: str, amount_fen: int, openid: str, expires_at: datetime) -> str:
        """The order's prepay_id. The same arguments give the current one again, whatever became of an earlier call."""
        answer = await self._call(
            self._client.pay(
                description=description,
                out_trade_no=order_no,
                amount={"total": amount_fen, "currency": "CNY"},
                payer={"openid": openid},
                time_expire=expires_at.isoformat(timespec="seconds"),
            )
        )
        return str(_field(answer, "prepay_id"))

    async def query(self, order_no: str) -> Transaction | None:
        """None: WeChat Pay does not know the order."""
        try:
            answer = await self._call(self._client.query(out_trade_no=order_no))
        except Refused as refused:
            if refused.status == 404:
                return None
            raise
        try:
            found = Transaction.model_validate(answer)
        except ValidationError:
            raise Unclear("the query's answer is not a transaction") from None
        if (found.mchid, found.appid, found.out_trade_no) != (self._settings.mchid, self._settings.appid, order_no):
            raise Unclear("the query's answer is about something else")
        return found

    async def close(self, order_no: str) -> None:
        """Raises Refused where the order was paid meanwhile."""
        await self._call(self._client.close(out_trade_no=order_no))

    async def refund(self, refund_no: str, order_no: str, amount_fen: int, reason: str) -> str:
        """The refund's status. Acceptance is not success: PROCESSING, SUCCESS, CLOSED or ABNORMAL."""
        answer = await self._call(
            self._client.refund(
                out_refund_no=refund_no,
                out_trade_no=order_no,
                amount={"refund": amount_fen, "total": amount_fen, "currency": "CNY"},
                reason=reason,
            )
        )
        return str(_field(answer, "status"))

    async def query_refund(self, refund_no: str) -> str | None:
        """The refund's status; None: WeChat Pay does not know it."""
        try:
            answer = await self._call(self._client.query_refund(refund_no))
        except Refused as refused:
            if refused.status == 404:
                return None
            raise
        return str(_field(answer, "status"))

    def pay_parameters(self, prepay_id: str) -> PayParameters:
        """What wx.requestPayment takes, signed now (real time: WeChat compares it with its own)."""
        timestamp, nonce, package = str(int(time.time())), secrets.token_hex(16), f"prepay_id={prepay_id}"
        signed = [self._settings.appid, timestamp, nonce, package]
        return PayParameters(
            appId=self._settings.appid,
            timeStamp=timestamp,
            nonceStr=nonce,
            package=package,
            signType="RSA",
            paySign=self._client.sign(signed),
        )

    def notification(self, headers: Mapping[str, str], body: bytes) -> Notification:
        """What a webhook call says, once it is proven: signed with the platform's key, at most five minutes old, for
        our account. `headers` in lower case. Raises BadNotification. Replay is the inbox's to refuse, by the id."""
        # The serial first: for an unknown one the library would go and fetch certificates.
        if headers.get("wechatpay-serial") != self._settings.wechatpay_public_key_id:
            raise BadNotification("unknown Wechatpay-Serial")
        timestamp = headers.get("wechatpay-timestamp", "")
        if not timestamp.isascii() or not timestamp.isdigit():
            raise BadNotification("no Wechatpay-Timestamp")
        if abs(time.time() - int(timestamp)) > NOTIFICATION_AGE_SECONDS:
            raise BadNotification("Wechatpay-Timestamp is more than five minutes off")
        try:
            content = self._client.callback(headers, body)
        except Exception as error:  # the library raises bare Exceptions for headers, JSON and nonces it cannot read
            raise BadNotification(f"unreadable: {type(error).__name__}") from None
        if not content:
            raise BadNotification("the signature or the encryption does not match")
        return self._for_us(content)

    def _for_us(self, content: dict[str, Any]) -> Notification:
        is_refund = str(content.get("event_type")).startswith("REFUND.")
        try:
            about = (RefundNotice if is_refund else Transaction).model_validate(content["resource"])
            notification = Notification(id=content["id"], event_type=content["event_type"], about=about)
        except (ValidationError, KeyError):
            raise BadNotification("neither a transaction nor a refund") from None
        if about.mchid != self._settings.mchid:
            raise BadNotification("another merchant's (mchid)")
        if isinstance(about, Transaction) and about.appid != self._settings.appid:
            raise BadNotification("another application's (appid)")
        return notification

    async def _call(self, call: Awaitable[tuple[int, str | bytes]]) -> dict[str, Any]:
        try:
            status, body = await call
        except Exception as error:  # httpx's errors, and bare Exceptions for a bad signature on an answer
            raise Unclear(f"WeChat Pay: {type(error).__name__}") from None
        answer = _json(body)
        if status == 429 or status >= 500:
            raise Unclear(f"WeChat Pay: {status} {answer.get('code')}")
        if status >= 300:
            raise Refused(status, str(answer.get("code")))
        return answer


def _json(body: str | bytes) -> dict[str, Any]:
    """Empty where there is none: the library lets signed nonsense through."""
    try:
        answer = json.loads(body or "{}")
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _field(answer: dict[str, Any], name: str) -> object:
    if name not in answer:
        raise Unclear(f"WeChat Pay's answer lacks {name}")
    return answer[name]
