"""An echo service on the real parts."""

import asyncio
import base64
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.database import connect
from shared.outbox import Errands
from shared.service import Service
from shared.settings import CommonSettings, Connections, KafkaSettings, SealSettings, StoreSettings
from shared.topics import create_topics
from tests.kafka import Teller, teller
from tests.shared import echo


@dataclass
class EchoParts:
    """One database and one set of topics; echo services come and go on them."""

    environment: dict[str, str]
    kafka: KafkaSettings
    engine: AsyncEngine
    teller: Teller
    bug_file: Path
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @asynccontextmanager
    async def serving(self, **settings: Any) -> AsyncIterator[Service]:
        """In this process."""
        connections = Connections(
            kafka=self.kafka,
            store=StoreSettings(endpoint="http://127.0.0.1:1", access_key="none", secret_key="none"),
            seal=SealSettings(keys=self.environment["SEAL_KEYS"], lookup_key=self.environment["SEAL_LOOKUP_KEY"]),
            common=CommonSettings(link_key="test"),
        )
        mine = echo.Settings(database_url=self.environment["ECHO_DATABASE_URL"], bug_file=self.bug_file, **settings)
        service = echo.build(mine, connections)
        async with service.app.router.lifespan_context(service.app):
            yield service

    def start(self, **environment: str) -> subprocess.Popen[bytes]:
        """As a process of its own, to be killed."""
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.shared.echo"], env={**os.environ, **self.environment, **environment}
        )
        self.processes.append(process)
        return process

    async def effects(self) -> list[str]:
        return await echo.effects_of(self.engine)

    async def runs(self) -> list[tuple[str, str]]:
        return await echo.runs_of(self.engine)

    def has_effects(self, count: int) -> Callable[[], Any]:
        async def enough() -> bool:
            return len(await self.effects()) >= count

        return enough


@pytest.fixture
async def parts_of_echo(
    parts: Any, empty_database_url: str, topic_prefix: str, tmp_path: Path
) -> AsyncIterator[EchoParts]:
    key = base64.b64encode(b"k" * 32).decode()
    environment = {
        "KAFKA_BOOTSTRAP_SERVERS": parts.kafka_bootstrap,
        "KAFKA_TOPIC_PREFIX": topic_prefix,
        "KAFKA_PARTITIONS": "4",
        "KAFKA_SESSION_TIMEOUT_MS": "6000",
        "S3_ENDPOINT": parts.s3_endpoint,
        "S3_ACCESS_KEY": parts.s3_access_key,
        "S3_SECRET_KEY": parts.s3_secret_key,
        "SEAL_KEYS": f"k1:{key}",
        "SEAL_LOOKUP_KEY": key,
        "LINK_KEY": "test",
        "ECHO_DATABASE_URL": empty_database_url,
        "ECHO_BUG_FILE": str(tmp_path / "bug"),
    }
    kafka = KafkaSettings(
        bootstrap_servers=parts.kafka_bootstrap, topic_prefix=topic_prefix, partitions=4, session_timeout_ms=6000
    )
    async with AsyncExitStack() as stack:
        engine = connect(empty_database_url)
        stack.push_async_callback(engine.dispose)
        await asyncio.gather(create_topics(kafka, echo.TOPICS), echo.create_tables(engine))
        tells = await stack.enter_async_context(teller(parts.kafka_bootstrap, topic_prefix))
        made = EchoParts(environment, kafka, engine, tells, tmp_path / "bug")
        try:
            yield made
        finally:
            for process in made.processes:
                process.kill()
                process.wait()


@pytest.fixture
async def engine(empty_database_url: str) -> AsyncIterator[AsyncEngine]:
    made = connect(empty_database_url)
    await echo.create_tables(made)
    yield made
    await made.dispose()


@asynccontextmanager
async def running(errands: Errands) -> AsyncIterator[None]:
    task = asyncio.create_task(errands.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
