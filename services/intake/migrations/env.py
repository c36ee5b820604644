"""Alembic's entry: the tables of this service, and the outbox's."""

from services.intake.store import metadata
from shared.database import run_migrations

run_migrations(metadata)
