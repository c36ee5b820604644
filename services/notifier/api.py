"""What can be asked of it over HTTP? Nothing but to take the carriers' receipts."""

from http import HTTPStatus
from secrets import compare_digest

from fastapi import APIRouter
from pydantic import BaseModel

from services.notifier import store
from shared.outbox import Outbox
from shared.problems import Problem
from shared.reasons import Reason


class Receipt(BaseModel):
    """One of Tencent's reports (domain research §3.8); the phone number in it is not even read."""

    sid: str
    report_status: str
    errmsg: str = ""


class Taken(BaseModel):
    """What Tencent wants to hear, or it sends the receipts again."""

    result: int = 0
    errmsg: str = "OK"


def router(outbox: Outbox, secret: str) -> APIRouter:
    """secret: part of the path, for receipts carry no signature; what they say is kept as a hint only."""
    routes = APIRouter()

    @routes.post("/receipts/{path_secret}")
    async def take_receipts(path_secret: str, receipts: list[Receipt]) -> Taken:
        if not compare_digest(path_secret.encode(), secret.encode()):
            raise Problem(HTTPStatus.NOT_FOUND, Reason.BAD_REQUEST, "no such path")
        async with outbox.transaction() as tx:
            for receipt in receipts:
                await store.keep_receipt(tx, receipt.sid, receipt.report_status, receipt.errmsg)
        return Taken()

    return routes
