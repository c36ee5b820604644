"""The four small tables that every service keeps beside its own."""

from sqlalchemy import BigInteger, Column, DateTime, Identity, Index, Integer, LargeBinary, MetaData, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB, UUID

metadata = MetaData()

# What this service has handled: kept at least as long as the topics plus the oldest replay.
inbox = Table(
    "inbox",
    metadata,
    Column("topic", Text, primary_key=True),
    Column("cause_id", Text, primary_key=True),
    Column("handled_at", DateTime(timezone=True), nullable=False, server_default=text("clock_timestamp()")),
)

# What it has to tell: `seq` is the order of telling, `id` travels as ce_id.
outbox = Table(
    "outbox",
    metadata,
    Column("seq", BigInteger, Identity(always=True), primary_key=True),
    Column("id", UUID(as_uuid=True), nullable=False, unique=True, server_default=text("uuidv7()")),
    Column("topic", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("occurred_at", DateTime(timezone=True), nullable=False),
    Column("told_at", DateTime(timezone=True)),
)
Index("outbox_untold", outbox.c.seq, postgresql_where=outbox.c.told_at.is_(None))

# What it has to do outside, or later. One open errand of a kind per subject.
errands = Table(
    "errands",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True, server_default=text("uuidv7()")),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("details", JSONB, nullable=False, server_default=text("'{}'")),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("leased_until", DateTime(timezone=True)),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("done_at", DateTime(timezone=True)),
    Column("trouble", Text),
)
Index("errands_open", errands.c.kind, errands.c.subject, unique=True, postgresql_where=errands.c.done_at.is_(None))
Index("errands_due", errands.c.due_at, postgresql_where=errands.c.done_at.is_(None))

# Facts that cannot be understood yet: what they wait for, and the fact as it was heard.
parked = Table(
    "parked",
    metadata,
    Column("topic", Text, primary_key=True),
    Column("cause_id", Text, primary_key=True),
    Column("missing", Text, nullable=False, index=True),
    Column("body", LargeBinary, nullable=False),
    Column("occurred_at", DateTime(timezone=True), nullable=False),
    Column("parked_at", DateTime(timezone=True), nullable=False, server_default=text("clock_timestamp()")),
)
