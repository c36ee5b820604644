"""PostgreSQL: one database per service, SQLAlchemy Core on asyncpg, statements built once.

`python -m shared.database migrate SERVICE` brings a service's database to its newest shape (Alembic).
"""

import asyncio
import sys
from pathlib import Path

from alembic import command, context
from alembic.config import Config
from sqlalchemy import MetaData
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from shared import outbox
from shared.settings import database_url_of

SERVICES = Path(__file__).parent.parent / "services"
MIGRATION_LOCK = 7_204_078  # two containers that start at once migrate one after the other


def connect(url: str) -> AsyncEngine:
    """Connections are tested before use: the first one after a restart of PostgreSQL is always dead."""
    return create_async_engine(url, pool_size=10, max_overflow=10, pool_pre_ping=True)


def migrate(service: str, url: str) -> None:
    """Runs the migrations of services/<service>/migrations that `url` has not had."""
    config = Config()
    config.set_main_option("script_location", str(SERVICES / service / "migrations"))
    config.attributes["url"] = url
    command.upgrade(config, "head")


def run_migrations(tables: MetaData) -> None:
    """What each service's migrations/env.py calls: `tables` are the service's own, the outbox's four come with them."""

    def upgrade(connection: Connection) -> None:
        connection.exec_driver_sql(f"SELECT pg_advisory_lock({MIGRATION_LOCK})")
        context.configure(connection=connection, target_metadata=[tables, outbox.metadata])
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()

    async def connect_and_upgrade() -> None:
        engine = create_async_engine(context.config.attributes["url"])
        async with engine.connect() as connection:
            await connection.run_sync(upgrade)
        await engine.dispose()

    asyncio.run(connect_and_upgrade())


def main(arguments: list[str]) -> int:
    match arguments:
        case ["migrate", service] if (SERVICES / service / "migrations").is_dir():
            migrate(service, database_url_of(service))
            return 0
    sys.stderr.write("usage: python -m shared.database migrate SERVICE\n")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
