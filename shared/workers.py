"""Work in processes of their own: whatever kills or hangs one of them costs nobody else anything.

`pebble`, because one segfault fails every waiting job of the standard library's executor (research G8).
"""

import asyncio
import multiprocessing
import os
import resource
import sys
from collections.abc import Callable
from concurrent.futures import CancelledError
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait
from threading import Thread
from types import TracebackType
from typing import Any, Self

import structlog
from pebble import ProcessPool

from shared.logs import start_logs

log = structlog.get_logger()

MEMORY_MAX_BYTES = 3 * 2**30  # of data; 50 MP take 0.6 GiB, the models and libraries 0.4 GiB at most
TRIES = 2
POOLS = 5  # that may break or stand still before a task had its turn
PAUSE_SECONDS = 1  # before another pool, then twice as long each time: who killed its workers is perhaps not done
JOIN_SECONDS = 10
TURNS_WAITED = 3  # tasks before it and its own time
START_SECONDS_MAX = 60  # 4 usually; 20 were seen on a machine with ten times its load


class NoWorkerError(Exception):
    """Nobody took the task: not its fault, so it costs it no try."""


class WorkerLeftError(Exception):
    """The task made its worker leave, as `sys.exit` does."""


class TaskBrokeError(Exception):
    """The task raised; the message is the name of what."""


class WorkerPool:
    """`async with WorkerPool(...) as pool: await pool.tried(function, ...)`. Workers never outlive their parent."""

    def __init__(
        self, service: str, processes: int, seconds: float, tasks: int, begin: Callable[..., None], *arguments: object
    ) -> None:
        """seconds: a task may take. tasks: of one process, then there is a fresh one: whatever a library leaks ends
        there. begin: called in each process first, with the arguments."""
        keep_main_out_of_workers()
        self.processes = processes
        self._seconds = seconds
        self._tasks = tasks
        self._begin = [service, begin, *arguments]
        self._pool = self._new_pool()

    def _new_pool(self) -> ProcessPool:
        return ProcessPool(
            max_workers=self.processes,
            max_tasks=self._tasks,
            initializer=_begin,
            initargs=self._begin,
            context=multiprocessing.get_context("spawn"),  # onnxruntime's threads do not survive a fork
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.to_thread(_stopping(self._pool).join, JOIN_SECONDS)

    async def start(self) -> None:
        """Waits for the workers, which otherwise begin with their first task."""
        await asyncio.gather(*(self.run(_ready) for _ in range(self.processes)))

    async def tried(self, function: Callable[..., Any], *arguments: object) -> Any:
        """None where every try cost a worker, or no pool had a worker for it."""
        for tried in range(1, TRIES + 1):
            try:
                return await self.taken(function, *arguments)
            except (asyncio.CancelledError, CancelledError):
                raise
            except TaskBrokeError as error:
                log.warning("task_broke", tried=tried, error=str(error))
            except Exception as error:  # the worker died or hung; which one is logged
                log.warning("worker_failed", tried=tried, error=type(error).__name__)
        return None

    async def taken(self, function: Callable[..., Any], *arguments: object) -> Any:
        """One try. Raises NoWorkerError after POOLS pools, and what the task or its worker's end raises."""
        for broken in range(POOLS):
            try:
                return await self.run(function, *arguments)
            except NoWorkerError:
                log.warning("worker_pool_failed", pools=broken + 1)
                await asyncio.sleep(PAUSE_SECONDS * 2**broken)
        raise NoWorkerError

    async def run(self, function: Callable[..., Any], *arguments: object) -> Any:
        """Raises NoWorkerError when no worker takes it. Pebble gives up the whole pool when a worker is killed while
        all are idle; one that is killed with pebble's lock in its hand leaves a pool in which nobody gets work."""
        if not self._pool.active:
            self._retire(self._pool)
        pool = self._pool
        future = pool.schedule(_done, args=(function, *arguments), timeout=self._seconds)
        try:
            async with asyncio.timeout(self._seconds * TURNS_WAITED + START_SECONDS_MAX) as waiting:
                return await asyncio.wrap_future(future)
        except BrokenProcessPool as error:
            raise NoWorkerError from error
        except (SystemExit, KeyboardInterrupt) as error:  # the worker's: here it would end the service
            raise WorkerLeftError from error
        except TimeoutError as error:
            if not waiting.expired():
                raise
            self._retire(pool)
            raise NoWorkerError from error

    def _retire(self, pool: ProcessPool) -> None:
        """Another pool instead of this one, of which no worker is left: they hold 300 MB each."""
        if pool is not self._pool:
            return  # another task did
        self._pool = self._new_pool()
        _stopping(pool)


def _stopping(pool: ProcessPool) -> Thread:
    """In a thread of its own, which may be left behind: a broken pool waits for ever to hand over its last task."""
    pool.stop()  # type: ignore[no-untyped-call]  # pebble ships half its types
    thread = Thread(target=pool.join, name="stop-pool", daemon=True)
    thread.start()
    return thread


def keep_main_out_of_workers() -> None:
    """A spawned process imports its parent's main module by these two names: app.py with FastAPI, Kafka and SQL, 55 MB
    and a second for each worker, which needs its own module alone."""
    main = sys.modules["__main__"]
    main.__spec__ = None
    main.__dict__.pop("__file__", None)


def _begin(service: str, begin: Callable[..., None], *arguments: object) -> None:
    start_logs(service)
    Thread(target=_end_with_parent, name="end-with-parent", daemon=True).start()
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_MAX_BYTES, MEMORY_MAX_BYTES))
    begin(*arguments)


def _done(function: Callable[..., Any], *arguments: object) -> Any:
    try:
        return function(*arguments)
    except Exception as error:
        # Not the error itself: one whose __init__ takes other arguments cannot be unpickled, and breaks the whole pool.
        raise TaskBrokeError(type(error).__name__) from None


def _end_with_parent() -> None:
    """kill -9 of the parent leaves pool workers alive for ever otherwise (research G4)."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    wait([parent.sentinel])
    os._exit(1)


def _ready() -> None:
    """Answers once `begin` is through."""
