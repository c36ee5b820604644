"""A student's picture of a document: read when a worker is free, answered, and removed at once."""

from services.matcher.cards.pool import CardPool
from shared.events import IdCard, IdCardRead, IdCardRefused, IdCardUploaded
from shared.outbox import Errand, Outbox
from shared.photos import NoSuchObject, Objects
from shared.reasons import Reason
from shared.sealed import Sealer


class Readings:
    """objects: the bucket of pictures of documents."""

    def __init__(self, outbox: Outbox, sealer: Sealer, objects: Objects, pool: CardPool) -> None:
        self._outbox = outbox
        self._sealer = sealer
        self._objects = objects
        self._pool = pool

    async def read_when_free(self, event: IdCardUploaded) -> None:
        async with self._outbox.transaction(cause=event) as tx:
            tx.do("read_card", f"{event.application_id}/{event.reading}", **event.model_dump(mode="json"))

    async def read_card(self, errand: Errand) -> None:
        """A picture that is gone already was too late; intake removes what stays too long."""
        uploaded = IdCardUploaded.model_validate(errand.details)
        try:
            found = await self._pool.read(await self._objects.get(uploaded.object_key))
        except NoSuchObject:
            found = Reason.ID_CARD_UNREAD
        about = uploaded.model_dump(include={"application_id", "campaign_id", "campaign_version", "reading"})
        async with self._outbox.transaction(cause=errand) as tx:
            if isinstance(found, IdCard):
                tx.tell(IdCardRead(**about, card=self._sealer.seal(found)))
            else:
                tx.tell(IdCardRefused(**about, reason=found))
            tx.do("remove_card", errand.subject, object_key=uploaded.object_key)

    async def remove_card(self, errand: Errand) -> None:
        await self._objects.remove(errand.details["object_key"])
        async with self._outbox.transaction(cause=errand):
            pass
