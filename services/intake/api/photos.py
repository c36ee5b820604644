"""A picture comes: refused at once, prepared, or submitted to the judge; and the signed links to pictures."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Request
from fastapi.responses import StreamingResponse
from pydantic import ValidationError

from services.intake import cases
from services.intake.api.door import Authorization, Door, refuse
from services.intake.rules import Application, is_automatic, refused_at_once, why_not_submit, with_upload
from services.intake.store import applications as store
from services.intake.submission import submit as submit_photo
from services.intake.uploads import BadUpload, TooLarge, Upload, read_upload
from services.intake.views import ApplicationView
from shared.campaign import DEVICES, SOURCES, Campaign
from shared.events import Frame, PhotoUploaded
from shared.links import SECONDS, BadLink
from shared.outbox import AlreadyHandled, Cause, Transaction
from shared.photos import NoSuchObject, photo_key
from shared.pictures import PictureError, inspect
from shared.problems import Problem
from shared.reasons import Reason

KINDS = {"jpg": "image/jpeg", "png": "image/png", "json": "application/json"}
EXTENSIONS = {"jpeg": "jpg", "png": "png"}
FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["photo"],
                    "properties": {
                        "photo": {"type": "string", "format": "binary"},
                        "x": {"type": "integer", "description": "where framed by hand: left of the frame, upright px"},
                        "y": {"type": "integer", "description": "top of the frame, px"},
                        "width": {"type": "integer", "description": "width of the frame, px; its height is 4/3 of it"},
                        "source": {"type": "string", "enum": list(SOURCES)},
                        "device": {"type": "string", "enum": list(DEVICES), "description": "by wx.getDeviceInfo"},
                        "idempotency_key": {"type": "string", "description": "where the header cannot be set"},
                    },
                }
            }
        },
    }
}


def router(door: Door) -> APIRouter:
    routes = APIRouter(tags=["photos"])

    @routes.post("/applications/{application_id}/photos", status_code=HTTPStatus.CREATED, openapi_extra=FORM)
    async def submit(
        application_id: UUID,
        request: Request,
        authorization: Authorization,
        idempotency_key: Annotated[str | None, Header(max_length=80)] = None,
    ) -> ApplicationView:
        """As `wx.uploadFile` sends it. Refused at once (422) when device, source, type, bytes, pixels or frame
        break the campaign's limits: no attempt is counted. Framed by hand, the upload is the student's acceptance, and
        the judge has it; where processing is automatic, the prepared picture comes with the state."""
        campaign = await _campaign(door, authorization, application_id)
        upload = await _read(request, campaign)
        key = idempotency_key or upload.fields.get("idempotency_key")
        if not key:
            raise _at_once(Reason.BAD_REQUEST, "no Idempotency-Key header and no idempotency_key field", campaign)
        frame = None if is_automatic(campaign.processing) else _frame(upload, campaign)
        kind = await _picture_kind(upload, frame, campaign)
        original_key = photo_key(application_id, upload.sha256, f"original.{EXTENSIONS[kind]}")
        if not await _is_known(door, application_id, key, upload):
            # Before the transaction, for nobody waits on the store with a row locked; a repeat writes the same bytes.
            await door.pictures.put(original_key, upload.body, KINDS[EXTENSIONS[kind]])
            with suppress(AlreadyHandled):  # the same request, twice at once
                async with door.outbox.transaction(cause=Cause("http.photo", f"{application_id}:{key}")) as tx:
                    await _take(door, tx, application_id, key, upload, original_key, frame)
        async with door.outbox.transaction() as tx:
            return await door.view(tx, await door.seen(tx, application_id))

    @routes.get("/pictures/{link}", response_class=StreamingResponse)
    async def picture(link: str) -> StreamingResponse:
        """A picture by the link that the state showed: short-lived, and only this picture."""
        try:
            object_key = door.links.read(link)
            chunks = door.pictures.stream(object_key)
            first = await anext(chunks)
        except BadLink as bad:
            raise Problem(HTTPStatus.FORBIDDEN, Reason.LINK_EXPIRED, str(bad)) from None
        except (NoSuchObject, StopAsyncIteration):
            raise Problem(HTTPStatus.NOT_FOUND, Reason.LINK_EXPIRED, "the picture is gone") from None
        headers = {"Cache-Control": f"private, max-age={SECONDS}"}
        return StreamingResponse(_from(first, chunks), media_type=KINDS[object_key.rsplit(".")[-1]], headers=headers)

    return routes


async def _campaign(door: Door, authorization: str, application_id: UUID) -> Campaign:
    async with door.outbox.transaction() as tx:
        await door.check_owner(tx, authorization, application_id)
        return await door.in_force(tx, await door.seen(tx, application_id))


async def _read(request: Request, campaign: Campaign) -> Upload:
    try:
        return await read_upload(request, campaign.upload.max_bytes)
    except TooLarge as large:
        raise _at_once(Reason.FILE_TOO_LARGE, str(large), campaign) from None
    except BadUpload as bad:
        raise _at_once(Reason.BAD_REQUEST, str(bad), campaign) from None


def _frame(upload: Upload, campaign: Campaign) -> Frame:
    given = {name: upload.fields.get(name) for name in ("x", "y", "width")}
    try:
        return Frame.model_validate(given)
    except ValidationError:
        raise _at_once(Reason.FRAME_OUTSIDE, f"x, y and width must be whole pixels, got {given}", campaign) from None


async def _picture_kind(upload: Upload, frame: Frame | None, campaign: Campaign) -> str:
    try:
        header = await asyncio.to_thread(inspect, upload.body)
    except PictureError as error:
        raise _at_once(error.reason, str(error), campaign) from None
    size = (header.width_px, header.height_px)
    source, device = upload.fields.get("source"), upload.fields.get("device")
    reason = refused_at_once(campaign.upload, header.kind, *size, len(upload.body), frame, source, device)
    if reason:
        size_px = f"{size[0]}×{size[1]} px"
        told = f"frame {frame!r}, source {source!r}, device {device!r}"
        detail = f"{header.kind}, {size_px}, {len(upload.body)} bytes, {told}"
        raise _at_once(reason, detail, campaign)
    return header.kind


def _at_once(reason: Reason, detail: str, campaign: Campaign) -> Problem:
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, reason, detail, support=campaign.support)


async def _is_known(door: Door, application_id: UUID, key: str, upload: Upload) -> bool:
    """True: the client lost our answer and asks again. 409 when the key stands for another picture, or when no photo
    may be submitted now."""
    async with door.outbox.transaction() as tx:
        campaign = await door.in_force(tx, await door.seen(tx, application_id))
        photo = await store.photo_of_key(tx, application_id, key)
        if photo is None:
            _refuse_to_submit(await door.seen(tx, application_id), campaign, tx)
            return False
    if photo.sha256 != upload.sha256:
        refuse(Reason.KEY_REUSED, campaign, f"idempotency key {key!r} was used for another picture: make a new one")
    return True


async def _take(
    door: Door, tx: Transaction, application_id: UUID, key: str, upload: Upload, original_key: str, frame: Frame | None
) -> None:
    """frame: none where the picture is to be prepared first."""
    before = await store.locked(tx, application_id)
    assert before is not None
    _refuse_to_submit(before, await door.in_force(tx, before), tx)
    source = upload.fields.get("source")
    photo_id = await store.add_photo(tx, application_id, key, upload.sha256, source, original_key)
    if frame is not None:
        await submit_photo(tx, before, photo_id, upload.sha256, original_key, frame)
        return
    photo = with_upload(before.photo, photo_id, upload.sha256, original_key)
    after = before.model_copy(update={"photo": photo})
    await cases.change(tx, before, after, "photo.uploaded", {"bytes": len(upload.body)})
    tx.tell(PhotoUploaded(**after.named, photo_id=photo_id, original_key=original_key, sha256=upload.sha256))


def _refuse_to_submit(application: Application, campaign: Campaign, tx: Transaction) -> None:
    states = f"identity is {application.identity.state!r}, photo is {application.photo.shown!r}"
    detail = f"{states}, window until {campaign.window.closes_at}"
    refuse(why_not_submit(application, campaign, tx.now), campaign, detail)


async def _from(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for chunk in rest:
        yield chunk
