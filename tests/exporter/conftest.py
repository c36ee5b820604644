import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest

from tests.databases import Databases
from tests.exporter.stand import Place, Stand
from tests.exporter.stories import campaign


@pytest.fixture
async def database_url(databases: Databases) -> AsyncIterator[str]:
    async with databases.migrated("exporter") as url:
        yield url


@pytest.fixture
async def place(parts: Any, database_url: str) -> Place:
    """A migrated database and empty buckets."""
    prefix = f"t{uuid4().hex[:12]}-"
    return Place(database_url, parts.s3_endpoint, parts.s3_access_key, parts.s3_secret_key, prefix)


@pytest.fixture
async def exporter(place: Place) -> AsyncIterator[Stand]:
    """It knows the campaign buct-2020@1."""
    stand = Stand(place)
    for bucket in (stand.photos, stand.rosters, stand.bundles):
        await asyncio.to_thread(bucket.create)
    await stand.know(campaign())
    yield stand
    await stand.engine.dispose()
