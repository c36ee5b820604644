from services.validator.store import metadata
from shared.database import run_migrations

run_migrations(metadata)
