"""What an earlier version wrote is still understood."""

import asyncio
from uuid import UUID

from alembic import command
from alembic.config import Config
from sqlalchemy import text

from services.intake.rules import Application
from services.intake.store import applications as store
from shared.clock import Clock
from shared.database import SERVICES, connect, migrate
from shared.outbox import Outbox

DELIVERED = """
    INSERT INTO applications (campaign_id, campaign_version, owner, contact, photo, delivered)
    VALUES ('buct-2020-summer', 1, 'somebody', '{}', '{"state": "accepted", "attempt": 2, "revision": 3}', true)
    RETURNING id
"""


def migrate_to(revision: str, url: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(SERVICES / "intake" / "migrations"))
    config.attributes["url"] = url
    command.upgrade(config, revision)


async def test_a_case_that_was_delivered_before_cases_could_come_back_stays_delivered(empty_database_url: str) -> None:
    await asyncio.to_thread(migrate_to, "0002", empty_database_url)
    engine = connect(empty_database_url)
    async with engine.begin() as connection:
        application_id: UUID = (await connection.execute(text(DELIVERED))).scalar_one()
    await asyncio.to_thread(migrate, "intake", empty_database_url)
    async with Outbox(engine, Clock()).transaction() as tx:
        application = await store.seen(tx, application_id)
    await engine.dispose()
    assert isinstance(application, Application)
    assert application.delivery.is_delivered
    assert (application.delivery.delivered, application.photo.attempt) == ((2, 3), 2)
