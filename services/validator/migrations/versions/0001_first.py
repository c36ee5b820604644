"""Cases, refused pictures, audit; the shared tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared import (
    campaigns,  # noqa: F401 - puts the campaign copies among the shared tables
    outbox,
)

revision = "0001"
down_revision = None

WHEN = sa.DateTime(timezone=True)
UUID_KEY = postgresql.UUID(as_uuid=True)


def upgrade() -> None:
    outbox.metadata.create_all(op.get_bind())
    op.create_table(
        "cases",
        sa.Column("application_id", UUID_KEY, primary_key=True),
        sa.Column("campaign_id", sa.Text, nullable=False),
        sa.Column("campaign_version", sa.Integer, nullable=False),
        sa.Column("photo_id", UUID_KEY, nullable=False, unique=True),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("original_key", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("frame", postgresql.JSONB, nullable=False),
        sa.Column("codes", postgresql.JSONB, nullable=False),
        sa.Column("standard_key", sa.Text),
        sa.Column("overlay_key", sa.Text),
        sa.Column("report_key", sa.Text),
        sa.Column("decided_by", sa.Text),
        sa.Column("decided_at", WHEN),
    )
    op.create_index("cases_referred", "cases", ["decided_at"], postgresql_where=sa.text("state = 'referred'"))
    op.create_table(
        "refused_pictures",
        sa.Column("application_id", UUID_KEY, primary_key=True),
        sa.Column("sha256", sa.Text, primary_key=True),
        sa.Column("frame", sa.Text, primary_key=True),
    )
    op.create_table(
        "audit",
        sa.Column("id", UUID_KEY, primary_key=True, server_default=sa.text("uuidv7()")),
        sa.Column("at", WHEN, nullable=False),
        sa.Column("staff", sa.Text, nullable=False),
        sa.Column("application_id", UUID_KEY, nullable=False, index=True),
        sa.Column("photo_id", UUID_KEY, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("codes", postgresql.JSONB, nullable=False, server_default=sa.text("'[]'")),
    )
