"""Pictures, by links that live minutes and only for those who are signed in."""

from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import Response, StreamingResponse

from services.validator.desk import Desk
from shared.links import BadLink, Links
from shared.pages import PRIVATE
from shared.photos import NoSuchObject
from shared.problems import Problem
from shared.reasons import Reason
from shared.staff import Member, Staff


def router(desk: Desk, staff: Staff, links: Links) -> APIRouter:
    router = APIRouter()

    @router.get("/pictures/{token}", response_class=StreamingResponse)
    async def picture(token: str, _: Annotated[Member, Depends(staff.requires("reviewer"))]) -> Response:
        try:
            stream = desk.picture(links.read(token))
            first = await anext(stream)
        except BadLink as error:
            raise Problem(HTTPStatus.GONE, Reason.LINK_EXPIRED, str(error)) from None
        except NoSuchObject as error:
            raise Problem(HTTPStatus.NOT_FOUND, Reason.LINK_EXPIRED, f"no such picture: {error}") from None
        return StreamingResponse(_whole(first, stream), media_type=_media_type(first), headers=PRIVATE)

    return router


def links_to(keys: dict[str, str | None], links: Links) -> dict[str, str]:
    """Name → path, of those that have a key."""
    return {name: f"/pictures/{links.sign(key)}" for name, key in keys.items() if key}


async def _whole(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for chunk in rest:
        yield chunk


def _media_type(first: bytes) -> str:
    return "image/png" if first.startswith(b"\x89PNG") else "image/jpeg"
