"""待核对: the number is on the roster, the name nearly; a person sees both and decides."""

from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.matcher.api.desk import Desk
from services.matcher.names import differences, is_rare
from services.matcher.support import NotOpen
from shared.documents import TITLES, masked, normalised
from shared.pages import PRIVATE, campaign_for, templates_of
from shared.staff import Member

templates = templates_of(Path(__file__).parent.parent / "pages")
templates.env.filters["document"] = lambda kind: TITLES.get(kind, (kind,))[0]
templates.env.filters["masked"] = lambda number: masked(normalised(number))
templates.env.globals |= {"differences": differences, "is_rare": is_rare, "ord": ord}


def router(desk: Desk) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    SchoolMember = Annotated[Member, Depends(desk.member())]

    @router.get("/campaigns/{campaign_id}/referrals")
    async def referrals(request: Request, campaign_id: str, member: SchoolMember) -> HTMLResponse:
        return await page(request, campaign_id, member)

    @router.post("/campaigns/{campaign_id}/referrals/{application_id}")
    async def decide(
        request: Request,
        campaign_id: str,
        application_id: UUID,
        member: SchoolMember,
        decision: Annotated[Literal["same", "other"], Form()],
        submission: Annotated[int, Form()],
    ) -> Response:
        """submission: the one that was looked at; a newer one is not decided with it."""
        async with desk.outbox.transaction() as tx:
            await campaign_for(tx, campaign_id, member)
        try:
            await desk.support.decide(campaign_id, application_id, submission, decision == "same", member.name)
        except NotOpen:
            return await page(request, campaign_id, member, HTTPStatus.CONFLICT)
        return RedirectResponse(f"/campaigns/{campaign_id}/referrals", HTTPStatus.SEE_OTHER)

    async def page(
        request: Request, campaign_id: str, member: Member, status: HTTPStatus = HTTPStatus.OK
    ) -> HTMLResponse:
        async with desk.outbox.transaction() as tx:
            campaign = await campaign_for(tx, campaign_id, member)
        waiting = await desk.support.referrals(campaign_id, member.name)
        context: dict[str, Any] = {"campaign": campaign, "member": member, "referrals": waiting}
        context["decided"] = status == HTTPStatus.CONFLICT
        return templates.TemplateResponse(request, "referrals.html", context, status, PRIVATE)

    return router
