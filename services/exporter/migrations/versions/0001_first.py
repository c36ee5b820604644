"""The first shape: applications, rosters, bundles, looks; and the outbox's tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

import shared.campaigns  # noqa: F401  its table is one of the shared ones
from shared import outbox

revision = "0001"
down_revision = None


def upgrade() -> None:
    outbox.metadata.create_all(op.get_bind())
    op.create_table(
        "applications",
        sa.Column("application_id", UUID(as_uuid=True), primary_key=True),
        sa.Column("campaign_id", sa.Text, nullable=False, index=True),
        sa.Column("takes_fee", sa.Boolean, nullable=False),
        sa.Column("identity", JSONB),
        sa.Column("photo_topic", sa.Text),
        sa.Column("photo", JSONB),
        sa.Column("paid_orders", ARRAY(sa.Text), nullable=False, server_default="{}"),
        sa.Column("refunded_orders", ARRAY(sa.Text), nullable=False, server_default="{}"),
        sa.Column("lapsed", sa.Text),
        sa.Column("delivered_attempt", sa.Integer),
        sa.Column("delivered_revision", sa.Integer),
    )
    op.create_table(
        "rosters",
        sa.Column("campaign_id", sa.Text, primary_key=True),
        sa.Column("roster_version", sa.Integer, nullable=False),
        sa.Column("object_key", sa.Text, nullable=False),
        sa.Column("entries", sa.Integer, nullable=False),
    )
    op.create_table(
        "bundles",
        sa.Column("bundle_id", UUID(as_uuid=True), primary_key=True),
        sa.Column("campaign_id", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("requested_by", sa.Text, nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("request_key", sa.Text, nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True)),
        sa.Column("object_key", sa.Text),
        sa.Column("size_bytes", sa.BigInteger),
        sa.Column("sha256", sa.Text),
        sa.Column("photos", sa.Integer),
        sa.Column("missing", sa.Integer),
        sa.UniqueConstraint("campaign_id", "version", name="one_bundle_per_version"),
        sa.UniqueConstraint("campaign_id", "requested_by", "request_key", name="one_bundle_per_request"),
    )
    op.create_table(
        "looks",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("staff", sa.Text, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("campaign_id", sa.Text, nullable=False),
        sa.Column("bundle_id", UUID(as_uuid=True)),
    )
    op.create_index("looks_of_campaign", "looks", ["campaign_id", "looked_at"])
