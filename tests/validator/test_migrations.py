"""A database of the first version goes on with what it holds."""

import asyncio
from pathlib import Path
from uuid import UUID

from alembic import command
from alembic.config import Config
from sqlalchemy import text

from services.validator.rules import State
from services.validator.store import cases
from shared.clock import Clock
from shared.database import connect, migrate
from shared.outbox import Outbox
from shared.reasons import Reason

PHOTO = UUID("018f0000-0000-7000-8000-000000000002")
OLD_CASE = text(
    "INSERT INTO cases (application_id, campaign_id, campaign_version, photo_id, attempt, revision, state,"
    " original_key, sha256, frame, codes, decided_by, decided_at) VALUES (gen_random_uuid(), 'buct-2020', 1,"
    f" '{PHOTO}', 2, 1, 'referred', 'k', 's', '{{\"x\": 1, \"y\": 2, \"width\": 480}}', '[\"POSE_ROLL\"]', 'judge',"
    " now())"
)


def to_first_version(url: str) -> None:
    config = Config()
    config.set_main_option("script_location", "services/validator/migrations")
    config.attributes["url"] = url
    command.upgrade(config, "0001")


async def test_a_photo_that_waited_for_a_person_still_waits(empty_database_url: str, tmp_path: Path) -> None:
    await asyncio.to_thread(to_first_version, empty_database_url)
    engine = connect(empty_database_url)
    async with engine.begin() as connection:
        await connection.execute(OLD_CASE)
    await asyncio.to_thread(migrate, "validator", empty_database_url)
    async with Outbox(engine, Clock(tmp_path / "clock")).transaction() as tx:
        (case,) = await cases.waiting(tx, ["buct-2020"], 10)
    assert (case.state, case.attempt, case.codes) == (State.REFERRED, 2, (Reason.POSE_ROLL,))
    assert (case.handed_in.photo_id, case.handed_in.charged_attempt) == (PHOTO, 2)
    assert (case.paid, case.first_by, case.appealed) == (frozenset(), None, False)
    await engine.dispose()
