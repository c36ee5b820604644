"""What do we remember? One row per application, locked by whoever changes it; each attempt at a photo; the timeline."""

from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    MetaData,
    Row,
    Table,
    Text,
    UniqueConstraint,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import UUID as UUIDColumn

from services.intake.rules import Application
from shared.events import Contact, Frame, Grant
from shared.outbox import Transaction
from shared.sealed import Sealed

CHANGED_CHANNEL = "application_changed"

metadata = MetaData()
_now = text("clock_timestamp()")


def _application_id() -> Column[UUID]:
    return Column("application_id", UUIDColumn(as_uuid=True), ForeignKey("applications.id"), nullable=False)


applications = Table(
    "applications",
    metadata,
    Column("id", UUIDColumn(as_uuid=True), primary_key=True, server_default=text("uuidv7()")),
    Column("campaign_id", Text, nullable=False),
    Column("campaign_version", Integer, nullable=False),
    Column("owner", Text, nullable=False),  # fingerprint of the openid
    Column("contact", JSONB, nullable=False),  # sealed
    Column("contact_revision", Integer, nullable=False, server_default=text("0")),
    Column("has_phone", Boolean, nullable=False, server_default=text("false")),
    Column("grants", Integer, nullable=False, server_default=text("0")),
    Column("identity", JSONB, nullable=False, server_default=text("'{}'")),
    Column("photo", JSONB, nullable=False, server_default=text("'{}'")),
    Column("money", JSONB, nullable=False, server_default=text("'{}'")),
    Column("delivered", Boolean, nullable=False, server_default=text("false")),
    Column("confirmed_entry_id", UUIDColumn(as_uuid=True)),
    Column("revision", Integer, nullable=False, server_default=text("0")),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=_now),
    Column("changed_at", DateTime(timezone=True), nullable=False, server_default=_now),
    UniqueConstraint("campaign_id", "owner", name="one_application_per_campaign_and_openid"),
    UniqueConstraint("campaign_id", "confirmed_entry_id", name="one_application_per_roster_entry"),
)

photos = Table(
    "photos",
    metadata,
    Column("id", UUIDColumn(as_uuid=True), primary_key=True, server_default=text("uuidv7()")),
    _application_id(),
    Column("attempt", Integer, nullable=False),
    Column("idempotency_key", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("original_key", Text, nullable=False),
    Column("frame", JSONB, nullable=False),
    Column("submitted_at", DateTime(timezone=True), nullable=False, server_default=_now),
    UniqueConstraint("application_id", "attempt", name="attempts_are_counted_once"),
    UniqueConstraint("application_id", "idempotency_key", name="one_photo_per_idempotency_key"),
)

consents = Table(
    "consents",
    metadata,
    _application_id(),
    Column("consent_version", Text, nullable=False),
    Column("consented_at", DateTime(timezone=True), nullable=False, server_default=_now),
    UniqueConstraint("application_id", "consent_version", name="one_consent_per_notice"),
)

grants = Table(
    "grants",
    metadata,
    Column("id", UUIDColumn(as_uuid=True), primary_key=True, server_default=text("uuidv7()")),
    _application_id(),
    Column("template_id", Text, nullable=False),
    Column("granted_at", DateTime(timezone=True), nullable=False, server_default=_now),
)

happenings = Table(
    "happenings",
    metadata,
    Column("seq", BigInteger, Identity(always=True), primary_key=True),
    _application_id(),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("what", Text, nullable=False),
    Column("details", JSONB, nullable=False, server_default=text("'{}'")),
)
Index("happenings_of", happenings.c.application_id, happenings.c.seq)

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
    confirmed = after.identity.entry_id if after.identity.state == "confirmed" else None
    row = after.model_dump(mode="json", include={"identity", "photo", "money"})
    plain = {name: getattr(after, name) for name in ("has_phone", "grants", "contact_revision", "delivered")}
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
    tx: Transaction, application: Application, key: str, sha256: str, original_key: str, frame: Frame
) -> UUID:
    """The next attempt; its number is the application's attempt + 1."""
    row = {
        "application_id": application.id,
        "attempt": application.photo.attempt + 1,
        "idempotency_key": key,
        "sha256": sha256,
        "original_key": original_key,
        "frame": frame.model_dump(),
    }
    photo_id: UUID = (await tx.execute(_add_photo, row)).scalar_one()
    return photo_id


async def photo_of_key(tx: Transaction, application_id: UUID, key: str) -> Row[Any] | None:
    same = select(photos).where(photos.c.application_id == application_id, photos.c.idempotency_key == key)
    return (await tx.execute(same)).first()


def _application(row: Row[Any] | None) -> Application | None:
    return Application.model_validate(row._mapping) if row else None
