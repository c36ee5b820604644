"""The whole life of a photo: fees, people, withdrawal, appeal, sameness, the technical check, erasure."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"

WHEN = sa.DateTime(timezone=True)
UUID_KEY = postgresql.UUID(as_uuid=True)
NONE = sa.text("'[]'")


def upgrade() -> None:
    _cases()
    op.add_column("refused_pictures", sa.Column("picture_hash", sa.BigInteger))
    for name in ("standard_key", "overlay_key", "report_key"):
        op.add_column("refused_pictures", sa.Column(name, sa.Text))
    _fingerprints()
    _alarms()
    op.create_table(
        "technical_checks",
        sa.Column("photo_id", UUID_KEY, primary_key=True),
        sa.Column("application_id", UUID_KEY, nullable=False, index=True),
        sa.Column("campaign_id", sa.Text, nullable=False, index=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("findings", postgresql.JSONB, nullable=False),
        sa.Column("checked_at", WHEN),
        sa.Column("decided_by", sa.Text),
        sa.Column("decided_at", WHEN),
    )


def _cases() -> None:
    for name in ("photo_id", "original_key", "sha256", "frame"):  # a payment may be heard before any photo
        op.alter_column("cases", name, nullable=True)
    op.add_column("cases", sa.Column("prepared_key", sa.Text))
    op.add_column("cases", sa.Column("charged_attempt", sa.Integer))
    op.add_column("cases", sa.Column("first_by", sa.Text))
    for name in ("paid", "refunded"):
        op.add_column("cases", sa.Column(name, postgresql.JSONB, nullable=False, server_default=NONE))
    op.add_column("cases", sa.Column("withdrawn_attempt", sa.Integer, nullable=False, server_default="0"))
    for name in ("appealed", "erasing", "asked_to_erase"):
        op.add_column("cases", sa.Column(name, sa.Boolean, nullable=False, server_default=sa.false()))
    op.execute("UPDATE cases SET charged_attempt = attempt")
    op.drop_index("cases_referred", "cases")
    people = sa.text("state IN ('referred', 'final_review')")
    op.create_index("cases_waiting", "cases", ["decided_at"], postgresql_where=people)
    op.create_index("cases_by_campaign", "cases", ["campaign_id", "state"])


def _fingerprints() -> None:
    op.create_table(
        "fingerprints",
        sa.Column("photo_id", UUID_KEY, primary_key=True),
        sa.Column("application_id", UUID_KEY, nullable=False, index=True),
        sa.Column("campaign_id", sa.Text, nullable=False, index=True),
        sa.Column("picture_hash", sa.BigInteger, nullable=False),
        sa.Column("face", sa.LargeBinary),
        sa.Column("standard_key", sa.Text, nullable=False),
    )


def _alarms() -> None:
    op.create_table(
        "alarms",
        sa.Column("id", UUID_KEY, primary_key=True, server_default=sa.text("uuidv7()")),
        sa.Column("campaign_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("one_application", UUID_KEY, nullable=False),
        sa.Column("other_application", UUID_KEY, nullable=False),
        sa.Column("one_photo", UUID_KEY, nullable=False),
        sa.Column("other_photo", UUID_KEY, nullable=False),
        sa.Column("one_key", sa.Text, nullable=False),
        sa.Column("other_key", sa.Text, nullable=False),
        sa.Column("raised_at", WHEN, nullable=False),
        sa.Column("decision", sa.Text),
        sa.Column("decided_by", sa.Text),
        sa.Column("decided_at", WHEN),
    )
    op.create_index("alarms_pair", "alarms", ["kind", "one_application", "other_application"], unique=True)
    unanswered = sa.text("decision IS NULL")
    op.create_index("alarms_open", "alarms", ["campaign_id", "raised_at"], postgresql_where=unanswered)
