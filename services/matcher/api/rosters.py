"""A roster is handed in."""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.datastructures import UploadFile

from services.matcher.api.desk import Desk
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
            return await take_roster(desk, campaign_id, member, request)
        except NotARoster as error:
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, Reason.BAD_REQUEST, str(error)) from None

    return router


async def take_roster(desk: Desk, campaign_id: str, member: Member, request: Request) -> Report:
    """Reads the body itself: FastAPI would store all of it before it asks who sends it, and how much.

    Raises NotARoster, Problem 404.
    """
    async with desk.outbox.transaction() as tx:
        await campaign_for(tx, campaign_id, member)
    length = request.headers.get("content-length", "")
    if not length.isdecimal() or int(length) > desk.roster_max_bytes + FORM_BYTES:
        raise NotARoster(f"文件大小须在 {desk.roster_max_bytes / 2**20:.0f} MB 以内；请分成几个文件上传")
    async with request.form(max_files=1, max_fields=1) as form:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise NotARoster("没有收到文件；请选择 XLSX 或 CSV 文件")
        return await desk.handlers.take_roster(campaign_id, file.file, member.name)
