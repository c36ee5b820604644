"""The hand-over after a bundle: accepted, verified, sent back; who pays first; who is erased."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.alter_column("applications", "delivered_attempt", new_column_name="handed_attempt")
    op.alter_column("applications", "delivered_revision", new_column_name="handed_revision")
    op.add_column("applications", sa.Column("handover", sa.Text))
    op.execute("UPDATE applications SET handover = 'exported' WHERE handed_attempt IS NOT NULL")
    for name in ("pays_first", "erased"):
        op.add_column("applications", sa.Column(name, sa.Boolean, nullable=False, server_default="false"))


def downgrade() -> None:
    for name in ("handover", "pays_first", "erased"):
        op.drop_column("applications", name)
    op.alter_column("applications", "handed_attempt", new_column_name="delivered_attempt")
    op.alter_column("applications", "handed_revision", new_column_name="delivered_revision")
