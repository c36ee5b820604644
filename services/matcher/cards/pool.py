"""Card readers in processes of their own: a picture that kills or hangs one costs nobody else anything."""

import asyncio
import multiprocessing
import resource
from concurrent.futures import CancelledError
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

import structlog
from pebble import ProcessPool

from shared.events import IdCard
from shared.reasons import Reason
from shared.workers import end_with_parent, keep_main_out_of_workers

log = structlog.get_logger()

PICTURES_PER_PROCESS = 1_000  # then a fresh one: whatever an image library leaks ends here
MEMORY_MAX_BYTES = 3 * 2**30  # of data; 50 MP take 0.2 GiB, the models and libraries 0.4 GiB
TRIES = 2
JOIN_SECONDS = 5

_reader: Any  # of a worker process, loaded with its first picture: models that nobody asks for cost 300 MB


class CardPool:
    """`async with CardPool(...) as pool: await pool.read(...)`. Workers never outlive the process that made them."""

    def __init__(self, processes: int, seconds_per_picture: float) -> None:
        self._processes = processes
        self._seconds = seconds_per_picture

    async def __aenter__(self) -> Self:
        keep_main_out_of_workers()
        self._pool = self._new_pool()
        return self

    def _new_pool(self) -> ProcessPool:
        return ProcessPool(
            max_workers=self._processes,
            max_tasks=PICTURES_PER_PROCESS,
            initializer=_begin,
            context=multiprocessing.get_context("spawn"),  # onnxruntime's threads do not survive a fork
        )

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.stop()  # type: ignore[no-untyped-call]  # pebble ships half its types
        with suppress(TimeoutError):  # a broken pool may wait for ever to hand over its last picture
            await asyncio.to_thread(self._pool.join, JOIN_SECONDS)

    async def read(self, picture: bytes) -> IdCard | Reason:
        """Never raises for a picture's sake: one that twice kills, breaks or outlasts its worker is unread."""
        for tried in range(1, TRIES + 1):
            if not self._pool.active:
                self._pool = self._new_pool()  # pebble gives up for good when a worker is killed while it is idle
            try:
                future = self._pool.schedule(_read, args=[picture], timeout=self._seconds)
                found: IdCard | Reason = await asyncio.wrap_future(future)
            except (asyncio.CancelledError, CancelledError):
                raise
            except Exception as error:  # the worker died, hung or ran out of memory; which one is logged
                log.warning("card_worker_failed", tried=tried, error=type(error).__name__)
            else:
                return found
        return Reason.ID_CARD_UNREAD


def _begin() -> None:
    global _reader
    end_with_parent()
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_MAX_BYTES, MEMORY_MAX_BYTES))
    _reader = None


def _read(picture: bytes) -> IdCard | Reason:
    global _reader
    from services.matcher.cards.reader import CardReader  # here: the parent never loads the libraries

    if _reader is None:
        _reader = CardReader()
    found: IdCard | Reason = _reader.read(picture)
    return found
