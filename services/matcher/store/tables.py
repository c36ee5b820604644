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
    Column("student_no_print", Text),  # for the support desk; unknown of lines older than migration 0002
    Column("content_print", Text, nullable=False),  # of the whole line: an equal one need not be written again
    Column("sealed", JSONB, nullable=False),  # Sealed[Entry]
    Column("excluded", Boolean, nullable=False),  # 已有照片
    Column("origin", Text, nullable=False),  # roster: the school's; identity, code: made of what the student showed
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

Index("entries_by_student_no", entries.c.campaign_id, entries.c.student_no_print)

# The newest claim of each application. `state`: rules.State; matched and in review: entry_id; not matched: reason.
claims = Table(
    "claims",
    metadata,
    Column("application_id", UUID(as_uuid=True), primary_key=True),
    Column("campaign_id", Text, nullable=False),
    Column("campaign_version", Integer, nullable=False),
    Column("submission", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("number_print", Text, nullable=False),
    Column("identity", JSONB),  # Sealed[Identity]; gone when the application has ended
    Column("entry_id", UUID(as_uuid=True)),
    Column("reason", Text),
    Column("decided_at", _moment, nullable=False),
    Column("decided_by", Text),  # the member of staff who compared; none: the rules
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

# Every decision of staff on a claim in review.
decisions = Table(
    "decisions",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("campaign_id", Text, nullable=False),
    Column("application_id", UUID(as_uuid=True), nullable=False),
    Column("submission", Integer, nullable=False),
    Column("entry_id", UUID(as_uuid=True)),
    Column("is_same", Boolean, nullable=False),
    Column("decided_by", Text, nullable=False),
    Column("decided_at", _moment, nullable=False),
)

# Every correction of an entry by staff: the line before and after.
corrections = Table(
    "corrections",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("campaign_id", Text, nullable=False),
    Column("entry_id", UUID(as_uuid=True), nullable=False, index=True),
    Column("before", JSONB, nullable=False),  # Sealed[Line]
    Column("after", JSONB, nullable=False),
    Column("corrected_by", Text, nullable=False),
    Column("corrected_at", _moment, nullable=False),
)

# Who may not take part again at this school in this term, because a photo was revoked; until somebody lifts it.
bans = Table(
    "bans",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("person_print", Text, nullable=False),  # of term, school and document
    Column("campaign_id", Text, nullable=False),
    Column("application_id", UUID(as_uuid=True), nullable=False),
    Column("codes", ARRAY(Text), nullable=False),
    Column("banned_at", _moment, nullable=False),
    Column("lifted_by", Text),
    Column("lifted_at", _moment),
)
Index("bans_in_force", bans.c.person_print, postgresql_where=bans.c.lifted_at.is_(None))
