"""The tables of this service."""

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
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

metadata = MetaData()
_moment = DateTime(timezone=True)

rosters = Table(
    "rosters",
    metadata,
    Column("campaign_id", Text, primary_key=True),
    Column("version", Integer, nullable=False, server_default=text("0")),  # 0: nobody is on it yet
)

entries = Table(
    "entries",
    metadata,
    Column("entry_id", UUID(as_uuid=True), primary_key=True, server_default=text("uuidv7()")),
    Column("campaign_id", Text, nullable=False),
    Column("number_print", Text, nullable=False),
    Column("document_type", Text, nullable=False),
    Column("name_print", Text, nullable=False),
    Column("content_print", Text, nullable=False),  # of the whole line: an equal one need not be written again
    Column("sealed", JSONB, nullable=False),  # Sealed[Entry]
    Column("excluded", Boolean, nullable=False),  # 已有照片
    UniqueConstraint("campaign_id", "number_print", "document_type", name="entries_one_per_document"),
)

# Every upload, by whom, and its report.
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
    Column("bad", JSONB, nullable=False),  # [{row, column, why}]
)

# The newest claim of each application. Matched: entry_id; refused: reason.
claims = Table(
    "claims",
    metadata,
    Column("application_id", UUID(as_uuid=True), primary_key=True),
    Column("campaign_id", Text, nullable=False),
    Column("submission", Integer, nullable=False),
    Column("number_print", Text, nullable=False),
    Column("identity", JSONB, nullable=False),  # Sealed[Identity]
    Column("entry_id", UUID(as_uuid=True)),
    Column("reason", Text),
    Column("decided_at", _moment, nullable=False),
)
Index("claims_refused", claims.c.campaign_id, claims.c.decided_at, postgresql_where=claims.c.reason.is_not(None))

# How often somebody asked since `since`: one row per identity and one per WeChat account (`of`).
attempts = Table(
    "attempts",
    metadata,
    Column("campaign_id", Text, primary_key=True),
    Column("of", Text, primary_key=True),  # identity, source
    Column("print", Text, primary_key=True),
    Column("since", _moment, nullable=False),
    Column("count", Integer, nullable=False),
)

# Every look of staff at claimed identities: by whom, when, at whose.
looks = Table(
    "looks",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("campaign_id", Text, nullable=False),
    Column("looked_by", Text, nullable=False),
    Column("looked_at", _moment, nullable=False),
    Column("applications", ARRAY(UUID(as_uuid=True)), nullable=False),
)
