"""The technical check after the window: start it, see how far it is, confirm or clear what it suspects."""

from http import HTTPStatus
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from services.validator.api.pages import page
from services.validator.api.pictures import links_to
from services.validator.desk import CampaignCheck, Suspect, Technical
from services.validator.store.technical import TechnicalCheck
from shared.links import Links
from shared.pages import PRIVATE, is_browser
from shared.problems import Problem
from shared.staff import Member, Staff


def router(checks: Technical, staff: Staff, links: Links) -> APIRouter:
    router = APIRouter(prefix="/technical-checks")
    Reviewer = Annotated[Member, Depends(staff.requires("reviewer"))]

    async def overview(request: Request, member: Member, problem: Problem | None = None) -> Response:
        campaigns, suspects = await checks.campaigns(member), await checks.suspects(member)
        if not is_browser(request):
            body = {
                "campaigns": [_campaign(each) for each in campaigns],
                "suspects": [_suspect(each) for each in suspects],
            }
            return JSONResponse(body, headers=PRIVATE)
        context = {
            "campaigns": campaigns,
            "suspects": suspects,
            "running": any(each.counts.get("waiting") for each in campaigns),
            "member": member,
            "problem": problem.body if problem else None,
        }
        return page(request, "technical.html", context, problem.body.status if problem else HTTPStatus.OK)

    @router.get("")
    async def progress(request: Request, member: Reviewer) -> Response:
        """Campaigns that ask for the check and how far each is; photos that look retouched."""
        return await overview(request, member)

    @router.post("")
    async def start(request: Request, member: Reviewer, campaign_id: Annotated[str, Form()]) -> Response:
        """Every accepted photo once more. 409: the window is still open."""
        try:
            photos = await checks.start(member, campaign_id)
        except Problem as problem:
            if not is_browser(request):
                raise
            return await overview(request, member, problem)
        if is_browser(request):
            return RedirectResponse("/technical-checks", HTTPStatus.SEE_OTHER)
        return JSONResponse({"campaign_id": campaign_id, "photos": photos}, HTTPStatus.ACCEPTED, headers=PRIVATE)

    @router.get("/{photo_id}")
    async def look(request: Request, photo_id: UUID, member: Reviewer) -> Response:
        """One photo with what speaks for beautifying."""
        suspect = await checks.look(member, photo_id)
        if is_browser(request):
            return _suspect_page(request, suspect, member, links)
        pictures = _pictures(suspect, links)
        return JSONResponse(_suspect(suspect.check) | {"pictures": pictures}, headers=PRIVATE)

    @router.post("/{photo_id}")
    async def decide(
        request: Request, photo_id: UUID, member: Reviewer, decision: Annotated[Literal["kept", "revoked"], Form()]
    ) -> Response:
        """Keep the photo, or revoke it with the campaign's sanction. 409: decided already."""
        try:
            case = await checks.decide(member, photo_id, decision)
        except Problem as problem:
            if not is_browser(request) or problem.body.status == HTTPStatus.NOT_FOUND:
                raise
            return _suspect_page(request, await checks.look(member, photo_id), member, links, problem)
        if is_browser(request):
            return RedirectResponse("/technical-checks", HTTPStatus.SEE_OTHER)
        return JSONResponse({"photo_id": str(photo_id), "state": case.state.value}, headers=PRIVATE)

    return router


def _suspect_page(
    request: Request, suspect: Suspect, member: Member, links: Links, problem: Problem | None = None
) -> Response:
    context = {
        "suspect": suspect,
        "pictures": _pictures(suspect, links),
        "member": member,
        "problem": problem.body if problem else None,
    }
    return page(request, "suspect.html", context, problem.body.status if problem else HTTPStatus.OK)


def _pictures(suspect: Suspect, links: Links) -> dict[str, str]:
    case = suspect.case
    return links_to({"standard": case.pictures.standard_key, "original": case.handed_in.original_key}, links)


def _campaign(each: CampaignCheck) -> dict[str, Any]:
    return {
        "campaign_id": each.campaign.id,
        "title": each.campaign.title,
        "photos": each.total,
        "checked": each.checked,
        "counts": each.counts,
        "why_not": each.why_not,
    }


def _suspect(check: TechnicalCheck) -> dict[str, Any]:
    return {
        "photo_id": str(check.photo_id),
        "campaign_id": check.campaign_id,
        "state": check.state,
        "findings": check.findings,
        "decided_by": check.decided_by,
    }
