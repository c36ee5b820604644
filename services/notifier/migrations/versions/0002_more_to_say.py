"""Fees are counted, a compared identity and the end of an application are remembered."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
COUNTED = ("dues", "payments", "referred", "matched")


def upgrade() -> None:
    for name in COUNTED:
        op.add_column("applications", sa.Column(name, sa.Integer, nullable=False, server_default=sa.text("0")))
    op.add_column("applications", sa.Column("over", sa.Boolean, nullable=False, server_default=sa.text("false")))
    op.execute("UPDATE applications SET payments = 1, dues = 1 WHERE settled")
    op.drop_column("applications", "settled")


def downgrade() -> None:
    op.add_column("applications", sa.Column("settled", sa.Boolean, nullable=False, server_default=sa.text("false")))
    op.execute("UPDATE applications SET settled = true WHERE payments >= dues AND payments > 0")
    for name in (*COUNTED, "over"):
        op.drop_column("applications", name)
