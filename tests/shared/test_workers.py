import asyncio
import io
import json
import logging
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest
import structlog

from shared import workers
from shared.workers import WorkerPool

pytestmark = pytest.mark.timeout(180)

SECONDS = 1  # of a task
GONE_SECONDS = 60  # at ten times the machine's load


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


def die_once(marker: Path) -> str:
    if marker.exists():
        return "done"
    marker.touch()
    os.kill(os.getpid(), signal.SIGSEGV)
    return "not reached"


def starve() -> None:
    bytearray(2 * workers.MEMORY_MAX_BYTES)


def at_work() -> list[psutil.Process]:
    """The workers of this process, dead ones left out."""
    return [each for each in psutil.Process().children() if _is_worker(each)]


def _is_worker(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE and "spawn_main" in " ".join(process.cmdline())
    except psutil.Error:
        return False


async def until_at_work(count: int, others: list[psutil.Process]) -> list[psutil.Process]:
    """The workers beside the others, once they are so many."""
    async with asyncio.timeout(GONE_SECONDS):
        while len(new := [each for each in at_work() if each not in others]) != count:
            await asyncio.sleep(0.05)
    return new


@pytest.fixture
def others() -> list[psutil.Process]:
    """Whoever is at work for other tests."""
    return at_work()


@pytest.fixture
async def pool(others: list[psutil.Process]) -> AsyncIterator[WorkerPool]:
    async with WorkerPool("tests", 1, SECONDS, 100, nothing) as pool:
        await pool.start()
        yield pool


async def test_a_task_whose_worker_dies_is_tried_once_more(pool: WorkerPool, tmp_path: Path) -> None:
    assert await pool.tried(die_once, tmp_path / "died") == "done"


async def test_a_task_that_sends_its_worker_away_is_given_up_and_the_next_is_done(pool: WorkerPool) -> None:
    assert await pool.tried(sys.exit, 3) is None
    assert await pool.tried(abs, -1) == 1


async def test_a_task_that_asks_for_more_memory_than_there_is_for_one_costs_its_tries_and_no_worker(
    pool: WorkerPool,
) -> None:
    worker = await pool.run(os.getpid)
    assert await pool.tried(starve) is None
    assert await pool.run(os.getpid) == worker


async def test_a_task_that_breaks_with_whatever_error_costs_its_tries_and_no_worker(pool: WorkerPool) -> None:
    worker = await pool.run(os.getpid)
    assert await pool.tried(refuse, "number") is None
    assert await pool.run(os.getpid) == worker


async def test_workers_that_are_killed_while_they_wait_cost_nobody_a_try_and_none_is_left_over(
    others: list[psutil.Process],
) -> None:
    async with WorkerPool("tests", 2, SECONDS, 100, nothing) as pool:
        await pool.start()
        for _ in range(3):
            [killed, *_] = [each for each in at_work() if each not in others]
            killed.kill()  # without waiting: psutil would take its exit code from who needs it
            others.append(killed)
            assert await pool.taken(abs, -1) == 1
        # One, where pebble noticed after the task: then it gave up the pool, and the next task has another.
        async with asyncio.timeout(GONE_SECONDS):
            while len([each for each in at_work() if each not in others]) > 2:
                await asyncio.sleep(0.05)


async def test_workers_that_are_killed_while_they_start_cost_nobody_a_try(
    others: list[psutil.Process], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "PAUSE_SECONDS", 0.1)
    async with WorkerPool("tests", 1, SECONDS, 100, nothing) as pool:
        task = asyncio.create_task(pool.taken(abs, -1))
        for _ in range(3):
            [worker] = await until_at_work(1, others)
            worker.kill()
            others.append(worker)
        assert await task == 1


async def test_a_pool_that_stands_still_is_another_and_its_worker_is_gone(
    pool: WorkerPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = psutil.Process(await pool.run(os.getpid))
    worker.suspend()  # alive and takes nothing, as where pebble's lock is lost
    monkeypatch.setattr(workers, "START_SECONDS_MAX", 1)
    assert await pool.taken(abs, -1) == 1
    async with asyncio.timeout(GONE_SECONDS):
        while worker.is_running():
            await asyncio.sleep(0.05)


def parent_of(code: str, folder: Path) -> subprocess.Popen[str]:
    """A process that runs the code as its main program."""
    script = folder / "parent.py"
    script.write_text(code)
    environment = os.environ | {"PYTHONPATH": str(Path.cwd())}
    return subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True, env=environment)


_PARENT = """
import asyncio
from shared.workers import WorkerPool
from tests.shared.test_workers import nothing

async def main():
    async with WorkerPool("tests", 2, 5, 100, nothing) as pool:
        await pool.start()
        print("ready", flush=True)
        await asyncio.sleep(600)

if __name__ == "__main__":
    asyncio.run(main())
"""


def test_no_worker_outlives_a_killed_parent(tmp_path: Path) -> None:
    parent = parent_of(_PARENT, tmp_path)
    assert parent.stdout is not None
    assert parent.stdout.readline() == "ready\n"
    children = psutil.Process(parent.pid).children(recursive=True)
    assert len(children) >= 2
    parent.kill()
    parent.wait()
    parent.stdout.close()
    _, alive = psutil.wait_procs(children, timeout=GONE_SECONDS)
    assert not alive


_HEAVY_MAIN = """
import asyncio
import sqlalchemy
from shared.workers import WorkerPool
from tests.shared.test_workers import nothing

async def main():
    async with WorkerPool("tests", 1, 5, 100, nothing) as pool:
        print(await pool.run(eval, "'sqlalchemy' in __import__('sys').modules"), flush=True)

if __name__ == "__main__":
    asyncio.run(main())
"""


def test_workers_do_not_import_what_their_parents_main_does(tmp_path: Path) -> None:
    said, _ = parent_of(_HEAVY_MAIN, tmp_path).communicate()
    assert said == "False\n"


async def test_what_a_worker_logs_is_the_services_json_without_what_it_worked_on(pool: WorkerPool) -> None:
    line = json.loads(await pool.run(logged, "Zhang San"))
    assert (line["message"], line["service"]) == ("it_broke", "tests")
    assert "ZeroDivisionError" in line["exception"]
    assert "Zhang San" not in str(line)
