"""What do we remember? One row per application, the newest roster's place, the bundles, and every look by staff."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    MetaData,
    Row,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.dialects.postgresql import UUID as UUIDColumn
from sqlalchemy.ext.asyncio import AsyncEngine

from services.exporter.rules import Case, Handover
from shared.campaign import Payment
from shared.events import EVENTS, ApplicationEvent, IdentityConfirmed, RosterPublished
from shared.outbox import Transaction, TryLater
from shared.reasons import Reason

metadata = MetaData()

applications = Table(
    "applications",
    metadata,
    Column("application_id", UUIDColumn(as_uuid=True), primary_key=True),
    Column("campaign_id", Text, nullable=False, index=True),
    Column("takes_fee", Boolean, nullable=False),
    Column("pays_first", Boolean, nullable=False, server_default="false"),
    Column("identity", JSONB),  # identity.confirmed as it came: the entry in it is sealed
    Column("photo_topic", Text),
    Column("photo", JSONB),  # the newest fact about a photo, as it came
    Column("paid_orders", ARRAY(Text), nullable=False, server_default="{}"),
    Column("refunded_orders", ARRAY(Text), nullable=False, server_default="{}"),
    Column("lapsed", Text),
    # The last step of the hand-over, and of which photo.
    Column("handover", Text),
    Column("handed_attempt", Integer),
    Column("handed_revision", Integer),
    Column("erased", Boolean, nullable=False, server_default="false"),
)

rosters = Table(
    "rosters",
    metadata,
    Column("campaign_id", Text, primary_key=True),
    Column("roster_version", Integer, nullable=False),
    Column("object_key", Text, nullable=False),
    Column("entries", Integer, nullable=False),
)

bundles = Table(
    "bundles",
    metadata,
    Column("bundle_id", UUIDColumn(as_uuid=True), primary_key=True),
    Column("campaign_id", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("requested_by", Text, nullable=False),
    Column("requested_at", DateTime(timezone=True), nullable=False),
    Column("request_key", Text, nullable=False),
    # The rest is known once it is published.
    Column("published_at", DateTime(timezone=True)),
    Column("object_key", Text),
    Column("size_bytes", BigInteger),
    Column("sha256", Text),
    Column("photos", Integer),
    Column("missing", Integer),
    UniqueConstraint("campaign_id", "version", name="one_bundle_per_version"),
    UniqueConstraint("campaign_id", "requested_by", "request_key", name="one_bundle_per_request"),
)

# Who of the staff saw what, and when.
looks = Table(
    "looks",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("looked_at", DateTime(timezone=True), nullable=False),
    Column("staff", Text, nullable=False),
    Column("what", Text, nullable=False),  # people listed, bundle requested, bundle downloaded
    Column("campaign_id", Text, nullable=False),
    Column("bundle_id", UUIDColumn(as_uuid=True)),
)
Index("looks_of_campaign", looks.c.campaign_id, looks.c.looked_at)

_open_case = postgresql.insert(applications).on_conflict_do_nothing()
_newest_roster = postgresql.insert(rosters)
_newest_roster = _newest_roster.on_conflict_do_update(
    index_elements=["campaign_id"],
    set_={name: _newest_roster.excluded[name] for name in ("roster_version", "object_key", "entries")},
    where=rosters.c.roster_version < _newest_roster.excluded.roster_version,
)
_hand = (
    update(applications)
    .where(applications.c.application_id == bindparam("handed_id"))
    .values(handover=bindparam("step"), handed_attempt=bindparam("attempt"), handed_revision=bindparam("revision"))
)


async def locked_case(tx: Transaction, fact: ApplicationEvent, terms: Payment) -> Case:
    """The application's case, a new one if this is the first we hear of it."""
    row = {"application_id": fact.application_id, "campaign_id": fact.campaign_id}
    row |= {"takes_fee": terms.moment != "none", "pays_first": terms.is_before_review}
    await tx.execute(_open_case, row)
    wanted = select(applications).where(applications.c.application_id == fact.application_id)
    return _case((await tx.execute(wanted.with_for_update())).one())


async def save_case(tx: Transaction, case: Case) -> None:
    values = {
        "identity": case.identity and case.identity.model_dump(mode="json"),
        "photo_topic": case.photo and case.photo.topic,
        "photo": case.photo and case.photo.model_dump(mode="json"),
        "paid_orders": sorted(case.paid_orders),
        "refunded_orders": sorted(case.refunded_orders),
        "lapsed": case.lapsed and case.lapsed.value,
    }
    await tx.execute(update(applications).where(applications.c.application_id == case.application_id).values(values))


async def cases_of(tx: Transaction, campaign_id: str, lock: bool = False) -> list[Case]:
    wanted = select(applications).where(applications.c.campaign_id == campaign_id)
    if lock:
        wanted = wanted.order_by(applications.c.application_id).with_for_update()
    return [_case(row) for row in await tx.execute(wanted)]


async def keep_roster(tx: Transaction, event: RosterPublished) -> None:
    """An older version than the one we know changes nothing."""
    await tx.execute(_newest_roster, event.model_dump())


async def roster_key(tx: Transaction, campaign_id: str) -> str | None:
    """Where the newest roster lies. None: the school has published none."""
    wanted = select(rosters.c.object_key).where(rosters.c.campaign_id == campaign_id)
    return (await tx.execute(wanted)).scalar()


async def add_bundle(tx: Transaction, bundle_id: UUID, campaign_id: str, staff: str, request_key: str) -> None:
    """One version after the other, however many ask at once."""
    await tx.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(campaign_id, 0))))
    newest = select(func.coalesce(func.max(bundles.c.version), 0)).where(bundles.c.campaign_id == campaign_id)
    version = (await tx.execute(newest)).scalar_one() + 1
    row = {"bundle_id": bundle_id, "campaign_id": campaign_id, "version": version, "requested_by": staff}
    await tx.execute(insert(bundles).values(**row, requested_at=tx.now, request_key=request_key))


async def bundle(tx: Transaction, bundle_id: UUID) -> Row[Any] | None:
    return (await tx.execute(select(bundles).where(bundles.c.bundle_id == bundle_id))).one_or_none()


async def requested_bundle(tx: Transaction, campaign_id: str, staff: str, request_key: str) -> Row[Any]:
    asked = (bundles.c.campaign_id == campaign_id, bundles.c.requested_by == staff)
    return (await tx.execute(select(bundles).where(*asked, bundles.c.request_key == request_key))).one()


async def bundles_of(tx: Transaction, campaign_id: str) -> list[Row[Any]]:
    """The newest first."""
    wanted = select(bundles).where(bundles.c.campaign_id == campaign_id).order_by(bundles.c.version.desc())
    return list(await tx.execute(wanted))


async def publish(tx: Transaction, bundle_id: UUID, **known: str | int) -> None:
    """known: object_key, size_bytes, sha256, photos, missing."""
    await tx.execute(update(bundles).where(bundles.c.bundle_id == bundle_id).values(published_at=tx.now, **known))


async def mark_handed(tx: Transaction, cases: Iterable[Case]) -> None:
    """Keeps `handed` of each."""
    rows = [
        {
            "handed_id": each.application_id,
            "step": each.handed[1],
            "attempt": each.handed[0][0],
            "revision": each.handed[0][1],
        }
        for each in cases
        if each.handed
    ]
    if rows:
        await tx.execute(_hand, rows)


async def erase(tx: Transaction, application_id: UUID) -> None:
    """Everything about the person; that there was an application, and what was paid for it, stays."""
    erased = {"identity": None, "photo": None, "photo_topic": None, "erased": True}
    await tx.execute(update(applications).where(applications.c.application_id == application_id).values(erased))


async def forget_object(tx: Transaction, bundle_id: UUID) -> None:
    await tx.execute(update(bundles).where(bundles.c.bundle_id == bundle_id).values(object_key=None))


async def note_look(tx: Transaction, staff: str, what: str, campaign_id: str, bundle_id: UUID | None = None) -> None:
    row = {"looked_at": tx.now, "staff": staff, "what": what, "campaign_id": campaign_id, "bundle_id": bundle_id}
    await tx.execute(insert(looks).values(row))


@asynccontextmanager
async def alone(engine: AsyncEngine, bundle_id: UUID) -> AsyncIterator[None]:
    """One process writes a bundle at a time, for longer than an errand's lease lasts; a killed one lets go by dying.

    Raises TryLater when another is at it.
    """
    key = func.hashtextextended(str(bundle_id), 0)
    async with engine.connect() as connection:
        connection = await connection.execution_options(isolation_level="AUTOCOMMIT")
        if not await connection.scalar(select(func.pg_try_advisory_lock(key))):
            raise TryLater("another process is writing this bundle")
        try:
            yield
        finally:
            await connection.execute(select(func.pg_advisory_unlock(key)))


def _case(row: Row[Any]) -> Case:
    handed = row.handover and ((row.handed_attempt, row.handed_revision), Handover(row.handover))
    return Case(
        application_id=row.application_id,
        takes_fee=row.takes_fee,
        pays_first=row.pays_first,
        identity=IdentityConfirmed.model_validate(row.identity) if row.identity else None,
        photo=EVENTS[row.photo_topic].model_validate(row.photo) if row.photo else None,  # type: ignore[arg-type]  # only photo facts are kept there
        paid_orders=frozenset(row.paid_orders),
        refunded_orders=frozenset(row.refunded_orders),
        lapsed=Reason[row.lapsed] if row.lapsed else None,
        handed=handed,
        erased=row.erased,
    )
