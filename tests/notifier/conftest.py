from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from deploy.local.keys import Keys
from shared.http import http_client
from tests.databases import Databases
from tests.notifier.world import World, opened_world
from tests.sandbox.serving import sandbox_settings, serving_sandbox


@pytest.fixture
async def sandbox(sandbox_keys: Keys) -> AsyncIterator[httpx.AsyncClient]:
    """The gateways for whoever runs the service as a whole."""
    with serving_sandbox(sandbox_settings(sandbox_keys)) as url:
        async with http_client(url) as client:
            yield client


@pytest.fixture
async def database_url(databases: Databases) -> AsyncIterator[str]:
    async with databases.migrated("notifier") as url:
        yield url


@pytest.fixture
async def world(database_url: str, sandbox_keys: Keys, tmp_path: Path) -> AsyncIterator[World]:
    async with opened_world(database_url, sandbox_keys, tmp_path) as world:
        yield world
