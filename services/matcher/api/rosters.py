"""A roster is handed in; who watches sees how far it has come."""

import asyncio
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Request
from fastapi.responses import StreamingResponse
from starlette.datastructures import FormData, UploadFile

from services.matcher.api.desk import Desk
from services.matcher.keeper import Progress
from services.matcher.rosters import Report
from services.matcher.sheets import NotARoster
from shared.pages import campaign_for
from shared.problems import Problem
from shared.reasons import Reason
from shared.staff import Member

FORM_BYTES = 4096  # what multipart/form-data puts around the file
_FILE: dict[str, Any] = {
    "type": "object",
    "required": ["file"],
    "properties": {"file": {"type": "string", "format": "binary"}},
}
_BODY = {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": _FILE}}}}


def router(desk: Desk) -> APIRouter:
    router = APIRouter()
    SchoolMember = Annotated[Member, Depends(desk.member())]

    @router.put("/campaigns/{campaign_id}/roster", openapi_extra=_BODY)
    async def put_roster(campaign_id: str, member: SchoolMember, request: Request) -> Report:
        """XLSX or CSV (UTF-8, GB18030) as `file`. Good rows replace those of the same document, the report names
        every bad one; the same file again changes nothing. 422 when the file is no roster: then nothing is taken."""
        try:
            form = await received(desk, campaign_id, member, request)
            return await take_roster(desk, campaign_id, member, form)
        except NotARoster as error:
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, Reason.BAD_REQUEST, str(error)) from None

    @router.post("/campaigns/{campaign_id}/roster/watched", openapi_extra=_BODY)
    async def post_watched(campaign_id: str, member: SchoolMember, request: Request) -> StreamingResponse:
        """The same, answered line by line in JSON: {"rows", "of"} again and again, then {"wrong": why or null}."""
        try:
            form = await received(desk, campaign_id, member, request)
        except NotARoster as error:
            lines = _one_line({"wrong": str(error)})
        else:
            lines = _watched(desk, campaign_id, member, form)
        return StreamingResponse(lines, media_type="application/x-ndjson", headers={"x-accel-buffering": "no"})

    return router


async def received(desk: Desk, campaign_id: str, member: Member, request: Request) -> FormData:
    """Reads the body itself: FastAPI would store all of it before it asks who sends it, and how much.

    Raises NotARoster, Problem 404.
    """
    async with desk.outbox.transaction() as tx:
        campaign = await campaign_for(tx, campaign_id, member)
    if not campaign.identity.takes_rosters:
        raise NotARoster("本次采集凭采集码核对身份，不收名单")
    length = request.headers.get("content-length", "")
    if not length.isdecimal() or int(length) > desk.roster_max_bytes + FORM_BYTES:
        raise NotARoster(f"文件大小须在 {desk.roster_max_bytes / 2**20:.0f} MB 以内；请分成几个文件上传")
    return await request.form(max_files=1, max_fields=1)


async def take_roster(
    desk: Desk, campaign_id: str, member: Member, form: FormData, progress: Progress = lambda *_: None
) -> Report:
    """Closes the form. Raises NotARoster."""
    try:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise NotARoster("没有收到文件；请选择 XLSX 或 CSV 文件")
        return await desk.keeper.take_roster(campaign_id, file.file, member.name, progress)
    finally:
        await form.close()


async def _watched(desk: Desk, campaign_id: str, member: Member, form: FormData) -> AsyncIterator[bytes]:
    """The import goes on when nobody watches any more: its report is on the page."""
    steps: asyncio.Queue[tuple[int, int] | None] = asyncio.Queue()
    taking = asyncio.create_task(
        take_roster(desk, campaign_id, member, form, lambda rows, of: steps.put_nowait((rows, of)))
    )
    taking.add_done_callback(lambda _: steps.put_nowait(None))
    while (step := await steps.get()) is not None:
        yield orjson.dumps({"rows": step[0], "of": step[1]}) + b"\n"
    wrong = None
    try:
        taking.result()
    except NotARoster as error:
        wrong = str(error)
    yield orjson.dumps({"wrong": wrong}) + b"\n"


async def _one_line(said: dict[str, str]) -> AsyncIterator[bytes]:
    yield orjson.dumps(said) + b"\n"
