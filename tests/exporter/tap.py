"""A way to the object store that can be shut while somebody is sending."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit


class Tap:
    """Lets `shut_after_bytes` through to the store, then nothing until `open`."""

    def __init__(self, endpoint: str, shut_after_bytes: int) -> None:
        self._store = urlsplit(endpoint)
        self._left = shut_after_bytes
        self._open = asyncio.Event()
        self._connections: dict[asyncio.StreamWriter, asyncio.Task[None]] = {}
        self.is_shut = asyncio.Event()
        self.endpoint = ""

    def open(self) -> None:
        self._open.set()

    async def close(self) -> None:
        self.open()
        for writer in self._connections:
            writer.close()
        await asyncio.gather(*self._connections.values())

    async def connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._connections[writer] = task
        there_reader, there_writer = await asyncio.open_connection(self._store.hostname, self._store.port)
        back = asyncio.create_task(_pour(there_reader, writer))
        try:
            while data := await reader.read(64 * 2**10):
                self._left -= len(data)
                if self._left < 0 and not self._open.is_set():
                    self.is_shut.set()
                    await self._open.wait()
                there_writer.write(data)
                await there_writer.drain()
        except ConnectionError:
            pass  # whoever was sending is dead
        finally:
            back.cancel()
            there_writer.close()
            writer.close()


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(64 * 2**10):
        writer.write(data)
        await writer.drain()


@asynccontextmanager
async def tap(endpoint: str, shut_after_bytes: int) -> AsyncIterator[Tap]:
    made = Tap(endpoint, shut_after_bytes)
    server = await asyncio.start_server(made.connect, "127.0.0.1", 0)
    made.endpoint = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield made
    finally:
        server.close()
        await made.close()
