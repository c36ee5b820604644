"""The first shape: applications, grants, messages, receipts; and the outbox's tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, UUID

import shared.campaigns  # noqa: F401  its table is one of the shared ones
from shared import outbox

revision = "0001"
down_revision = None

MOMENT = sa.DateTime(timezone=True)
FALSE, NOTHING, ZERO = sa.text("false"), sa.text("'{}'"), sa.text("0")


def upgrade() -> None:
    outbox.metadata.create_all(op.get_bind())
    op.create_table(
        "applications",
        sa.Column("application_id", UUID(as_uuid=True), primary_key=True),
        sa.Column("attempt", sa.Integer, nullable=False, server_default=ZERO),
        sa.Column("revision", sa.Integer, nullable=False, server_default=ZERO),
        sa.Column("settled", sa.Boolean, nullable=False, server_default=FALSE),
        sa.Column("closed", sa.Boolean, nullable=False, server_default=FALSE),
        sa.Column("contact", JSONB),
        sa.Column("contact_revision", sa.Integer, nullable=False, server_default=ZERO),
    )
    op.create_table(
        "grants",
        sa.Column("grant_id", UUID(as_uuid=True), primary_key=True),
        sa.Column("application_id", UUID(as_uuid=True), nullable=False, index=True),
        sa.Column("template_id", sa.Text, nullable=False),
        sa.Column("spent_by", UUID(as_uuid=True), index=True),
    )
    op.create_table(
        "receipts",
        sa.Column("serial_no", sa.Text, primary_key=True),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("cause", sa.Text, nullable=False),
        sa.Column("received_at", MOMENT, nullable=False, server_default=sa.text("clock_timestamp()")),
    )
    _create_messages()


def _create_messages() -> None:
    op.create_table(
        "messages",
        sa.Column("id", UUID(as_uuid=True), primary_key=True, server_default=sa.text("uuidv7()")),
        sa.Column("application_id", UUID(as_uuid=True), sa.ForeignKey("applications.application_id"), nullable=False),
        sa.Column("campaign_id", sa.Text, nullable=False),
        sa.Column("campaign_version", sa.Integer, nullable=False),
        sa.Column("fact", sa.Text, nullable=False),
        sa.Column("fact_id", UUID(as_uuid=True), nullable=False),
        sa.Column("about", sa.Text, nullable=False),
        sa.Column("attempt", sa.Integer),
        sa.Column("revision", sa.Integer),
        sa.Column("content", JSONB, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("state", sa.Text, nullable=False, server_default="waiting"),
        sa.Column("trying", sa.Text),
        sa.Column("tried_at", MOMENT),
        sa.Column("refused", JSONB, nullable=False, server_default=NOTHING),
        sa.Column("sent_by", sa.Text),
        sa.Column("serial_no", sa.Text),
        sa.Column("cause", sa.Text),
        sa.Column("said_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT),
        sa.UniqueConstraint("application_id", "fact", "about", name="a_fact_is_said_once"),
    )
