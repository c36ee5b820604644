"""The relay: the only teller of a service.

Untold rows in order, all sent, all awaited, marked in one statement: killed anywhere, it tells again what was not
marked, and the receivers' inboxes drop the repeats. An advisory lock lets one process of a service tell, which saves
repeats; nothing depends on it (research/engineering.md G2: 10 kills, 0 lost, 0 out of order per key).
"""

import asyncio
from contextlib import suppress

import asyncpg
import structlog

from shared.failures import cause_without_data
from shared.outbox.transaction import TOLD_CHANNEL
from shared.producer import Producer

CHUNK = 500
POLL_SECONDS = 1.0  # a commit wakes the relay; the poll is for a wake-up that was lost
LOCK = 7_204_077  # any number: the same for every relay, each service has its own database

_UNTOLD = "SELECT seq, id, topic, key, body, occurred_at FROM outbox WHERE told_at IS NULL ORDER BY seq LIMIT $1"
_MARK = "UPDATE outbox SET told_at = clock_timestamp() WHERE seq = ANY($1)"

log = structlog.get_logger()


class Relay:
    """database_url: as SQLAlchemy writes it; source: the service, said in ce_source."""

    def __init__(self, database_url: str, producer: Producer, source: str, topic_prefix: str) -> None:
        self._dsn = database_url.replace("+asyncpg", "")
        self._producer = producer
        self._source = source.encode()
        self._prefix = topic_prefix
        self._woken = asyncio.Event()

    async def run(self) -> None:
        """For ever; a lost connection to either side is waited out."""
        while True:
            try:
                await self._tell_while_connected()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                log.warning("the relay waits", cause=cause_without_data(error))
            except Exception as error:  # Kafka's: the rows stay untold, nothing is lost
                log.error("the relay cannot tell", cause=cause_without_data(error))
            await asyncio.sleep(POLL_SECONDS)

    async def _tell_while_connected(self) -> None:
        connection = await asyncpg.connect(self._dsn)
        try:
            await connection.add_listener(TOLD_CHANNEL, lambda *_: self._woken.set())
            await connection.execute("SELECT pg_advisory_lock($1)", LOCK, timeout=None)
            while True:
                self._woken.clear()
                while await self._tell_chunk(connection):
                    pass
                with suppress(TimeoutError):
                    # not wait_for: woken and cancelled at once, that of Python 3.11 goes on as if never cancelled
                    async with asyncio.timeout(POLL_SECONDS):
                        await self._woken.wait()
        finally:
            connection.terminate()

    async def _tell_chunk(self, connection: asyncpg.Connection) -> bool:
        rows = await connection.fetch(_UNTOLD, CHUNK)
        if not rows:
            return False
        sent = [
            await self._producer.send(self._prefix + row["topic"], row["body"], row["key"].encode(), self._headers(row))
            for row in rows
        ]
        await asyncio.gather(*sent)
        await connection.execute(_MARK, [row["seq"] for row in rows])
        return True

    def _headers(self, row: asyncpg.Record) -> list[tuple[str, bytes]]:
        """CloudEvents 1.0, Kafka binding, binary mode."""
        return [
            ("ce_specversion", b"1.0"),
            ("ce_id", str(row["id"]).encode()),
            ("ce_source", self._source),
            ("ce_type", row["topic"].encode()),
            ("ce_time", row["occurred_at"].isoformat().encode()),
            ("content-type", b"application/json"),
        ]
