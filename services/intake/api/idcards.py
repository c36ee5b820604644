"""The picture of a document: taken in, handed to the matcher to be read, gone within minutes."""

import asyncio
from datetime import timedelta
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Request

from services.intake.api.door import Authorization, Door
from services.intake.api.registering import input_problem, of_registration, refuse_input
from services.intake.idcards import tell_picture
from services.intake.rules.registration import READINGS_PER_DAY
from services.intake.store import accounts
from services.intake.uploads import BadUpload, TooLarge, Upload, read_upload
from services.intake.views import ApplicationView
from shared.campaign import Campaign
from shared.outbox import AlreadyHandled, Cause
from shared.pictures import PictureError, inspect
from shared.reasons import Reason

PICTURE_MAX_BYTES = 5 * 2**20
DAY = timedelta(days=1)
FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["picture"],
                    "properties": {
                        "picture": {"type": "string", "format": "binary", "description": "JPEG or PNG, at most 5 MB"},
                        "idempotency_key": {"type": "string", "description": "where the header cannot be set"},
                    },
                }
            }
        },
    }
}


def router(door: Door) -> APIRouter:
    routes = APIRouter(tags=["accounts"])

    @routes.post("/applications/{application_id}/idcards", status_code=HTTPStatus.ACCEPTED, openapi_extra=FORM)
    async def photograph(
        application_id: UUID,
        request: Request,
        authorization: Authorization,
        idempotency_key: Annotated[str | None, Header(max_length=80)] = None,
    ) -> ApplicationView:
        """As `wx.uploadFile` sends it. What was read comes with the state: `account.card`."""
        async with door.outbox.transaction() as tx:
            _, campaign = await of_registration(door, tx, authorization, application_id)
        upload = await _read(request, campaign)
        kind = await _kind(upload, campaign)
        source = door.fingerprint(door.openid(authorization))
        async with door.outbox.transaction() as tx:
            count = await accounts.count_try(tx, "idcard", source, DAY)
            until = tx.now + timedelta(minutes=campaign.identity.id_card_minutes)
        too_often = Reason.ID_LIMIT if count > READINGS_PER_DAY else None
        refuse_input(too_often, campaign, f"{count} pictures in a day, allowed are {READINGS_PER_DAY}")
        key = await door.idcards.keep(application_id, upload.body, kind, until)
        same = idempotency_key or upload.fields.get("idempotency_key")
        cause = Cause("http.idcard", f"{application_id}:{same}") if same else None
        try:
            async with door.outbox.transaction(cause=cause) as tx:
                before, _ = await of_registration(door, tx, authorization, application_id)
                return await door.view(tx, await tell_picture(tx, before, key))
        except AlreadyHandled:
            async with door.outbox.transaction() as tx:
                tx.do("delete_idcard", key)
                return await door.view(tx, await door.mine(tx, authorization, application_id))

    return routes


async def _read(request: Request, campaign: Campaign) -> Upload:
    try:
        return await read_upload(request, PICTURE_MAX_BYTES, "picture")
    except (TooLarge, BadUpload) as error:
        reason = Reason.FILE_TOO_LARGE if isinstance(error, TooLarge) else Reason.BAD_REQUEST
        raise input_problem(reason, campaign, str(error)) from None


async def _kind(upload: Upload, campaign: Campaign) -> str:
    try:
        return (await asyncio.to_thread(inspect, upload.body)).kind
    except PictureError as error:
        raise input_problem(error.reason, campaign, str(error)) from None
