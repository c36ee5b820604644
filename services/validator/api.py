"""What can be asked of the reviewers' desk over HTTP? The same routes give browsers pages, programs JSON."""

from collections.abc import AsyncIterator
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response, StreamingResponse

from services.validator.desk import Desk, Looked, Waiting, reviewers_reasons
from services.validator.rules import Case, awaits_person, may_accept
from shared.links import BadLink, Links
from shared.pages import PRIVATE, is_browser, templates_of
from shared.photos import NoSuchObject
from shared.problems import Problem
from shared.reasons import Reason
from shared.staff import Member, Staff

CHECK_NAMES = {
    "face": "人脸",
    "eye_line": "眼睛位置",
    "hairline": "发际位置",
    "face_width": "脸宽",
    "centring": "左右居中",
    "roll": "头部倾斜",
    "yaw": "侧脸",
    "mouth": "嘴部张开",
    "background_colour": "背景颜色",
    "background_even": "背景均匀",
    "sharpness": "清晰度",
    "exposure": "曝光",
    "compression": "压缩质量",
    "true_colour": "彩色照片",
    "eyes_open": "双眼睁开",
    "eyes_seen": "眼睛可见",
    "red_eye": "红眼",
    "teeth": "露齿",
    "light_even": "左右光线",
    "highlights": "高光",
    "colour_cast": "偏色",
    "noise": "噪点",
    "glasses_glare": "眼镜反光",
    "glasses": "佩戴眼镜",
    "pitch": "俯仰",
    "clothes_colour": "衣着与背景",
    "stretched": "人像变形",
    "skin_texture": "皮肤纹理",
}
OUTCOMES = {"pass": "合格", "unsure": "待定", "fail": "不合格"}
STATES = {"accepted": "通过", "refused": "不通过", "referred": "待审核", "queued": "检测中", "submitted": "已提交"}

templates = templates_of(Path(__file__).parent / "pages")
templates.env.globals |= {"CHECK_NAMES": CHECK_NAMES, "OUTCOMES": OUTCOMES, "STATES": STATES}


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
            return _page(request, "waiting.html", {"photos": photos, "total": total, "member": member})
        return JSONResponse({"waiting": total, "photos": [_waiting(each) for each in photos]}, headers=PRIVATE)

    @router.get("/reviews/next", include_in_schema=False)
    async def next_photo(member: Reviewer) -> Response:
        photo_id = await desk.next_photo(member)
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
    ) -> Response:
        """Accept, or refuse with at least one code. 409: somebody else was first."""
        try:
            case = await desk.decide(member, photo_id, decision, tuple(codes or ()))
        except Problem as problem:
            if not is_browser(request) or problem.body.status == HTTPStatus.NOT_FOUND:
                raise
            return _photo_page(request, await desk.look(member, photo_id), member, links, problem)
        if is_browser(request):
            return RedirectResponse("/reviews/next", HTTPStatus.SEE_OTHER)
        return JSONResponse(_case(case), headers=PRIVATE)

    @router.get("/pictures/{token}", response_class=StreamingResponse)
    async def picture(token: str, _: Reviewer) -> Response:
        try:
            stream = desk.picture(links.read(token))
            first = await anext(stream)
        except BadLink as error:
            raise Problem(HTTPStatus.GONE, Reason.LINK_EXPIRED, str(error)) from None
        except NoSuchObject as error:
            raise Problem(HTTPStatus.NOT_FOUND, Reason.LINK_EXPIRED, f"no such picture: {error}") from None
        return StreamingResponse(_whole(first, stream), media_type=_media_type(first), headers=PRIVATE)

    return router


def _photo_page(
    request: Request, looked: Looked, member: Member, links: Links, problem: Problem | None = None
) -> Response:
    context = {
        "looked": looked,
        "case": looked.case,
        "pictures": _pictures(looked.case, links),
        "reasons": sorted(reviewers_reasons(), key=lambda reason: reason not in looked.case.codes),
        "member": member,
        "open": awaits_person(looked.case),
        "may_accept": may_accept(looked.case),
        "problem": problem.body if problem else None,
    }
    return _page(request, "photo.html", context, problem.body.status if problem else HTTPStatus.OK)


def _page(request: Request, name: str, context: dict[str, Any], status: int = HTTPStatus.OK) -> Response:
    return templates.TemplateResponse(request, name, context, status, PRIVATE)


def _waiting(each: Waiting) -> dict[str, Any]:
    return _case(each.case) | {"title": each.campaign.title, "school": each.campaign.school.name}


def _looked(looked: Looked, links: Links) -> dict[str, Any]:
    return _case(looked.case) | {"report": looked.report, "pictures": _pictures(looked.case, links)}


def _case(case: Case) -> dict[str, Any]:
    return {
        "photo_id": str(case.photo_id),
        "application_id": str(case.application_id),
        "campaign_id": case.campaign_id,
        "attempt": case.attempt,
        "state": case.state.value,
        "codes": [{"code": code.value, "text": code.text} for code in case.codes],
        "decided_by": case.decided_by,
        "decided_at": case.decided_at.isoformat() if case.decided_at else None,
    }


def _pictures(case: Case, links: Links) -> dict[str, str]:
    keys = {
        "overlay": case.pictures.overlay_key,
        "standard": case.pictures.standard_key,
        "original": case.original_key,
    }
    return {name: f"/pictures/{links.sign(key)}" for name, key in keys.items() if key}


async def _whole(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for chunk in rest:
        yield chunk


def _media_type(first: bytes) -> str:
    return "image/png" if first.startswith(b"\x89PNG") else "image/jpeg"
