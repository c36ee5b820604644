"""Alarms about two applications: the list, both pictures side by side, the answer."""

from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from services.validator.api.pages import page
from services.validator.api.pictures import links_to
from services.validator.desk import Duplicates
from services.validator.store.alarms import Alarm, Decision
from shared.campaign import Campaign
from shared.links import Links
from shared.pages import PRIVATE, is_browser
from shared.problems import Problem
from shared.staff import Member, Staff


def router(alarms: Duplicates, staff: Staff, links: Links) -> APIRouter:
    router = APIRouter(prefix="/duplicates")
    Reviewer = Annotated[Member, Depends(staff.requires("reviewer"))]

    @router.get("")
    async def open_alarms(request: Request, member: Reviewer) -> Response:
        """The same picture or face under two applications: what nobody has answered yet, the oldest first."""
        found, total = await alarms.open_alarms(member)
        if is_browser(request):
            return page(request, "duplicates.html", {"alarms": found, "total": total, "member": member})
        listed = [_alarm(alarm, campaign) for alarm, campaign in found]
        return JSONResponse({"open": total, "alarms": listed}, headers=PRIVATE)

    @router.get("/{alarm_id}")
    async def look(request: Request, alarm_id: UUID, member: Reviewer) -> Response:
        """One alarm with both standard photos."""
        alarm, campaign = await alarms.look(member, alarm_id)
        if is_browser(request):
            return _alarm_page(request, alarm, campaign, member, links)
        return JSONResponse(_alarm(alarm, campaign) | {"pictures": _pictures(alarm, links)}, headers=PRIVATE)

    @router.post("/{alarm_id}")
    async def decide(
        request: Request, alarm_id: UUID, member: Reviewer, decision: Annotated[Decision, Form()]
    ) -> Response:
        """Different people, or the same person: kept in the audit, without an effect on either photo. 409: answered."""
        try:
            await alarms.decide(member, alarm_id, decision)
        except Problem as problem:
            if not is_browser(request) or problem.body.status == HTTPStatus.NOT_FOUND:
                raise
            alarm, campaign = await alarms.look(member, alarm_id)
            return _alarm_page(request, alarm, campaign, member, links, problem)
        if is_browser(request):
            return RedirectResponse("/duplicates", HTTPStatus.SEE_OTHER)
        return JSONResponse({"id": str(alarm_id), "decision": decision}, headers=PRIVATE)

    return router


def _alarm_page(
    request: Request, alarm: Alarm, campaign: Campaign, member: Member, links: Links, problem: Problem | None = None
) -> Response:
    context = {
        "alarm": alarm,
        "campaign": campaign,
        "pictures": _pictures(alarm, links),
        "member": member,
        "problem": problem.body if problem else None,
    }
    return page(request, "duplicate.html", context, problem.body.status if problem else HTTPStatus.OK)


def _pictures(alarm: Alarm, links: Links) -> dict[str, str]:
    return links_to({"one": alarm.one_key, "other": alarm.other_key}, links)


def _alarm(alarm: Alarm, campaign: Campaign) -> dict[str, Any]:
    return {
        "id": str(alarm.id),
        "kind": alarm.kind,
        "campaign_id": alarm.campaign_id,
        "title": campaign.title,
        "school": campaign.school.name,
        "applications": [str(alarm.one_application), str(alarm.other_application)],
        "raised_at": alarm.raised_at.isoformat(),
        "decision": alarm.decision,
        "decided_by": alarm.decided_by,
    }
