"""Rosters: entries by fingerprint, and what became of each upload."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Row, Text, bindparam, cast, column, func, insert, select, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from services.matcher.rosters import Report
from services.matcher.rules import KnownEntry
from services.matcher.store.tables import entries, rosters, uploads
from shared.events import Entry
from shared.outbox import Outbox, Transaction
from shared.sealed import Sealed

STREAM_ROWS = 500


@dataclass(frozen=True)
class SealedLine:
    """One line of a roster as it is kept."""

    document_type: str
    number_print: str
    name_print: str
    content_print: str
    sealed: Sealed[Entry]
    excluded: bool


@dataclass(frozen=True)
class RosterEntry(KnownEntry):
    sealed: Sealed[Entry]


@dataclass(frozen=True)
class Upload:
    report: Report
    uploaded_by: str
    uploaded_at: datetime


_open_roster = postgresql.insert(rosters).on_conflict_do_nothing()
_lock_roster = select(rosters.c.version).where(rosters.c.campaign_id == bindparam("campaign_id")).with_for_update()

_LINE = {
    "document_type": Text,
    "number_print": Text,
    "name_print": Text,
    "content_print": Text,
    "sealed": Text,
    "excluded": Boolean,
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
    set_={name: _replace_entries.excluded[name] for name in ("name_print", "content_print", "sealed", "excluded")},
    where=entries.c.content_print != _replace_entries.excluded.content_print,
)
_changed_entries = _replace_entries.returning(entries.c.entry_id)

_known = (entries.c.entry_id, entries.c.document_type, entries.c.name_print, entries.c.excluded, entries.c.sealed)
_find_entry = (
    select(*_known)
    .where(entries.c.campaign_id == bindparam("campaign_id"), entries.c.number_print == bindparam("number_print"))
    .order_by((entries.c.document_type == bindparam("document_type")).desc())
    .limit(1)
)
_all_entries = select(*_known).where(entries.c.campaign_id == bindparam("campaign_id")).order_by(entries.c.entry_id)
_last_upload = (
    select(uploads).where(uploads.c.campaign_id == bindparam("campaign_id")).order_by(uploads.c.id.desc()).limit(1)
)


async def locked_version(tx: Transaction, campaign_id: str) -> int:
    """The roster's version, 0 when nobody is on it; a second upload waits until this one is through."""
    campaign = {"campaign_id": campaign_id}
    await tx.execute(_open_roster, campaign)
    return int((await tx.execute(_lock_roster, campaign)).scalar_one())


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


async def all_entries(outbox: Outbox, campaign_id: str) -> AsyncIterator[RosterEntry]:
    """In the order they came in, streamed: a roster may have a hundred thousand."""
    async with outbox.engine.connect() as connection:
        options = {"yield_per": STREAM_ROWS}
        rows = await connection.stream(_all_entries, {"campaign_id": campaign_id}, execution_options=options)
        async for row in rows:
            yield _entry(row)


def _entry(row: Row[*tuple[Any, ...]]) -> RosterEntry:
    sealed = Sealed[Entry].model_validate(row.sealed)
    return RosterEntry(row.entry_id, row.document_type, row.name_print, row.excluded, sealed)
