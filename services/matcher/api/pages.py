"""The school's page: hand in a roster, read its report, find out why a student was refused, who waits for a person."""

from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response

from services.matcher.api.desk import Desk
from services.matcher.api.refusals import look_at_refusals
from services.matcher.api.rosters import received, take_roster
from services.matcher.rosters import COLUMNS
from services.matcher.sheets import NotARoster
from services.matcher.store import claims, rosters
from shared.pages import PRIVATE, campaign_for, campaigns_of, templates_of
from shared.staff import Member

BAD_SHOWN = 200  # nobody reads more on a page; the JSON report has all

PAGES = Path(__file__).parent.parent / "pages"
templates = templates_of(PAGES)


def router(desk: Desk) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    SchoolMember = Annotated[Member, Depends(desk.member())]

    @router.get("/")
    async def campaigns(request: Request, member: SchoolMember) -> HTMLResponse:
        async with desk.outbox.transaction() as tx:
            mine = await campaigns_of(tx, member)
        return templates.TemplateResponse(request, "campaigns.html", {"campaigns": mine, "member": member})

    @router.get("/roster.js")
    async def script(_: SchoolMember) -> FileResponse:
        return FileResponse(PAGES / "roster.js", media_type="text/javascript")

    @router.get("/campaigns/{campaign_id}")
    async def campaign(request: Request, campaign_id: str, member: SchoolMember) -> HTMLResponse:
        return await page(request, campaign_id, member)

    @router.post("/campaigns/{campaign_id}")
    async def take(request: Request, campaign_id: str, member: SchoolMember) -> Response:
        try:
            form = await received(desk, campaign_id, member, request)
            await take_roster(desk, campaign_id, member, form)
        except NotARoster as error:
            wrong = {"wrong": str(error)}
            return await page(request, campaign_id, member, wrong, HTTPStatus.UNPROCESSABLE_ENTITY)
        return RedirectResponse(f"/campaigns/{campaign_id}#report", HTTPStatus.SEE_OTHER)

    @router.post("/campaigns/{campaign_id}/refusals")
    async def look(
        request: Request, campaign_id: str, member: SchoolMember, number: Annotated[str, Form()] = ""
    ) -> HTMLResponse:
        """A POST, so that a number stands in no address and no log."""
        found = await look_at_refusals(desk, campaign_id, member, number=number.strip())
        return await page(request, campaign_id, member, {"refusals": found, "searched": bool(number.strip())})

    async def page(
        request: Request,
        campaign_id: str,
        member: Member,
        more: dict[str, Any] | None = None,
        status: HTTPStatus = HTTPStatus.OK,
    ) -> HTMLResponse:
        async with desk.outbox.transaction() as tx:
            campaign = await campaign_for(tx, campaign_id, member)
            upload = await rosters.last_upload(tx, campaign_id)
            in_review = await claims.count_in_review(tx, campaign_id)
        context: dict[str, Any] = {"campaign": campaign, "member": member, "upload": upload, "in_review": in_review}
        context |= {"columns": list(COLUMNS), "bad_shown": BAD_SHOWN, **(more or {})}
        return templates.TemplateResponse(request, "campaign.html", context, status, PRIVATE)

    return router
