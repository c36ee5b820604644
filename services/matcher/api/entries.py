"""名单更正 and 禁止采集: one entry found, shown with its history, corrected; bans lifted."""

from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.matcher.api.desk import Desk
from services.matcher.rosters import COLLEGE, EXCLUDED, LEVEL, MAJOR, NAME, NUMBER, STUDENT_NO, TYPE, BadLine, Line
from services.matcher.support import NotOpen, NumberTaken
from shared.documents import TITLES, masked
from shared.pages import PRIVATE, campaign_for, templates_of
from shared.staff import Member

templates = templates_of(Path(__file__).parent.parent / "pages")
TAKEN = "这个证件号码已在名单上，请先核对另一人"
GONE = "名单上已没有这一行，请重新查找"


def router(desk: Desk) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    SchoolMember = Annotated[Member, Depends(desk.member())]

    @router.get("/campaigns/{campaign_id}/entries")
    async def search_page(request: Request, campaign_id: str, member: SchoolMember) -> HTMLResponse:
        return await page(request, campaign_id, member)

    @router.post("/campaigns/{campaign_id}/entries")
    async def search(
        request: Request, campaign_id: str, member: SchoolMember, sought: Annotated[str, Form(max_length=40)]
    ) -> HTMLResponse:
        """A POST, so that a number stands in no address and no log."""
        return await page(request, campaign_id, member, sought.strip())

    @router.post("/campaigns/{campaign_id}/entries/{entry_id}")
    async def correct(request: Request, campaign_id: str, entry_id: UUID, member: SchoolMember) -> HTMLResponse:
        """The form's fields are the roster's columns."""
        async with desk.outbox.transaction() as tx:
            await campaign_for(tx, campaign_id, member)
        form = await request.form(max_fields=20)
        cells = {name: str(value).strip() for name, value in form.items() if name in _CELLS}
        sought = str(form.get("sought", ""))
        wrong: list[str] = []
        try:
            await desk.support.correct(campaign_id, entry_id, cells, member.name)
        except BadLine as error:
            wrong = [f"{cell.column}：{cell.why}" for cell in error.cells]
        except NumberTaken:
            wrong = [TAKEN]
        except NotOpen:
            wrong = [GONE]
        typed = {"entry_id": entry_id, "cells": cells} if wrong else None
        return await page(
            request, campaign_id, member, sought, {"wrong": wrong, "corrected": not wrong, "typed": typed}
        )

    @router.post("/campaigns/{campaign_id}/bans/{ban_id}/lift")
    async def lift(request: Request, campaign_id: str, ban_id: int, member: SchoolMember) -> Response:
        async with desk.outbox.transaction() as tx:
            campaign = await campaign_for(tx, campaign_id, member)
        try:
            await desk.support.lift(campaign, ban_id, member.name)
        except NotOpen:
            return await page(request, campaign_id, member, more={"wrong": ["这项禁止已解除"]})
        return RedirectResponse(f"/campaigns/{campaign_id}/entries#bans", HTTPStatus.SEE_OTHER)

    async def page(
        request: Request, campaign_id: str, member: Member, sought: str = "", more: dict[str, Any] | None = None
    ) -> HTMLResponse:
        async with desk.outbox.transaction() as tx:
            campaign = await campaign_for(tx, campaign_id, member)
        found = await desk.support.entries(campaign, sought, member.name) if sought else []
        context: dict[str, Any] = {"campaign": campaign, "member": member, "sought": sought, "found": found}
        context |= {"bans": await desk.support.bans(campaign_id), "cells": shown_cells, "types": _TYPES, **(more or {})}
        status = HTTPStatus.UNPROCESSABLE_ENTITY if context.get("wrong") else HTTPStatus.OK
        return templates.TemplateResponse(request, "entries.html", context, status, PRIVATE)

    return router


_CELLS = (NAME, TYPE, NUMBER, STUDENT_NO, COLLEGE, MAJOR, LEVEL, EXCLUDED)
_TYPES = [titles[0] for titles in TITLES.values()]


def shown_cells(line: Line) -> dict[str, str]:
    """A line by the roster's columns, its number masked."""
    entry = line.entry
    return {
        NAME: entry.name,
        TYPE: TITLES.get(entry.document_type, (entry.document_type,))[0],
        NUMBER: masked(entry.document_number),
        STUDENT_NO: entry.student_no,
        COLLEGE: entry.college,
        MAJOR: entry.major,
        LEVEL: entry.level,
        EXCLUDED: "是" if line.excluded else "否",
    }
