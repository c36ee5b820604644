"""A case can come back from the school and end in several ways; a picture can come before its attempt."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003"
down_revision = "0002"

NOTHING = sa.text("'{}'")


def upgrade() -> None:
    op.add_column("applications", sa.Column("delivery", JSONB, nullable=False, server_default=NOTHING))
    op.add_column("applications", sa.Column("ending", JSONB, nullable=False, server_default=NOTHING))
    op.execute(
        """
        UPDATE applications SET delivery = jsonb_build_object(
            'delivered', jsonb_build_array((photo->>'attempt')::int, (photo->>'revision')::int),
            'delivered_at', changed_at)
        WHERE delivered
        """
    )
    op.drop_column("applications", "delivered")
    op.alter_column("photos", "attempt", nullable=True)
    op.alter_column("photos", "frame", nullable=True)
    op.alter_column("photos", "submitted_at", nullable=True, server_default=None)
    op.add_column("photos", sa.Column("source", sa.Text))
    op.add_column("photos", sa.Column("prepared_key", sa.Text))
