"""Cases, orders, refunds; the shared tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.campaigns import campaigns

revision = "0001"
down_revision = None

WHEN = sa.DateTime(timezone=True)


def upgrade() -> None:
    campaigns.metadata.create_all(op.get_bind())  # the campaigns, and the outbox's four in the same metadata
    op.create_table(
        "cases",
        sa.Column("application_id", postgresql.UUID(as_uuid=True), primary_key=True),
        sa.Column("campaign_id", sa.Text, nullable=False),
        sa.Column("campaign_version", sa.Integer, nullable=False),
        sa.Column("money", sa.Text, nullable=False),
        sa.Column("amount_fen", sa.Integer),
        sa.Column("due_at", WHEN),
        sa.Column("unpaid_until", WHEN),
        sa.Column("settled_by", sa.Text),
    )
    op.create_table(
        "orders",
        sa.Column("order_no", sa.Text, primary_key=True),
        sa.Column(
            "application_id",
            postgresql.UUID(as_uuid=True),
            sa.ForeignKey("cases.application_id"),
            nullable=False,
            index=True,
        ),
        sa.Column("payer", postgresql.JSONB, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("amount_fen", sa.Integer, sa.CheckConstraint("amount_fen > 0"), nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("expires_at", WHEN, nullable=False),
        sa.Column("prepay_id", sa.Text),
        sa.Column("prepared_at", WHEN),
        sa.Column("closed_at", WHEN),
        sa.Column("transaction_id", sa.Text, unique=True),
        sa.Column("paid_at", WHEN),
    )
    still_open = sa.text("state IN ('placing', 'open')")
    op.create_index("orders_one_open", "orders", ["application_id"], unique=True, postgresql_where=still_open)
    op.create_table(
        "refunds",
        sa.Column("refund_no", sa.Text, primary_key=True),
        sa.Column("order_no", sa.Text, sa.ForeignKey("orders.order_no"), nullable=False, unique=True),
        sa.Column("amount_fen", sa.Integer, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
    )


def downgrade() -> None:
    raise NotImplementedError("a service's first tables are not taken back: restore the database instead")
