"""Rosters, entries, uploads, claims, attempts, looks; the shared tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

from shared.campaigns import campaigns

revision = "0001"
down_revision = None

ID = UUID(as_uuid=True)
WHEN = sa.DateTime(timezone=True)


def upgrade() -> None:
    campaigns.metadata.create_all(op.get_bind())  # and the outbox's four
    op.create_table(
        "rosters",
        sa.Column("campaign_id", sa.Text, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False, server_default=sa.text("0")),
    )
    op.create_table(
        "entries",
        sa.Column("entry_id", ID, primary_key=True, server_default=sa.text("uuidv7()")),
        sa.Column("campaign_id", sa.Text, nullable=False),
        sa.Column("number_print", sa.Text, nullable=False),
        sa.Column("document_type", sa.Text, nullable=False),
        sa.Column("name_print", sa.Text, nullable=False),
        sa.Column("content_print", sa.Text, nullable=False),
        sa.Column("sealed", JSONB, nullable=False),
        sa.Column("excluded", sa.Boolean, nullable=False),
        sa.UniqueConstraint("campaign_id", "number_print", "document_type", name="entries_one_per_document"),
    )
    op.create_table(
        "uploads",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("campaign_id", sa.Text, nullable=False, index=True),
        sa.Column("roster_version", sa.Integer, nullable=False),
        sa.Column("uploaded_by", sa.Text, nullable=False),
        sa.Column("uploaded_at", WHEN, nullable=False),
        sa.Column("rows", sa.Integer, nullable=False),
        sa.Column("kept", sa.Integer, nullable=False),
        sa.Column("bad", JSONB, nullable=False),
    )
    _create_claims()


def _create_claims() -> None:
    op.create_table(
        "claims",
        sa.Column("application_id", ID, primary_key=True),
        sa.Column("campaign_id", sa.Text, nullable=False),
        sa.Column("submission", sa.Integer, nullable=False),
        sa.Column("number_print", sa.Text, nullable=False),
        sa.Column("identity", JSONB, nullable=False),
        sa.Column("entry_id", ID),
        sa.Column("reason", sa.Text),
        sa.Column("decided_at", WHEN, nullable=False),
    )
    refused = sa.text("reason IS NOT NULL")
    op.create_index("claims_refused", "claims", ["campaign_id", "decided_at"], postgresql_where=refused)
    op.create_table(
        "attempts",
        sa.Column("campaign_id", sa.Text, primary_key=True),
        sa.Column("of", sa.Text, primary_key=True),
        sa.Column("print", sa.Text, primary_key=True),
        sa.Column("since", WHEN, nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
    )
    op.create_table(
        "looks",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("campaign_id", sa.Text, nullable=False),
        sa.Column("looked_by", sa.Text, nullable=False),
        sa.Column("looked_at", WHEN, nullable=False),
        sa.Column("applications", ARRAY(ID), nullable=False),
    )


def downgrade() -> None:
    raise NotImplementedError("a service's first tables are not taken back: restore the database instead")
