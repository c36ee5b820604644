"""What WeChat Pay calls: it is answered within five seconds, or WeChat repeats."""

from http import HTTPStatus
from typing import Literal

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from services.payment import ledger
from services.payment.ledger import Mismatch
from services.payment.store import NoSuchNumber
from services.payment.wechatpay import BadNotification, Notification, Transaction, WeChatPay
from shared.outbox import AlreadyHandled, Cause, Outbox
from shared.sealed import Sealer

MOST_BYTES = 64 * 1024  # a notification has two or three kilobytes

log = structlog.get_logger()


class Failure(BaseModel):
    """What WeChat Pay expects of a notification that is not taken; it repeats it by its own schedule."""

    code: Literal["FAIL"] = "FAIL"
    message: str


def router(outbox: Outbox, sealer: Sealer, wechatpay: WeChatPay) -> APIRouter:
    routes = APIRouter()

    @routes.post("/wechatpay/notifications", status_code=HTTPStatus.NO_CONTENT, responses={400: {"model": Failure}})
    async def take_notification(request: Request) -> Response:
        """A payment or a refund. 204: taken, now or before; 4xx: not ours, and nothing has changed."""
        try:
            notification = wechatpay.notification(request.headers, await _body(request))
            await _record(notification)
        except AlreadyHandled:
            pass
        except BadNotification as bad:  # anybody may call here
            log.warning("a notification is refused", why=str(bad))
            return _fail(bad)
        except (Mismatch, NoSuchNumber) as wrong:  # WeChat Pay itself says so: a person has to look
            log.error("a notification does not fit", cause=type(wrong).__name__, why=str(wrong))
            return _fail(wrong)
        return Response(status_code=HTTPStatus.NO_CONTENT)

    async def _record(notification: Notification) -> None:
        about = notification.about
        async with outbox.transaction(cause=Cause("wechatpay", notification.id)) as tx:
            if not isinstance(about, Transaction):
                await ledger.refund_ended(tx, about.out_refund_no, about.refund_status, about.amount.refund)
            elif about.is_paid:
                await ledger.paid(tx, sealer, about)

    return routes


def _fail(why: Exception) -> JSONResponse:
    return JSONResponse(Failure(message=str(why)).model_dump(), status_code=HTTPStatus.BAD_REQUEST)


async def _body(request: Request) -> bytes:
    """The raw bytes, which are what is signed. Raises BadNotification when there are too many of them."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise BadNotification(f"more than {MOST_BYTES} bytes")
    return body
