"""Photos that wait for a person: the list, one photo, the decision."""

from http import HTTPStatus
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from services.validator.api.pages import page
from services.validator.api.pictures import links_to
from services.validator.desk import Desk, Looked, Waiting, reviewers_reasons
from services.validator.rules import Case, State, awaits_person, may_accept
from shared.links import Links
from shared.pages import PRIVATE, is_browser
from shared.problems import Problem
from shared.reasons import Reason
from shared.staff import Member, Staff


def router(desk: Desk, staff: Staff, links: Links) -> APIRouter:
    router = APIRouter()
    Reviewer = Annotated[Member, Depends(staff.requires("reviewer"))]

    @router.get("/", include_in_schema=False)
    async def start() -> Response:
        return RedirectResponse("/reviews", HTTPStatus.SEE_OTHER)

    @router.get("/reviews")
    async def waiting(request: Request, member: Reviewer) -> Response:
        """The photos that wait for a person, the longest waiting first."""
        photos, total = await desk.waiting(member)
        if is_browser(request):
            return page(request, "waiting.html", {"photos": photos, "total": total, "member": member})
        return JSONResponse({"waiting": total, "photos": [_waiting(each) for each in photos]}, headers=PRIVATE)

    @router.get("/reviews/next", include_in_schema=False)
    async def next_photo(member: Reviewer, left: UUID | None = None) -> Response:
        photo_id = await desk.next_photo(member, left)
        return RedirectResponse(f"/reviews/{photo_id}" if photo_id else "/reviews", HTTPStatus.SEE_OTHER)

    @router.get("/reviews/{photo_id}")
    async def look(request: Request, photo_id: UUID, member: Reviewer) -> Response:
        """One photo: its pictures by short-lived links, every measured value against its limit."""
        looked = await desk.look(member, photo_id)
        if is_browser(request):
            return _photo_page(request, looked, member, links)
        return JSONResponse(_looked(looked, links), headers=PRIVATE)

    @router.post("/reviews/{photo_id}")
    async def decide(
        request: Request,
        photo_id: UUID,
        member: Reviewer,
        decision: Annotated[Literal["accepted", "refused"], Form()],
        codes: Annotated[list[Reason] | None, Form()] = None,
        seen: Annotated[State | None, Form()] = None,
    ) -> Response:
        """Accept, or refuse with at least one code; `seen`: the state in which the photo was shown. 409: somebody else
        was first, or the final review is to be another person's."""
        try:
            case = await desk.decide(member, photo_id, decision, tuple(codes or ()), seen)
        except Problem as problem:
            if not is_browser(request) or problem.body.status == HTTPStatus.NOT_FOUND:
                raise
            return _photo_page(request, await desk.look(member, photo_id), member, links, problem)
        if is_browser(request):
            return RedirectResponse("/reviews/next", HTTPStatus.SEE_OTHER)
        return JSONResponse(_case(case), headers=PRIVATE)

    return router


def _photo_page(
    request: Request, looked: Looked, member: Member, links: Links, problem: Problem | None = None
) -> Response:
    case = looked.case
    context = {
        "looked": looked,
        "case": case,
        "photo": case.handed_in,
        "pictures": _pictures(looked, links),
        "reasons": sorted(reviewers_reasons(), key=lambda reason: reason not in case.codes),
        "member": member,
        "open": awaits_person(case) and case.first_by != member.name,
        "may_accept": may_accept(case),
        "problem": problem.body if problem else None,
    }
    return page(request, "photo.html", context, problem.body.status if problem else HTTPStatus.OK)


def _waiting(each: Waiting) -> dict[str, Any]:
    return _case(each.case) | {"title": each.campaign.title, "school": each.campaign.school.name}


def _looked(looked: Looked, links: Links) -> dict[str, Any]:
    return _case(looked.case) | {"report": looked.report, "pictures": _pictures(looked, links)}


def _case(case: Case) -> dict[str, Any]:
    return {
        "photo_id": str(case.handed_in.photo_id),
        "application_id": str(case.application_id),
        "campaign_id": case.campaign_id,
        "attempt": case.attempt,
        "state": case.state.value,
        "codes": [{"code": code.value, "text": code.text} for code in case.codes],
        "first_by": case.first_by,
        "decided_by": case.decided_by,
        "decided_at": case.decided_at.isoformat() if case.decided_at else None,
    }


def _pictures(looked: Looked, links: Links) -> dict[str, str]:
    case = looked.case
    keys = {
        "overlay": case.pictures.overlay_key,
        "standard": case.pictures.standard_key,
        "original": case.handed_in.original_key if looked.original_is_there else None,
    }
    return links_to(keys, links)
