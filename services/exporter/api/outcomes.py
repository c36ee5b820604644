"""What became of the delivered photos, as the school writes it down."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel

from services.exporter.api.desk import Desk
from services.exporter.outcomes import BOUNCES, Outcome
from shared.pages import campaign_for, is_browser
from shared.problems import Problem
from shared.reasons import Reason
from shared.staff import Member

MOST_NUMBERS = 200_000  # characters


class OutcomeView(BaseModel):
    """unknown: never delivered; unfit: delivered, but not at the step before."""

    changed: int
    unknown: tuple[str, ...]
    unfit: tuple[str, ...]


def router(desk: Desk) -> APIRouter:
    router = APIRouter()
    SchoolMember = Annotated[Member, Depends(desk.member())]

    @router.post("/campaigns/{campaign_id}/outcomes", response_model=OutcomeView)
    async def record(
        campaign_id: str,
        member: SchoolMember,
        request: Request,
        outcome: Annotated[Outcome, Form()],
        student_nos: Annotated[str, Form(max_length=MOST_NUMBERS)] = "",
        code: Annotated[str, Form()] = "",
    ) -> Response | OutcomeView:
        """`student_nos`: one a line; none means everybody who was delivered, but for `bounced`, which names each and
        says why in `code`. A photo sent back is asked for again without a fee."""
        numbers = student_nos.split()
        reason = _why(outcome, numbers, code)
        async with desk.outbox.transaction() as tx:
            campaign = await campaign_for(tx, campaign_id, member)
        report = await desk.outcomes.record(campaign, outcome, numbers, reason, member.name)
        if is_browser(request):
            left = ",".join((*report.unknown, *report.unfit))[:200]
            told = f"?changed={report.changed}&left={left}#outcomes"
            return RedirectResponse(f"/campaigns/{campaign_id}{told}", HTTPStatus.SEE_OTHER)
        return OutcomeView(changed=report.changed, unknown=report.unknown, unfit=report.unfit)

    return router


def _why(outcome: Outcome, numbers: list[str], code: str) -> Reason | None:
    """Raises Problem 422 when somebody would be sent back without a name or a reason."""
    if outcome != "bounced":
        return None
    if not numbers:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, Reason.BAD_REQUEST, "bounced needs student_nos, one a line")
    if code not in BOUNCES:
        allowed = ", ".join(BOUNCES)
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, Reason.BAD_REQUEST, f"code must be one of {allowed}")
    return Reason[code]
