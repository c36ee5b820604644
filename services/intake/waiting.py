"""Long polls: who waits for which application, woken by PostgreSQL's NOTIFY from whichever process changed it."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from uuid import UUID

import asyncpg
import structlog

from services.intake.store.applications import CHANGED_CHANNEL

RECONNECT_SECONDS = 1.0

log = structlog.get_logger()


class Waiting:
    """One listening connection for all waiters of the process."""

    def __init__(self, database_url: str) -> None:
        self._dsn = database_url.replace("+asyncpg", "")
        self._waiters: dict[str, set[asyncio.Event]] = defaultdict(set)

    @asynccontextmanager
    async def for_change(self, application_id: UUID) -> AsyncIterator[asyncio.Event]:
        """Enter before you look: a change between the look and the wait is not missed."""
        woken, key = asyncio.Event(), str(application_id)
        self._waiters[key].add(woken)
        try:
            yield woken
        finally:
            self._waiters[key].discard(woken)
            if not self._waiters[key]:
                del self._waiters[key]

    async def listen(self) -> None:
        """For ever. While the connection is away, polls end at their time and the clients ask again."""
        while True:
            try:
                await self._listen_once()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                log.warning("long polls are deaf", cause=type(error).__name__)
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _listen_once(self) -> None:
        connection = await asyncpg.connect(self._dsn)
        lost = asyncio.Event()
        try:
            connection.add_termination_listener(lambda _: lost.set())
            await connection.add_listener(CHANGED_CHANNEL, lambda *call: self._wake(str(call[-1])))
            await lost.wait()
        finally:
            connection.terminate()

    def _wake(self, application_id: str) -> None:
        for waiter in self._waiters.get(application_id, ()):
            waiter.set()


async def wait(woken: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await woken.wait()
