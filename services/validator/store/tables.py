"""The tables of this service."""

from datetime import timedelta

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Index, Integer, LargeBinary, MetaData, Table, Text, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData()
LOOKED = "looked"
LOOK_LASTS = timedelta(minutes=5)
WHEN = DateTime(timezone=True)
UUID_KEY = postgresql.UUID(as_uuid=True)

# One row for each application: its newest attempt and what else decides whose turn it is.
cases = Table(
    "cases",
    metadata,
    Column("application_id", UUID_KEY, primary_key=True),
    Column("campaign_id", Text, nullable=False),
    Column("campaign_version", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("photo_id", UUID_KEY, unique=True),
    Column("original_key", Text),
    Column("sha256", Text),
    Column("frame", JSONB(none_as_null=True)),
    Column("prepared_key", Text),
    Column("charged_attempt", Integer),
    Column("paid", JSONB, nullable=False),
    Column("refunded", JSONB, nullable=False),
    Column("withdrawn_attempt", Integer, nullable=False),
    Column("codes", JSONB, nullable=False),
    Column("standard_key", Text),
    Column("overlay_key", Text),
    Column("report_key", Text),
    Column("decided_by", Text),
    Column("decided_at", WHEN),
    Column("first_by", Text),
    Column("appealed", Boolean, nullable=False),
    Column("erasing", Boolean, nullable=False),
    Column("asked_to_erase", Boolean, nullable=False),
)
WAITS = cases.c.state.in_(["referred", "final_review"])
Index("cases_waiting", cases.c.decided_at, postgresql_where=text("state IN ('referred', 'final_review')"))
Index("cases_by_campaign", cases.c.campaign_id, cases.c.state)

# The same picture in the same frame as a refused one needs no second look; one that looks alike is looked at.
refused_pictures = Table(
    "refused_pictures",
    metadata,
    Column("application_id", UUID_KEY, primary_key=True),
    Column("sha256", Text, primary_key=True),
    Column("frame", Text, primary_key=True),
    Column("picture_hash", BigInteger),
    Column("standard_key", Text),
    Column("overlay_key", Text),
    Column("report_key", Text),
)

# What a judged photo looks like: for alarms about the same picture or face elsewhere, and for nothing else.
fingerprints = Table(
    "fingerprints",
    metadata,
    Column("photo_id", UUID_KEY, primary_key=True),
    Column("application_id", UUID_KEY, nullable=False, index=True),
    Column("campaign_id", Text, nullable=False, index=True),
    Column("picture_hash", BigInteger, nullable=False),
    Column("face", LargeBinary),  # 128 float32, where the campaign compares faces
    Column("standard_key", Text, nullable=False),
)

# Two applications with the same picture or face: one question for each pair, asked once.
alarms = Table(
    "alarms",
    metadata,
    Column("id", UUID_KEY, primary_key=True, server_default=text("uuidv7()")),
    Column("campaign_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("one_application", UUID_KEY, nullable=False),
    Column("other_application", UUID_KEY, nullable=False),
    Column("one_photo", UUID_KEY, nullable=False),
    Column("other_photo", UUID_KEY, nullable=False),
    Column("one_key", Text, nullable=False),
    Column("other_key", Text, nullable=False),
    Column("raised_at", WHEN, nullable=False),
    Column("decision", Text),
    Column("decided_by", Text),
    Column("decided_at", WHEN),
    Index("alarms_pair", "kind", "one_application", "other_application", unique=True),
    Index("alarms_open", "campaign_id", "raised_at", postgresql_where=text("decision IS NULL")),
)

# An accepted photo looked at again after the window.
technical_checks = Table(
    "technical_checks",
    metadata,
    Column("photo_id", UUID_KEY, primary_key=True),
    Column("application_id", UUID_KEY, nullable=False, index=True),
    Column("campaign_id", Text, nullable=False, index=True),
    Column("state", Text, nullable=False),  # waiting, clean, suspect, kept, revoked, gone
    Column("findings", JSONB, nullable=False),
    Column("checked_at", WHEN),
    Column("decided_by", Text),
    Column("decided_at", WHEN),
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
