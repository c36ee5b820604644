"""Pictures of documents: kept minutes, for the matcher to read; what was read waits for its owner's correction."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from services.intake import cases
from services.intake.rules import Application
from services.intake.rules.claims import why_erased
from services.intake.rules.registration import CardRegion, with_picture, with_reading
from shared.events import IdCardRead, IdCardRefused, IdCardUploaded
from shared.outbox import Errand, Outbox, Transaction
from shared.photos import Objects

READING_KEPT = timedelta(hours=1)  # long enough to fill in a form; then it is read again


class IdCards:
    """pictures: their own bucket. Each picture has two errands: it goes when it was read, and after its minutes."""

    def __init__(self, outbox: Outbox, pictures: Objects) -> None:
        self._outbox = outbox
        self._pictures = pictures

    async def keep(self, application_id: UUID, body: bytes, kind: str, until: datetime) -> str:
        """Its key. Its end is written down before it is stored: whatever fails after this, it is gone in time."""
        key = f"{application_id}/{uuid4()}.{kind}"
        async with self._outbox.transaction() as tx:
            tx.do("delete_idcard", key, at=until)
        await self._pictures.put(key, body, f"image/{kind}")
        return key

    async def show_reading(self, event: IdCardRead | IdCardRefused) -> None:
        async with self._outbox.transaction(cause=event) as tx:
            before = await cases.locked(tx, event.application_id)
            if why_erased(before):
                return
            identity = before.identity
            after = _with_card(before, with_reading(identity.account, event).card)
            await cases.change(tx, before, after, event.topic)
            if identity.account.card.key and after != before:
                tx.do("delete_idcard", identity.account.card.key)
                tx.do("forget_reading", before.id, at=tx.now + READING_KEPT, reading=event.reading)

    async def delete_picture(self, errand: Errand) -> None:
        await self._pictures.remove(errand.subject)
        async with self._outbox.transaction(cause=errand):
            pass

    async def forget_reading(self, errand: Errand) -> None:
        """What was read and never used; a newer reading has an hour of its own."""
        async with self._outbox.transaction(cause=errand) as tx:
            before = await cases.locked(tx, UUID(errand.subject))
            card = before.identity.account.card
            if card.reading == errand.details["reading"] and card.card:
                await cases.change(tx, before, _with_card(before, CardRegion(reading=card.reading)), "idcard.forgotten")


async def tell_picture(tx: Transaction, before: Application, key: str) -> Application:
    """A picture waits to be read."""
    account = with_picture(before.identity.account, key)
    after = await cases.change(tx, before, _with_card(before, account.card), "idcard.uploaded")
    tx.tell(IdCardUploaded(**after.named, reading=account.card.reading, object_key=key))
    return after


def _with_card(application: Application, card: CardRegion) -> Application:
    account = application.identity.account.model_copy(update={"card": card})
    return application.model_copy(update={"identity": application.identity.model_copy(update={"account": account})})
