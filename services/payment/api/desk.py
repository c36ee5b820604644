"""The operators' till: an application's money, what was paid on the spot or let go, refunds that need a person."""

from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from services.payment import ledger, store
from services.payment.rules import Money, OrderState, RefundState
from shared.outbox import Outbox, Transaction
from shared.pages import PRIVATE, campaign_for, templates_of
from shared.problems import Problem
from shared.reasons import Reason
from shared.staff import Member, Staff

WORDS = {
    Money.NOT_DUE: "尚未应付",
    Money.DUE: "待支付",
    Money.SETTLED: "已结清",
    Money.LAPSED: "逾期未付",
    Money.ENDED: "申请已终止",
    OrderState.PLACING: "下单中",
    OrderState.OPEN: "待支付",
    OrderState.PAID: "已支付",
    OrderState.CLOSED: "已关闭",
    RefundState.REFUNDING: "退款中",
    RefundState.REFUNDED: "已退款",
    RefundState.ABNORMAL: "退款异常，需人工处理",
}
ACTS = {"offline": "线下收款", "waived": "免收"}
templates = templates_of(Path(__file__).parent.parent / "pages")
templates.env.filters["yuan"] = lambda fen: f"¥{fen / 100:.2f}"
templates.env.filters["words"] = WORDS.__getitem__
templates.env.filters["act"] = lambda what: ACTS.get(what, what)


def router(outbox: Outbox, staff: Staff) -> APIRouter:
    routes = APIRouter(include_in_schema=False)
    Operator = Annotated[Member, Depends(staff.requires("operator"))]

    @routes.get("/")
    async def till(request: Request, member: Operator, application_id: UUID | None = None) -> HTMLResponse:
        """Refunds that WeChat Pay gave up, and, when it is asked for, one application's money."""
        context: dict[str, object] = {"member": member, "asked": application_id, "case": None}
        async with outbox.transaction() as tx:
            context["stuck"] = await store.refunds_stuck(tx)
            if application_id and (case := await store.case_seen(tx, application_id)):
                context |= {"case": case, "campaign": await campaign_for(tx, case.campaign_id, member)}
                context |= {"orders": await store.orders_of(tx, application_id)}
                context |= {"noted": await store.notes_of(tx, application_id)}
        return templates.TemplateResponse(request, "till.html", context, headers=PRIVATE)

    @routes.post("/applications/{application_id}/settlement")
    async def settle(
        application_id: UUID, member: Operator, how: Annotated[Literal["offline", "waived"], Form()]
    ) -> RedirectResponse:
        """Paid on the spot, or let go. 409 when nothing is owed."""
        async with outbox.transaction() as tx:
            await _check_campaign(tx, application_id, member)
            case = await store.case_locked(tx, application_id)
            if not await ledger.settle_by_hand(tx, case, how):
                raise Problem(HTTPStatus.CONFLICT, Reason.PAY_NOT_DUE, f"nothing is owed: money is {case.money!r}")
            await store.note(tx, application_id, member.name, how)
        return _back(application_id)

    @routes.post("/refunds/{refund_no}/done")
    async def refunded(refund_no: str, member: Operator) -> RedirectResponse:
        """Given back by hand, in WeChat Pay's own console or in cash. 409 unless WeChat Pay had given up."""
        async with outbox.transaction() as tx:
            case, _, refund = await store.refund_locked(tx, refund_no)
            await campaign_for(tx, case.campaign_id, member)
            if refund.state is not RefundState.ABNORMAL:
                raise Problem(HTTPStatus.CONFLICT, Reason.BAD_REQUEST, f"refund {refund_no} is {refund.state}")
            await ledger.refund_ended(tx, refund_no, "SUCCESS")
            await store.note(tx, case.application_id, member.name, f"人工退款 {refund_no}")
        return _back(case.application_id)

    return routes


async def _check_campaign(tx: Transaction, application_id: UUID, member: Member) -> None:
    """Raises Problem 404, for an application of another school as for one that does not exist."""
    case = await store.case_seen(tx, application_id)
    if case is None:
        raise Problem(HTTPStatus.NOT_FOUND, Reason.NOT_YOURS, f"no money of application {application_id} is known")
    await campaign_for(tx, case.campaign_id, member)


def _back(application_id: UUID) -> RedirectResponse:
    return RedirectResponse(f"/?application_id={application_id}", HTTPStatus.SEE_OTHER)
