from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from deploy.local.keys import Keys, load_keys
from tests.notifier.world import World, opened_world


@pytest.fixture(scope="session")
def sandbox_keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    """Made once: two RSA pairs take a good part of a second."""
    return load_keys(tmp_path_factory.mktemp("keys"))


@pytest.fixture
async def world(database_url: str, sandbox_keys: Keys, tmp_path: Path) -> AsyncIterator[World]:
    async with opened_world(database_url, sandbox_keys, tmp_path) as world:
        yield world
