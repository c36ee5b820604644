"""What do we remember? Per application its newest attempt, every refused picture, and who of the staff looked."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Column, DateTime, Index, Integer, MetaData, Table, Text, func, insert, select, text, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import JSONB

from services.validator.rules import Case, Pictures, State
from shared.events import Frame, PhotoSubmitted
from shared.outbox import Transaction
from shared.reasons import Reason

metadata = MetaData()
LOOKED = "looked"
LOOK_LASTS = timedelta(minutes=5)
WHEN = DateTime(timezone=True)
UUID_KEY = postgresql.UUID(as_uuid=True)

cases = Table(
    "cases",
    metadata,
    Column("application_id", UUID_KEY, primary_key=True),
    Column("campaign_id", Text, nullable=False),
    Column("campaign_version", Integer, nullable=False),
    Column("photo_id", UUID_KEY, nullable=False, unique=True),
    Column("attempt", Integer, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("original_key", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("frame", JSONB, nullable=False),
    Column("codes", JSONB, nullable=False),
    Column("standard_key", Text),
    Column("overlay_key", Text),
    Column("report_key", Text),
    Column("decided_by", Text),
    Column("decided_at", WHEN),
)
Index("cases_referred", cases.c.decided_at, postgresql_where=cases.c.state == State.REFERRED)

# The same picture in the same frame as a refused one needs no second look; another frame is another photo.
refused_pictures = Table(
    "refused_pictures",
    metadata,
    Column("application_id", UUID_KEY, primary_key=True),
    Column("sha256", Text, primary_key=True),
    Column("frame", Text, primary_key=True),
)

# Every look of the staff at a photo and every decision: kept, never changed.
audit = Table(
    "audit",
    metadata,
    Column("id", UUID_KEY, primary_key=True, server_default=text("uuidv7()")),
    Column("at", WHEN, nullable=False),
    Column("staff", Text, nullable=False),
    Column("application_id", UUID_KEY, nullable=False, index=True),
    Column("photo_id", UUID_KEY, nullable=False),
    Column("what", Text, nullable=False),
    Column("codes", JSONB, nullable=False, server_default=text("'[]'")),
)

_add_case = postgresql.insert(cases).on_conflict_do_nothing()
_case_locked = select(cases).with_for_update()
_remember_refused = postgresql.insert(refused_pictures).on_conflict_do_nothing()
_waiting = select(cases).where(cases.c.state == State.REFERRED).order_by(cases.c.decided_at)
_how_many_waiting = select(func.count()).where(cases.c.state == State.REFERRED)


async def locked(tx: Transaction, event: PhotoSubmitted) -> Case:
    """The application's row, made if it is not there (attempt 0: whatever is submitted is newer), locked."""
    row = event.model_dump(include={"application_id", "campaign_id", "campaign_version", "photo_id", "sha256"})
    row |= {"original_key": event.original_key, "frame": event.frame.model_dump(), "codes": []}
    await tx.execute(_add_case, row | {"attempt": 0, "revision": 0, "state": State.SUBMITTED})
    case = await case_locked(tx, event.application_id)
    assert case is not None
    return case


async def case_locked(tx: Transaction, application_id: UUID) -> Case | None:
    row = (await tx.execute(_case_locked.where(cases.c.application_id == application_id))).first()
    return row and _case(row._asdict())


async def photo_locked(tx: Transaction, photo_id: UUID) -> Case | None:
    """None also when a newer attempt has taken its place."""
    row = (await tx.execute(_case_locked.where(cases.c.photo_id == photo_id))).first()
    return row and _case(row._asdict())


async def save(tx: Transaction, case: Case) -> None:
    changed = update(cases).where(cases.c.application_id == case.application_id).values(_row(case))
    await tx.execute(changed)
    if case.state is State.REFUSED and case.pictures.standard_key:  # what nobody could see is not known to be bad
        await tx.execute(_remember_refused, _refused(case))


async def was_refused_before(tx: Transaction, case: Case) -> bool:
    known = select(refused_pictures.c.sha256).where(
        *(refused_pictures.c[name] == value for name, value in _refused(case).items())
    )
    return (await tx.execute(known)).first() is not None


async def waiting(tx: Transaction, campaign_ids: Collection[str], limit: int) -> list[Case]:
    """What awaits a person, the longest waiting first."""
    rows = await tx.execute(_waiting.where(cases.c.campaign_id.in_(campaign_ids)).limit(limit))
    return [_case(row._asdict()) for row in rows]


async def how_many_waiting(tx: Transaction, campaign_ids: Collection[str]) -> int:
    count = await tx.execute(_how_many_waiting.where(cases.c.campaign_id.in_(campaign_ids)))
    return int(count.scalar_one())


async def waiting_by_campaign(tx: Transaction) -> dict[str, int]:
    """Every campaign that has photos; 0 where none waits."""
    waits = func.count().filter(cases.c.state == State.REFERRED).label("waits")
    rows = await tx.execute(select(cases.c.campaign_id, waits).group_by(cases.c.campaign_id))
    return {row.campaign_id: row.waits for row in rows}


async def next_waiting(tx: Transaction, campaign_ids: Collection[str], staff: str) -> UUID | None:
    """The longest waiting photo that nobody else is looking at, or two reviewers would always meet on the first."""
    somebody_looks = select(audit.c.id).where(
        audit.c.photo_id == cases.c.photo_id,
        audit.c.staff != staff,
        audit.c.what == LOOKED,
        audit.c.at > tx.now - LOOK_LASTS,
    )
    free = _waiting.where(cases.c.campaign_id.in_(campaign_ids), ~somebody_looks.exists()).limit(1)
    row = (await tx.execute(free)).first()
    return row and row.photo_id


async def note(tx: Transaction, case: Case, staff: str, what: str, codes: tuple[Reason, ...] = ()) -> None:
    row = {"at": tx.now, "staff": staff, "application_id": case.application_id, "photo_id": case.photo_id}
    await tx.execute(insert(audit), row | {"what": what, "codes": [code.value for code in codes]})


def _refused(case: Case) -> dict[str, Any]:
    frame = f"{case.frame.x},{case.frame.y},{case.frame.width}"
    return {"application_id": case.application_id, "sha256": case.sha256, "frame": frame}


def _row(case: Case) -> dict[str, Any]:
    plain = {column.name: getattr(case, column.name, None) for column in cases.columns}
    pictures = {name: getattr(case.pictures, name) for name in ("standard_key", "overlay_key", "report_key")}
    return plain | pictures | {"frame": case.frame.model_dump(), "codes": [code.value for code in case.codes]}


def _case(row: dict[str, Any]) -> Case:
    pictures = Pictures(*(row.pop(name) for name in ("standard_key", "overlay_key", "report_key")))
    codes = tuple(Reason[code] for code in row.pop("codes"))
    frame = Frame.model_validate(row.pop("frame"))
    return Case(**row | {"state": State(row["state"])}, frame=frame, codes=codes, pictures=pictures)
