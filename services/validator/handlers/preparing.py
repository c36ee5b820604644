"""Where processing is automatic: a picture was uploaded, the student is to see what becomes of it."""

import hashlib

import structlog

from services.validator.pool import JudgePool
from services.validator.preparing import Prepared, Unprepared
from services.validator.rules import State, prepared_fact, unprepared_fact
from services.validator.store import cases
from shared.campaign import Campaign
from shared.campaigns import pinned_campaign
from shared.events import PhotoPrepared, PhotoUnprepared, PhotoUploaded
from shared.outbox import Outbox
from shared.photos import NoSuchObject, Objects, photo_key
from shared.reasons import Reason

log = structlog.get_logger()


class Preparing:
    """Nothing is remembered of it: the fact that is told says all, and the inbox that it was told once."""

    def __init__(self, outbox: Outbox, photos: Objects, pool: JudgePool) -> None:
        self._outbox = outbox
        self._photos = photos
        self._pool = pool

    async def prepare_photo(self, event: PhotoUploaded) -> None:
        async with self._outbox.transaction() as tx:
            pinned = await pinned_campaign(tx, event)
            case = await cases.case_locked(tx, event.application_id)
        if case is not None and case.state is State.ENDED:
            return
        fact = await self._outcome(event, pinned)
        async with self._outbox.transaction(cause=event) as tx:
            case = await cases.case_locked(tx, event.application_id)
            if case is None or case.state is not State.ENDED:
                tx.tell(fact)
            elif case.erasing:
                tx.do("remove_pictures", f"{event.application_id}/{event.sha256}/")
        log.info("picture_prepared", topic=fact.topic, photo_id=str(event.photo_id))

    async def _outcome(self, event: PhotoUploaded, pinned: Campaign) -> PhotoPrepared | PhotoUnprepared:
        made = await self._made(event, pinned)
        if isinstance(made, Unprepared):
            return unprepared_fact(event, made.codes)
        return prepared_fact(event, await self._put(event, made), made.frame)

    async def _made(self, event: PhotoUploaded, pinned: Campaign) -> Prepared | Unprepared:
        try:
            original = await self._photos.get(event.original_key)
        except NoSuchObject:
            log.error("original_is_gone", photo_id=str(event.photo_id))
            return Unprepared((Reason.SYS_RETRY,))
        return await self._pool.prepare(original, pinned)

    async def _put(self, event: PhotoUploaded, made: Prepared) -> str:
        """Named by what is in it, so that the picture a student said yes to never becomes another."""
        digest = hashlib.sha256(made.jpeg).hexdigest()[:16]
        key = photo_key(event.application_id, event.sha256, f"prepared-{digest}.jpg")
        await self._photos.put(key, made.jpeg, "image/jpeg")
        return key
