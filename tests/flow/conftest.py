"""The whole stack as processes, on the servers of this test run."""

import os
from collections.abc import AsyncIterator

import pytest

from deploy.local.campaigns import open_campaigns
from deploy.local.keys import load_keys
from deploy.local.servers import Servers
from deploy.local.stack import Stack
from deploy.local.state import LOCAL, StateDir


@pytest.fixture(scope="module")
async def stack(parts: Servers) -> AsyncIterator[Stack]:
    """Six services, the desk and the sandbox, with both campaigns open from now on."""
    with StateDir(LOCAL / f"test-{os.getpid()}-stack") as state:
        async with Stack(state, load_keys(LOCAL / "keys"), parts, prefix=f"s{os.getpid()}-") as running:
            await open_campaigns(running)
            yield running
