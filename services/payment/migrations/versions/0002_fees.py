"""How many fees have fallen due, for a retake may cost again; what operators did by hand."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("cases", sa.Column("fees", sa.Integer, nullable=False, server_default="0"))
    op.add_column("cases", sa.Column("order_no", sa.Text, unique=True))
    op.execute("UPDATE cases SET fees = 1 WHERE money <> 'not_due'")
    op.create_table(
        "notes",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("staff", sa.Text, nullable=False),
        sa.Column("application_id", UUID(as_uuid=True), nullable=False, index=True),
        sa.Column("what", sa.Text, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("notes")
    op.drop_column("cases", "order_no")
    op.drop_column("cases", "fees")
