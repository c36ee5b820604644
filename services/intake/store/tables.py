"""The tables of this service."""

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
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import UUID as UUIDColumn

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
    Column("delivery", JSONB, nullable=False, server_default=text("'{}'")),
    Column("ending", JSONB, nullable=False, server_default=text("'{}'")),
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
    Column("attempt", Integer),  # none: a prepared picture that the student has not accepted
    Column("idempotency_key", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("source", Text),  # album, camera; none: the client did not say
    Column("original_key", Text, nullable=False),
    Column("frame", JSONB),
    Column("prepared_key", Text),
    Column("submitted_at", DateTime(timezone=True)),
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

# A person, by the document: one account for all campaigns. No name and no number: `registration` is sealed.
accounts = Table(
    "accounts",
    metadata,
    Column("id", UUIDColumn(as_uuid=True), primary_key=True, server_default=text("uuidv7()")),
    Column("document_print", Text, nullable=False, unique=True),
    Column("registration", JSONB, nullable=False),  # sealed
    Column("password_hash", Text, nullable=False),  # argon2id
    Column("registered_at", DateTime(timezone=True), nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
)

# One-time codes by SMS. `sent_to`: fingerprint of the phone or, for a forgotten password, of the document.
codes = Table(
    "codes",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    _application_id(),
    Column("purpose", Text, nullable=False),  # register, password
    Column("sent_to", Text, nullable=False),
    Column("code_print", Text, nullable=False),
    Column("sent_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("tries", Integer, nullable=False, server_default=text("0")),
    Column("used_at", DateTime(timezone=True)),
)
Index("codes_of_application", codes.c.application_id, codes.c.sent_at)
Index("codes_sent_to", codes.c.sent_to, codes.c.sent_at)

# How often somebody tried since `since`: `what` is password, feature_code or idcard; `print` whose.
tries = Table(
    "tries",
    metadata,
    Column("what", Text, primary_key=True),
    Column("print", Text, primary_key=True),
    Column("since", DateTime(timezone=True), nullable=False),
    Column("count", Integer, nullable=False),
)
