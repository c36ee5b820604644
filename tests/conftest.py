"""What the tests stand on: the real servers, started once per run by the first test that asks for them.

PARTS chooses where they come from: "local" is deploy/local, "containers" is tests/containers/parts.py; both offer the
same attributes, so that every test is the same on both.
"""

import gc
import os
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from deploy.local.keys import Keys, load_keys
from deploy.local.servers import Servers
from deploy.local.state import LOCAL, StateDir, remove_stale
from tests.databases import Databases

# They compose and judge pictures, play gateways on the wire, start processes, or play hundreds of lives.
SLOW = (
    "tests/validator/",
    "tests/together/",
    "tests/test_portraits",
    "tests/sandbox/",
    "tests/containers/",
    "test_sheets",
    "test_wechat",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what `make test-unit` leaves out: what stands on the servers, and what takes more than a moment."""
    for item in items:
        if "parts" in getattr(item, "fixturenames", ()):
            item.add_marker("parts")
        if any(each in item.nodeid for each in SLOW):
            item.add_marker("slow")


def pytest_collection_finish(session: pytest.Session) -> None:
    """What was imported and collected stays to the end: no garbage collection shall go through half a million objects
    again, as each of the many that the building of a service sets off would."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
async def parts() -> AsyncIterator[Servers]:
    """Kafka, MinIO and PostgreSQL of this test run."""
    match os.environ.get("PARTS", "local"):
        case "local":
            remove_stale("test-*")
            with StateDir(LOCAL / f"test-{os.getpid()}") as state:
                # Each test's database is dropped after it: half a second for whoever waits for the disk.
                async with Servers(state, load_keys(LOCAL / "keys"), disposable=True) as servers:
                    yield servers
            remove_stale("test-*")
        case "containers":
            # Not above: a machine without Docker runs the tests too.
            from tests.containers.parts import ContainerServers, remove_stale_containers

            remove_stale_containers()
            async with ContainerServers(load_keys(LOCAL / "keys")) as servers:
                yield servers
        case other:
            pytest.fail(f"PARTS={other} is not known: use local or containers")


@pytest.fixture(scope="session")
def databases(parts: Servers) -> Databases:
    return Databases(parts)


@pytest.fixture
async def empty_database_url(databases: Databases) -> AsyncIterator[str]:
    """A fresh database for this test; the services' own `database_url` have their tables."""
    async with databases.empty() as url:
        yield url


@pytest.fixture(scope="session")
def sandbox_keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    """Made once: two RSA pairs take a good part of a second."""
    return load_keys(tmp_path_factory.mktemp("keys"))


@pytest.fixture
def topic_prefix() -> str:
    """Names this test's topics, groups and buckets apart from every other test's."""
    return f"t{uuid4().hex[:12]}."
