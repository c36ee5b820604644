"""What do we remember? Rosters, the last claim of each application, attempts, uploads, and who looked.

No name and no number: people are found by fingerprints, and what can be read again is sealed.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
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
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    case,
    cast,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.dialects.postgresql import UUID as UuidColumn

from services.matcher.rosters import BadCell, Report
from services.matcher.rules import Attempts, KnownEntry, Matched, Refused
from shared.campaign import IdentityPolicy
from shared.events import Entry, IdentitySubmitted
from shared.events import Identity as ClaimedIdentity
from shared.outbox import Outbox, Transaction
from shared.reasons import Reason
from shared.sealed import Sealed

LATEST = 200  # refusals shown at once; a person looks for one
metadata = MetaData()
_moment = DateTime(timezone=True)

rosters = Table(
    "rosters",
    metadata,
    Column("campaign_id", Text, primary_key=True),
    Column("version", Integer, nullable=False, server_default=text("0")),  # 0: nobody yet
)

entries = Table(
    "entries",
    metadata,
    Column("entry_id", UuidColumn(as_uuid=True), primary_key=True, server_default=text("uuidv7()")),
    Column("campaign_id", Text, nullable=False),
    Column("number_print", Text, nullable=False),
    Column("document_type", Text, nullable=False),
    Column("name_print", Text, nullable=False),
    Column("content_print", Text, nullable=False),  # of the whole line: an equal one need not be written again
    Column("sealed", JSONB, nullable=False),  # Sealed[Entry]
    Column("excluded", Boolean, nullable=False),  # 已有照片
    UniqueConstraint("campaign_id", "number_print", "document_type", name="entries_one_per_document"),
)

# The newest claim of each application and what became of it. reason and entry_id: one of them is null.
claims = Table(
    "claims",
    metadata,
    Column("application_id", UuidColumn(as_uuid=True), primary_key=True),
    Column("campaign_id", Text, nullable=False),
    Column("submission", Integer, nullable=False),
    Column("number_print", Text, nullable=False),
    Column("identity", JSONB, nullable=False),  # Sealed[Identity]
    Column("reason", Text),
    Column("entry_id", UuidColumn(as_uuid=True)),
    Column("decided_at", _moment, nullable=False),
)
Index("claims_refused", claims.c.campaign_id, claims.c.decided_at, postgresql_where=claims.c.reason.is_not(None))

# One row per counted identity ("identity") and WeChat account ("source").
attempts = Table(
    "attempts",
    metadata,
    Column("campaign_id", Text, primary_key=True),
    Column("counted", Text, primary_key=True),
    Column("print", Text, primary_key=True),
    Column("since", _moment, nullable=False),
    Column("count", Integer, nullable=False),
)

uploads = Table(
    "uploads",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("campaign_id", Text, nullable=False, index=True),
    Column("roster_version", Integer, nullable=False),
    Column("uploaded_by", Text, nullable=False),
    Column("uploaded_at", _moment, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("kept", Integer, nullable=False),
    Column("bad", JSONB, nullable=False),  # list of BadCell: row, column, why
)

# Every look of staff at claimed identities: whose, by whom, when.
looks = Table(
    "looks",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("campaign_id", Text, nullable=False),
    Column("looked_by", Text, nullable=False),
    Column("looked_at", _moment, nullable=False),
    Column("applications", ARRAY(UuidColumn(as_uuid=True)), nullable=False),
)


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
class RefusedClaim:
    application_id: UUID
    identity: Sealed[ClaimedIdentity]
    reason: Reason
    decided_at: datetime


@dataclass(frozen=True)
class Upload:
    report: Report
    uploaded_by: str
    uploaded_at: datetime


_open_roster = postgresql.insert(rosters).on_conflict_do_nothing()
_lock_roster = select(rosters.c.version).where(rosters.c.campaign_id == bindparam("campaign_id")).with_for_update()

_LINE = (
    Column("document_type", Text),
    Column("number_print", Text),
    Column("name_print", Text),
    Column("content_print", Text),
    Column("sealed", Text),
    Column("excluded", Boolean),
)
# One statement per batch, whatever its length: the columns travel as arrays.
_arrays = (bindparam(f"{column.name}s", type_=ARRAY(column.type)) for column in _LINE)
_lines = func.unnest(*_arrays).table_valued(*_LINE, name="lines").render_derived()
_values = select(
    bindparam("campaign_id", type_=Text),
    *(cast(_lines.c[column.name], JSONB) if column.name == "sealed" else _lines.c[column.name] for column in _LINE),
)
_add_entries = postgresql.insert(entries).from_select(["campaign_id", *(column.name for column in _LINE)], _values)
_replace_entries = _add_entries.on_conflict_do_update(
    constraint="entries_one_per_document",
    set_={name: _add_entries.excluded[name] for name in ("name_print", "content_print", "sealed", "excluded")},
    where=entries.c.content_print != _add_entries.excluded.content_print,
).returning(entries.c.entry_id)

_find_entry = (
    select(entries.c.entry_id, entries.c.document_type, entries.c.name_print, entries.c.excluded, entries.c.sealed)
    .where(entries.c.campaign_id == bindparam("campaign_id"), entries.c.number_print == bindparam("number_print"))
    .order_by((entries.c.document_type == bindparam("document_type")).desc())
    .limit(1)
)

_count = postgresql.insert(attempts).values(count=1)
_is_over = attempts.c.since <= bindparam("over_since", type_=_moment)
_count = _count.on_conflict_do_update(
    index_elements=["campaign_id", "counted", "print"],
    set_={
        "count": case((_is_over, 1), else_=attempts.c.count + 1),
        "since": case((_is_over, _count.excluded.since), else_=attempts.c.since),
    },
)
