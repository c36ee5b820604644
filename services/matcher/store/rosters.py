"""Rosters: entries by fingerprint, and what became of each upload."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Boolean, Row, Text, bindparam, cast, column, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from services.matcher.rosters import Report
from services.matcher.store.tables import corrections, entries, rosters, uploads
from shared.events import Entry
from shared.outbox import Outbox, Transaction
from shared.sealed import Sealed

STREAM_ROWS = 500
Origin = Literal["roster", "identity", "code"]  # a line of the school's, or made of what the student showed


@dataclass(frozen=True)
class SealedLine:
    """One line of a roster as it is kept."""

    document_type: str
    number_print: str
    student_no_print: str
    content_print: str
    sealed: Sealed[Entry]
    excluded: bool
    origin: Origin = "roster"


@dataclass(frozen=True)
class RosterEntry:
    """excluded: the roster says 已有照片."""

    entry_id: UUID
    document_type: str
    excluded: bool
    sealed: Sealed[Entry]


@dataclass(frozen=True)
class Upload:
    report: Report
    uploaded_by: str
    uploaded_at: datetime


_open_roster = postgresql.insert(rosters).on_conflict_do_nothing()
_version = select(rosters.c.version).where(rosters.c.campaign_id == bindparam("campaign_id"))
_lock_roster = _version.with_for_update(key_share=True)
_hold_roster = _version.with_for_update(key_share=True, read=True)
_close_roster = _version.with_for_update()

_LINE = {
    "document_type": Text,
    "number_print": Text,
    "student_no_print": Text,
    "content_print": Text,
    "sealed": Text,
    "excluded": Boolean,
    "origin": Text,
}
# A batch is one statement whatever its length: each column travels as one array.
_lines = (
    func.unnest(*(bindparam(f"{name}s", type_=ARRAY(kind)) for name, kind in _LINE.items()))
    .table_valued(*(column(name, kind) for name, kind in _LINE.items()), name="lines")
    .render_derived()
)
_replace_entries = postgresql.insert(entries).from_select(
    ["campaign_id", *_LINE],
    select(
        bindparam("of_campaign", type_=Text),
        *(cast(_lines.c.sealed, JSONB) if name == "sealed" else _lines.c[name] for name in _LINE),
    ),
)
_replace_entries = _replace_entries.on_conflict_do_update(
    constraint="entries_one_per_document",
    set_={name: _replace_entries.excluded[name] for name in _LINE if name not in ("document_type", "number_print")},
    where=(entries.c.content_print != _replace_entries.excluded.content_print)
    | (entries.c.origin != _replace_entries.excluded.origin),
)
_changed_entries = _replace_entries.returning(entries.c.entry_id)

_known = (entries.c.entry_id, entries.c.document_type, entries.c.excluded, entries.c.sealed)
_find_entry = (
    select(*_known)
    .where(entries.c.campaign_id == bindparam("campaign_id"), entries.c.number_print == bindparam("number_print"))
    .order_by((entries.c.document_type == bindparam("document_type")).desc())
    .limit(1)
)
_all_entries = (
    select(*_known)
    .where(entries.c.campaign_id == bindparam("campaign_id"), entries.c.origin == "roster")
    .order_by(entries.c.entry_id)
)
_last_upload = (
    select(uploads).where(uploads.c.campaign_id == bindparam("campaign_id")).order_by(uploads.c.id.desc()).limit(1)
)


async def locked_version(tx: Transaction, campaign_id: str) -> int:
    """The roster's version, 0 when nobody is on it; a second upload waits until this one is through, nobody else."""
    campaign = {"campaign_id": campaign_id}
    await tx.execute(_open_roster, campaign)
    return int((await tx.execute(_lock_roster, campaign)).scalar_one())


async def hold(tx: Transaction, campaign_id: str) -> None:
    """What is read now stays true until this transaction ends: `raise_version` waits for it. A claim that reads the
    old roster is thus remembered before the new one appears, and asked again."""
    await tx.execute(_hold_roster, {"campaign_id": campaign_id})


async def replace_entries(tx: Transaction, campaign_id: str, lines: Sequence[SealedLine]) -> int:
    """Adds the new lines and rewrites the changed ones under their entry's id; how many of them there were.

    No two lines may be of one document.
    """
    if not lines:
        return 0
    arrays = {f"{name}s": [getattr(line, name) for line in lines] for name in _LINE}
    arrays["sealeds"] = [line.sealed.model_dump_json() for line in lines]
    changed = await tx.execute(_changed_entries, {"of_campaign": campaign_id, **arrays})
    return len(changed.all())


async def raise_version(tx: Transaction, campaign_id: str) -> int:
    await tx.execute(_close_roster, {"campaign_id": campaign_id})
    raised = update(rosters).where(rosters.c.campaign_id == campaign_id).values(version=rosters.c.version + 1)
    return int((await tx.execute(raised.returning(rosters.c.version))).scalar_one())


async def record_upload(tx: Transaction, campaign_id: str, member: str, report: Report) -> None:
    row = {"campaign_id": campaign_id, "uploaded_by": member, "uploaded_at": tx.now, **report.model_dump()}
    await tx.execute(insert(uploads), row)


async def last_upload(tx: Transaction, campaign_id: str) -> Upload | None:
    row = (await tx.execute(_last_upload, {"campaign_id": campaign_id})).one_or_none()
    if row is None:
        return None
    report = Report(roster_version=row.roster_version, rows=row.rows, kept=row.kept, bad=row.bad)
    return Upload(report, row.uploaded_by, row.uploaded_at)


async def find_entry(tx: Transaction, campaign_id: str, number_print: str, document_type: str) -> RosterEntry | None:
    """The entry of this number, of this type if there is one."""
    wanted = {"campaign_id": campaign_id, "number_print": number_print, "document_type": document_type}
    row = (await tx.execute(_find_entry, wanted)).one_or_none()
    return None if row is None else _entry(row)


async def make_entry(tx: Transaction, campaign_id: str, line: SealedLine) -> RosterEntry:
    """The entry of somebody who is on no roster; made before, it is the same one, brought up to date."""
    await replace_entries(tx, campaign_id, [line])
    entry = await find_entry(tx, campaign_id, line.number_print, line.document_type)
    assert entry is not None
    return entry


async def entry_by_id(tx: Transaction, campaign_id: str, entry_id: UUID) -> RosterEntry | None:
    wanted = select(*_known).where(entries.c.campaign_id == campaign_id, entries.c.entry_id == entry_id)
    row = (await tx.execute(wanted)).one_or_none()
    return None if row is None else _entry(row)


async def entries_by_prints(tx: Transaction, campaign_id: str, prints: Sequence[str]) -> list[RosterEntry]:
    """Of the roster or an identity, by number or student number."""
    of_them = entries.c.number_print.in_(prints) | entries.c.student_no_print.in_(prints)
    wanted = select(*_known).where(entries.c.campaign_id == campaign_id, entries.c.origin != "code", of_them)
    return [_entry(row) for row in await tx.execute(wanted)]


async def correct_entry(tx: Transaction, campaign_id: str, entry_id: UUID, line: SealedLine) -> bool:
    """False: another entry of the campaign has this document."""
    of_campaign = entries.c.campaign_id == campaign_id
    same_document = (entries.c.number_print == line.number_print) & (entries.c.document_type == line.document_type)
    taken = select(entries.c.entry_id).where(of_campaign, same_document, entries.c.entry_id != entry_id)
    if (await tx.execute(taken)).first():
        return False
    values = {name: getattr(line, name) for name in _LINE if name not in ("sealed", "origin")}
    values["sealed"] = line.sealed.model_dump()
    await tx.execute(update(entries).where(of_campaign, entries.c.entry_id == entry_id).values(values))
    return True


async def forget_made_entry(tx: Transaction, entry_id: UUID) -> bool:
    """False: it is a line of the school's."""
    made = (entries.c.entry_id == entry_id) & (entries.c.origin != "roster")
    if (await tx.execute(delete(entries).where(made).returning(entries.c.entry_id))).first() is None:
        return False
    await tx.execute(delete(corrections).where(corrections.c.entry_id == entry_id))
    return True


async def forget_entries(tx: Transaction, campaign_id: str) -> None:
    """And what staff corrected in them."""
    for table in (entries, corrections):
        await tx.execute(delete(table).where(table.c.campaign_id == campaign_id))


async def all_entries(outbox: Outbox, campaign_id: str) -> AsyncIterator[RosterEntry]:
    """In the order they came in, streamed: a roster may have a hundred thousand."""
    async with outbox.engine.connect() as connection:
        options = {"yield_per": STREAM_ROWS}
        rows = await connection.stream(_all_entries, {"campaign_id": campaign_id}, execution_options=options)
        async for row in rows:
            yield _entry(row)


def _entry(row: Row[*tuple[Any, ...]]) -> RosterEntry:
    sealed = Sealed[Entry].model_validate(row.sealed)
    return RosterEntry(row.entry_id, row.document_type, row.excluded, sealed)
