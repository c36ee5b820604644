"""One row per application, locked by whoever changes it; each attempt at a photo; the timeline."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, func, insert, select, text, update
from sqlalchemy.dialects import postgresql

from services.intake.rules import Application, PhotoRegion
from services.intake.store.tables import applications, consents, grants, happenings, photos
from shared.events import Contact, Frame, Grant
from shared.outbox import Transaction
from shared.sealed import Sealed

CHANGED_CHANNEL = "application_changed"

_open = postgresql.insert(applications).on_conflict_do_nothing().returning(applications.c.id)
_of_owner = select(applications.c.id)
_row = select(applications)
_consent = postgresql.insert(consents).on_conflict_do_nothing()
_grant = insert(grants).returning(grants.c.id)
_add_photo = insert(photos).returning(photos.c.id)
_happened = insert(happenings)
_notify = select(func.pg_notify(CHANGED_CHANNEL, text(":id")))
_timeline = select(happenings.c.at, happenings.c.what, happenings.c.details).order_by(happenings.c.seq)
_changed = func.clock_timestamp()
_ORDER_BEGINS = ("photo.submitted", "payment.due.v1")
_ordered_at = (
    select(func.min(happenings.c.at))
    .where(happenings.c.application_id == applications.c.id, happenings.c.what.in_(_ORDER_BEGINS))
    .scalar_subquery()
)
_orders = select(applications, _ordered_at.label("ordered_at")).order_by(applications.c.created_at.desc())


async def open_application(
    tx: Transaction, campaign_id: str, campaign_version: int, owner: str, contact: Sealed[Contact]
) -> tuple[UUID, bool]:
    """The owner's application in this campaign, and whether it is new."""
    row = {
        "campaign_id": campaign_id,
        "campaign_version": campaign_version,
        "owner": owner,
        "contact": contact.model_dump(),
    }
    new = (await tx.execute(_open, row)).scalar()
    if new is not None:
        return new, True
    same = _of_owner.where(applications.c.campaign_id == campaign_id, applications.c.owner == owner)
    return (await tx.execute(same)).scalar_one(), False


async def locked(tx: Transaction, application_id: UUID) -> Application | None:
    """None: nobody's. Whoever holds the lock may change it; facts and students wait for each other here."""
    return _application((await tx.execute(_row.where(applications.c.id == application_id).with_for_update())).first())


async def seen(tx: Transaction, application_id: UUID) -> Application | None:
    return _application((await tx.execute(_row.where(applications.c.id == application_id))).first())


async def owner_of(tx: Transaction, application_id: UUID) -> str | None:
    owner = select(applications.c.owner).where(applications.c.id == application_id)
    return (await tx.execute(owner)).scalar()


async def contact_of(tx: Transaction, application_id: UUID) -> Sealed[Contact]:
    contact = select(applications.c.contact).where(applications.c.id == application_id)
    return Sealed[Contact].model_validate((await tx.execute(contact)).scalar_one())


async def save(
    tx: Transaction,
    before: Application,
    after: Application,
    what: str,
    about: dict[str, Any] | None = None,
    contact: Sealed[Contact] | None = None,
) -> Application:
    """Writes the change and its line in the timeline, and wakes whoever waits for it. No change, nothing."""
    if after == before and contact is None:
        return before
    confirmed = after.identity.entry_id if after.holds_entry else None
    row = after.model_dump(mode="json", include={"identity", "photo", "money", "delivery", "ending"})
    plain = {name: getattr(after, name) for name in ("has_phone", "grants", "contact_revision")}
    changed = update(applications).where(applications.c.id == after.id)
    changed = changed.values(
        **row, **plain, confirmed_entry_id=confirmed, revision=before.revision + 1, changed_at=_changed
    )
    if contact is not None:
        changed = changed.values(contact=contact.model_dump())
    await tx.execute(changed)
    await happened(tx, after.id, what, about)
    await tx.execute(_notify, {"id": str(after.id)})
    return after.model_copy(update={"revision": before.revision + 1})


async def happened(tx: Transaction, application_id: UUID, what: str, about: dict[str, Any] | None = None) -> None:
    row = {"application_id": application_id, "at": tx.now, "what": what, "details": about or {}}
    await tx.execute(_happened, row)


async def timeline(tx: Transaction, application_id: UUID) -> list[Row[Any]]:
    """at, what, details; oldest first."""
    return list((await tx.execute(_timeline.where(happenings.c.application_id == application_id))).all())


async def consent(tx: Transaction, application_id: UUID, consent_version: str) -> None:
    await tx.execute(_consent, {"application_id": application_id, "consent_version": consent_version})


async def grant(tx: Transaction, application_id: UUID, template_ids: list[str]) -> tuple[Grant, ...]:
    made = []
    for template_id in template_ids:
        row = {"application_id": application_id, "template_id": template_id}
        grant_id = (await tx.execute(_grant, row)).scalar_one()
        made.append(Grant(grant_id=grant_id, template_id=template_id))
    return tuple(made)


async def add_photo(
    tx: Transaction, application_id: UUID, key: str, sha256: str, source: str | None, original_key: str
) -> UUID:
    """A picture that came. It is no attempt before `count_photo`."""
    row = {
        "application_id": application_id,
        "idempotency_key": key,
        "sha256": sha256,
        "source": source,
        "original_key": original_key,
    }
    photo_id: UUID = (await tx.execute(_add_photo, row)).scalar_one()
    return photo_id


async def count_photo(tx: Transaction, photo: PhotoRegion, frame: Frame) -> None:
    """The picture is now the attempt that the region says."""
    counted = {
        "attempt": photo.attempt,
        "frame": frame.model_dump(),
        "prepared_key": photo.prepared_key,
        "submitted_at": tx.now,
    }
    await tx.execute(update(photos).where(photos.c.id == photo.photo_id).values(**counted))


async def photo_of_key(tx: Transaction, application_id: UUID, key: str) -> Row[Any] | None:
    same = select(photos).where(photos.c.application_id == application_id, photos.c.idempotency_key == key)
    return (await tx.execute(same)).first()


async def of_owner(tx: Transaction, owner: str) -> list[tuple[Application, datetime | None]]:
    """All of one person's, the newest first, each with the moment its order began: a photo or a fee, if any."""
    rows = await tx.execute(_orders.where(applications.c.owner == owner))
    return [(Application.model_validate(row._mapping), row.ordered_at) for row in rows]


async def of_campaign(tx: Transaction, campaign_id: str, behind: UUID | None, at_most: int) -> list[Application]:
    """In the order of their ids, those behind one of them."""
    some = _row.where(applications.c.campaign_id == campaign_id).order_by(applications.c.id).limit(at_most)
    if behind is not None:
        some = some.where(applications.c.id > behind)
    return [Application.model_validate(row._mapping) for row in await tx.execute(some)]


async def erase(tx: Transaction, application_id: UUID) -> None:
    """What is of the person goes; consents stay, as proof of what was agreed (PIPL 14), and so does the timeline's
    bare order of things."""
    for table in (photos, grants):
        await tx.execute(delete(table).where(table.c.application_id == application_id))
    mine = happenings.c.application_id == application_id
    await tx.execute(update(happenings).where(mine).values(details={}))
    await tx.execute(update(applications).where(applications.c.id == application_id).values(contact={}))


def _application(row: Row[Any] | None) -> Application | None:
    return Application.model_validate(row._mapping) if row else None
