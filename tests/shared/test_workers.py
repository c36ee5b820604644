import asyncio
import io
import json
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator

import psutil
import pytest
import structlog

from shared import workers
from shared.workers import WorkerPool

pytestmark = pytest.mark.timeout(180)


def nothing() -> None:
    """Where a service would load its models."""


class OfTwo(Exception):
    """What pickle cannot bring back."""

    def __init__(self, one: str, other: str) -> None:
        super().__init__(one + other)


def refuse(number: str) -> None:
    raise OfTwo("no ", number)


def logged(name: str) -> str:
    """What this process writes when something breaks with a name at hand."""
    written = io.StringIO()
    handler = logging.getLogger().handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(written)
    try:
        len(name) / 0
    except ZeroDivisionError:
        structlog.get_logger().exception("it_broke")
    return written.getvalue()


@pytest.fixture
async def pool() -> AsyncIterator[WorkerPool]:
    async with WorkerPool("tests", 1, 5, 100, nothing) as pool:
        await pool.start()
        yield pool


async def test_a_task_that_sends_its_worker_away_is_given_up_and_the_next_is_done(pool: WorkerPool) -> None:
    assert await pool.tried(sys.exit, 3) is None
    assert await pool.tried(abs, -1) == 1


async def test_a_task_that_breaks_with_whatever_error_costs_its_tries_and_no_worker(pool: WorkerPool) -> None:
    worker = await pool.run(os.getpid)
    assert await pool.tried(refuse, "number") is None
    assert await pool.run(os.getpid) == worker


async def test_a_worker_that_is_killed_while_it_waits_costs_nobody_a_try(pool: WorkerPool) -> None:
    os.kill(await pool.run(os.getpid), signal.SIGKILL)
    assert await pool.taken(abs, -1) == 1


async def test_a_pool_that_stands_still_is_another_and_its_worker_is_gone(
    pool: WorkerPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = psutil.Process(await pool.run(os.getpid))
    worker.suspend()  # alive and takes nothing, as where pebble's lock is lost
    monkeypatch.setattr(workers, "START_SECONDS_MAX", 1)
    assert await pool.taken(abs, -1) == 1
    async with asyncio.timeout(60):
        while worker.is_running():
            await asyncio.sleep(0.05)


async def test_what_a_worker_logs_is_the_services_json_without_what_it_worked_on(pool: WorkerPool) -> None:
    line = json.loads(await pool.run(logged, "Zhang San"))
    assert (line["message"], line["service"]) == ("it_broke", "tests")
    assert "ZeroDivisionError" in line["exception"]
    assert "Zhang San" not in str(line)
