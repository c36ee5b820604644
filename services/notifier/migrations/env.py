"""Run by `python -m shared.database migrate notifier`."""

from services.notifier.store import metadata
from shared.database import run_migrations

run_migrations(metadata)
