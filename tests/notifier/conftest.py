from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.notifier.world import World, opened_world


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with opened_world(database_url, tmp_path) as world:
        yield world
