"""A picture becomes an attempt: counted, told to whoever judges, charges and delivers."""

from uuid import UUID

from services.intake import cases
from services.intake.rules import Application, with_attempt
from services.intake.store import applications as store
from shared.events import Frame, PhotoSubmitted
from shared.outbox import Transaction


async def submit(
    tx: Transaction,
    before: Application,
    photo_id: UUID,
    sha256: str,
    original_key: str,
    frame: Frame,
    prepared_key: str | None = None,
) -> Application:
    """The doors were asked. Returns the application as it is now."""
    photo = with_attempt(before.photo, photo_id, sha256, original_key, prepared_key)
    await store.count_photo(tx, photo, frame)
    changed = before.model_copy(update={"photo": photo})
    after = await cases.change(tx, before, changed, "photo.submitted", {"attempt": photo.attempt})
    tx.tell(
        PhotoSubmitted(
            **after.named,
            photo_id=photo_id,
            attempt=photo.attempt,
            original_key=original_key,
            sha256=sha256,
            frame=frame,
            follows=before.photo.follows,
            prepared_key=prepared_key,
            charged_attempt=photo.charged_attempt,
        )
    )
    return after
