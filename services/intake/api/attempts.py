"""What becomes of a photo that was uploaded: accepted or taken again; taken back or appealed while it waits."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from fastapi import APIRouter

from services.intake import cases
from services.intake.api.door import Authorization, Door, refuse
from services.intake.rules import (
    Application,
    PhotoRegion,
    PhotoState,
    taken_back,
    why_not_accept,
    why_not_appeal,
    why_not_retake,
    why_not_take_back,
    with_appeal,
    with_retake,
)
from services.intake.submission import submit
from services.intake.views import ApplicationView
from shared.campaign import Campaign
from shared.events import PhotoAppealed, PhotoWithdrawn
from shared.outbox import Transaction
from shared.reasons import Reason

ROUTE = "/applications/{application_id}/photos/{photo_id}"
WhyNot = Callable[[Application, Campaign, datetime], Reason | None]


def router(door: Door) -> APIRouter:
    routes = APIRouter(tags=["photos"])

    @routes.post(ROUTE + "/acceptance")
    async def accept(application_id: UUID, photo_id: UUID, authorization: Authorization) -> ApplicationView:
        """The student likes the prepared picture: it is handed in. Again: the same."""
        async with door.outbox.transaction() as tx:
            before = await door.mine(tx, authorization, application_id)
            if before.photo.photo_id == photo_id:
                return await door.view(tx, before)
            await _refuse(door, tx, before, why_not_accept, _is_prepared(before.photo, photo_id))
            waiting = before.photo.pending
            assert waiting is not None
            assert waiting.frame is not None
            about = (waiting.photo_id, waiting.sha256, waiting.original_key)
            return await door.view(tx, await submit(tx, before, *about, waiting.frame, waiting.prepared_key))

    @routes.post(ROUTE + "/retake")
    async def retake(application_id: UUID, photo_id: UUID, authorization: Authorization) -> ApplicationView:
        """The student does not like it, or will not wait: as before the upload. Again: the same."""
        async with door.outbox.transaction() as tx:
            before = await door.mine(tx, authorization, application_id)
            if not _is_prepared(before.photo, photo_id):
                return await door.view(tx, before)
            await _refuse(door, tx, before, why_not_retake, True)
            return await door.view(tx, await _change(tx, before, with_retake(before.photo), "photo.retaken"))

    @routes.post(ROUTE + "/withdrawal")
    async def take_back(application_id: UUID, photo_id: UUID, authorization: Authorization) -> ApplicationView:
        """An undecided photo is taken back, where the campaign offers it; the next one costs nothing. Again:
        the same."""
        async with door.outbox.transaction() as tx:
            before = await door.mine(tx, authorization, application_id)
            if before.photo.state is PhotoState.NONE and before.photo.photo_id == photo_id:
                return await door.view(tx, before)
            await _refuse(door, tx, before, why_not_take_back, before.photo.photo_id == photo_id)
            after = await _change(tx, before, taken_back(before.photo), "photo.withdrawn")
            tx.tell(PhotoWithdrawn(**after.named, photo_id=photo_id, attempt=after.photo.attempt))
            return await door.view(tx, after)

    @routes.post(ROUTE + "/appeal")
    async def appeal(application_id: UUID, photo_id: UUID, authorization: Authorization) -> ApplicationView:
        """A person is to look at what the judge refused: once per attempt."""
        async with door.outbox.transaction() as tx:
            before = await door.mine(tx, authorization, application_id)
            await _refuse(door, tx, before, why_not_appeal, before.photo.photo_id == photo_id)
            after = await _change(tx, before, with_appeal(before.photo), "photo.appealed")
            photo = after.photo
            tx.tell(
                PhotoAppealed(**after.named, photo_id=photo_id, attempt=photo.attempt, revision=photo.revision),
            )
            return await door.view(tx, after)

    return routes


def _is_prepared(photo: PhotoRegion, photo_id: UUID) -> bool:
    return photo.pending is not None and photo.pending.photo_id == photo_id


async def _refuse(door: Door, tx: Transaction, before: Application, why_not: WhyNot, is_the_one: bool) -> None:
    """is_the_one: the photo in the address is the one that the state is about."""
    campaign = await door.in_force(tx, before)
    reason = why_not(before, campaign, tx.now) or (None if is_the_one else Reason.NO_PHOTO)
    refuse(reason, campaign, f"photo is {before.photo.shown!r}, attempt {before.photo.attempt}")


async def _change(tx: Transaction, before: Application, photo: PhotoRegion, what: str) -> Application:
    about = {"attempt": photo.attempt}
    return await cases.change(tx, before, before.model_copy(update={"photo": photo}), what, about)
