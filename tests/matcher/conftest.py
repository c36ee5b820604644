import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from shared.campaign import Campaign
from shared.database import connect
from shared.photos import ROSTERS, Objects
from shared.settings import StoreSettings
from tests.databases import Databases
from tests.matcher.desk import Desk
from tests.matcher.people import bit, buct


@pytest.fixture
def by_number() -> Campaign:
    return buct()


@pytest.fixture
def by_all() -> Campaign:
    return bit()


@pytest.fixture
def store_settings(parts: Any, topic_prefix: str) -> StoreSettings:
    return StoreSettings(
        endpoint=parts.s3_endpoint,
        access_key=parts.s3_access_key,
        secret_key=SecretStr(parts.s3_secret_key),
        bucket_prefix=topic_prefix.replace(".", "-"),
    )


@pytest.fixture
async def database_url(databases: Databases) -> AsyncIterator[str]:
    async with databases.migrated("matcher") as url:
        yield url


@pytest.fixture
async def desk(
    database_url: str, store_settings: StoreSettings, tmp_path: Path, by_number: Campaign, by_all: Campaign
) -> AsyncIterator[Desk]:
    """It knows both campaigns, and nobody."""
    objects = Objects(store_settings, ROSTERS)
    await asyncio.to_thread(objects.create)
    engine = connect(database_url)
    desk = Desk(engine, objects, tmp_path)
    await desk.know(by_number)
    await desk.know(by_all)
    yield desk
    await engine.dispose()
