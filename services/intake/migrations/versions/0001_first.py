"""The first shape: applications, photos, consents, grants, happenings; and the outbox's tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, UUID

import shared.campaigns  # noqa: F401  its table is one of the shared ones
from shared import outbox

revision = "0001"
down_revision = None

NOW = sa.text("clock_timestamp()")
ID = sa.text("uuidv7()")
NOTHING = sa.text("'{}'")


def upgrade() -> None:
    outbox.metadata.create_all(op.get_bind())
    op.create_table(
        "applications",
        sa.Column("id", UUID(as_uuid=True), primary_key=True, server_default=ID),
        sa.Column("campaign_id", sa.Text, nullable=False),
        sa.Column("campaign_version", sa.Integer, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("contact", JSONB, nullable=False),
        sa.Column("contact_revision", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("has_phone", sa.Boolean, nullable=False, server_default=sa.text("false")),
        sa.Column("grants", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("identity", JSONB, nullable=False, server_default=NOTHING),
        sa.Column("photo", JSONB, nullable=False, server_default=NOTHING),
        sa.Column("money", JSONB, nullable=False, server_default=NOTHING),
        sa.Column("delivered", sa.Boolean, nullable=False, server_default=sa.text("false")),
        sa.Column("confirmed_entry_id", UUID(as_uuid=True)),
        sa.Column("revision", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.UniqueConstraint("campaign_id", "owner", name="one_application_per_campaign_and_openid"),
        sa.UniqueConstraint("campaign_id", "confirmed_entry_id", name="one_application_per_roster_entry"),
    )
    op.create_table(
        "photos",
        sa.Column("id", UUID(as_uuid=True), primary_key=True, server_default=ID),
        _application_id(),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("idempotency_key", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("original_key", sa.Text, nullable=False),
        sa.Column("frame", JSONB, nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.UniqueConstraint("application_id", "attempt", name="attempts_are_counted_once"),
        sa.UniqueConstraint("application_id", "idempotency_key", name="one_photo_per_idempotency_key"),
    )
    op.create_table(
        "consents",
        _application_id(),
        sa.Column("consent_version", sa.Text, nullable=False),
        sa.Column("consented_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.UniqueConstraint("application_id", "consent_version", name="one_consent_per_notice"),
    )
    op.create_table(
        "grants",
        sa.Column("id", UUID(as_uuid=True), primary_key=True, server_default=ID),
        _application_id(),
        sa.Column("template_id", sa.Text, nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
    )
    op.create_table(
        "happenings",
        sa.Column("seq", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        _application_id(),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("details", JSONB, nullable=False, server_default=NOTHING),
    )
    op.create_index("happenings_of", "happenings", ["application_id", "seq"])


def _application_id() -> sa.Column[object]:
    return sa.Column("application_id", UUID(as_uuid=True), sa.ForeignKey("applications.id"), nullable=False)
