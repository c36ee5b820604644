"""Claims with a state, decisions and corrections of staff, bans; entries that no roster made."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

revision = "0002"
down_revision = "0001"

ID = UUID(as_uuid=True)
WHEN = sa.DateTime(timezone=True)
STATE_OF_REASON = "CASE WHEN reason IS NULL THEN 'matched' WHEN reason = 'ID_DONE' THEN 'excluded' ELSE 'unmatched' END"


def upgrade() -> None:
    op.drop_column("entries", "name_print")
    op.add_column("entries", sa.Column("student_no_print", sa.Text))
    op.add_column("entries", sa.Column("origin", sa.Text, nullable=False, server_default="roster"))
    op.alter_column("entries", "origin", server_default=None)
    op.create_index("entries_by_student_no", "entries", ["campaign_id", "student_no_print"])
    _change_claims()
    _create_decisions()
    _create_corrections()
    _create_bans()


def _change_claims() -> None:
    # Until now nobody asked a claim again, so its version was not kept; every campaign is still in its first.
    op.add_column("claims", sa.Column("campaign_version", sa.Integer, nullable=False, server_default="1"))
    op.alter_column("claims", "campaign_version", server_default=None)
    op.add_column("claims", sa.Column("state", sa.Text))
    op.execute(f"UPDATE claims SET state = {STATE_OF_REASON}")  # noqa: S608  # a constant of this file
    op.alter_column("claims", "state", nullable=False)
    op.alter_column("claims", "identity", nullable=True)
    op.add_column("claims", sa.Column("decided_by", sa.Text))


def _create_decisions() -> None:
    op.create_table(
        "decisions",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("campaign_id", sa.Text, nullable=False),
        sa.Column("application_id", ID, nullable=False),
        sa.Column("submission", sa.Integer, nullable=False),
        sa.Column("entry_id", ID),
        sa.Column("is_same", sa.Boolean, nullable=False),
        sa.Column("decided_by", sa.Text, nullable=False),
        sa.Column("decided_at", WHEN, nullable=False),
    )


def _create_corrections() -> None:
    op.create_table(
        "corrections",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("campaign_id", sa.Text, nullable=False),
        sa.Column("entry_id", ID, nullable=False, index=True),
        sa.Column("before", JSONB, nullable=False),
        sa.Column("after", JSONB, nullable=False),
        sa.Column("corrected_by", sa.Text, nullable=False),
        sa.Column("corrected_at", WHEN, nullable=False),
    )


def _create_bans() -> None:
    op.create_table(
        "bans",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("person_print", sa.Text, nullable=False),
        sa.Column("campaign_id", sa.Text, nullable=False),
        sa.Column("application_id", ID, nullable=False),
        sa.Column("codes", ARRAY(sa.Text), nullable=False),
        sa.Column("banned_at", WHEN, nullable=False),
        sa.Column("lifted_by", sa.Text),
        sa.Column("lifted_at", WHEN),
    )
    op.create_index("bans_in_force", "bans", ["person_print"], postgresql_where=sa.text("lifted_at IS NULL"))


def downgrade() -> None:
    raise NotImplementedError("corrections and bans are not thrown away: restore the database instead")
