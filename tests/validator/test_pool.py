import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import psutil
import pytest

from services.validator import pool as pool_module
from services.validator.judge import Judgement
from services.validator.models import ModelError
from services.validator.pool import JudgePool
from shared import workers
from shared.campaign import PhotoProfile
from shared.events import Frame
from shared.reasons import Reason
from tests.portraits.album import compose
from tests.portraits.compose import Portrait
from tests.portraits.recipes import compliant
from tests.validator.judges import BLUES, frame_of

pytestmark = [pytest.mark.timeout(300), pytest.mark.usefixtures("faces")]

GONE_SECONDS = 60  # at ten times the machine's load


def _die(original: bytes, frame: Frame, profile: PhotoProfile, prepared: bytes | None) -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def _die_once(marker: Path, original: bytes, frame: Frame, profile: PhotoProfile, prepared: bytes | None) -> Judgement:
    if not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGSEGV)
    return pool_module._judge(original, frame, profile, prepared)


def _hang(original: bytes, frame: Frame, profile: PhotoProfile, prepared: bytes | None) -> None:
    time.sleep(600)


def _leave(original: bytes, frame: Frame, profile: PhotoProfile, prepared: bytes | None) -> None:
    sys.exit(3)


def _gobble(original: bytes, frame: Frame, profile: PhotoProfile, prepared: bytes | None) -> None:
    bytearray(2 * workers.MEMORY_MAX_BYTES)


@pytest.fixture(scope="module")
def portrait() -> Portrait:
    return compose(compliant(0))


async def test_a_photo_is_judged_off_the_event_loop(pool: JudgePool, portrait: Portrait) -> None:
    judgement = await pool.judge(portrait.jpeg, frame_of(portrait), BLUES)
    assert judgement.verdict.decision == "accepted"


def _workers() -> list[psutil.Process]:
    """Of this process, dead ones left out."""
    return [each for each in psutil.Process().children() if _is_worker(each)]


def _is_worker(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE and "spawn_main" in " ".join(process.cmdline())
    except psutil.Error:
        return False


async def _new_workers(others: list[psutil.Process], count: int) -> list[psutil.Process]:
    """Waits for them."""
    async with asyncio.timeout(GONE_SECONDS):
        while len(new := [each for each in _workers() if each not in others]) != count:
            await asyncio.sleep(0.05)
    return new


async def test_a_worker_that_is_killed_while_it_waits_costs_no_photo_and_no_worker_is_left_over(
    models_dir: Path, portrait: Portrait
) -> None:
    others = _workers()
    async with JudgePool(models_dir, processes=2, seconds_per_photo=5) as pool:
        for _ in range(2):
            [killed, *_] = [each for each in _workers() if each not in others]
            killed.kill()  # without waiting: psutil would take its exit code from who needs it
            others.append(killed)
            assert (await pool.judge(portrait.jpeg, frame_of(portrait), BLUES)).verdict.decision == "accepted"
        # One, where pebble noticed after the photo: then it gave up the pool, and the next photo has another.
        async with asyncio.timeout(GONE_SECONDS):
            while len([each for each in _workers() if each not in others]) > 2:
                await asyncio.sleep(0.05)


async def test_workers_killed_while_they_start_are_not_the_photos_fault(models_dir: Path, portrait: Portrait) -> None:
    others = _workers()
    async with JudgePool(models_dir, processes=1, seconds_per_photo=10) as pool:
        [worker] = await _new_workers(others, 1)
        worker.kill()
        judging = asyncio.create_task(pool.judge(portrait.jpeg, frame_of(portrait), BLUES))
        for _ in range(3):
            others.append(worker)
            [worker] = await _new_workers(others, 1)
            worker.kill()
        assert (await judging).verdict.decision == "accepted"


async def test_a_pool_that_stands_still_is_another_and_its_workers_are_gone(
    models_dir: Path, portrait: Portrait, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = _workers()
    async with JudgePool(models_dir, processes=1, seconds_per_photo=5) as pool:
        [worker] = await _new_workers(others, 1)
        worker.suspend()  # alive and takes nothing, as where pebble's lock is lost
        monkeypatch.setattr(workers, "START_SECONDS_MAX", 1)
        judging = asyncio.create_task(pool.judge(portrait.jpeg, frame_of(portrait), BLUES))
        await _new_workers([*others, worker], 1)
        monkeypatch.undo()
        assert (await judging).verdict.decision == "accepted"
        await _new_workers(others, 1)  # the one that stood still is gone


@pytest.fixture(scope="module")
async def two_workers(models_dir: Path) -> AsyncIterator[JudgePool]:
    async with JudgePool(models_dir, processes=2, seconds_per_photo=3) as pool:
        yield pool


@pytest.mark.parametrize("accident", [_die, _hang, _leave, _gobble])
async def test_a_photo_that_twice_kills_hangs_sends_away_or_starves_its_worker_is_for_a_person(
    two_workers: JudgePool, portrait: Portrait, monkeypatch: pytest.MonkeyPatch, accident: object
) -> None:
    monkeypatch.setattr(pool_module, "_judge", accident)
    judgement = await two_workers.judge(portrait.jpeg, frame_of(portrait), BLUES)
    assert (judgement.verdict.decision, judgement.verdict.codes) == ("referred", (Reason.JUDGE_FAILED,))
    assert judgement.standard_jpeg is not None  # so that a person can accept it


async def test_no_other_photo_notices_and_an_accident_that_does_not_repeat_costs_one_try(
    two_workers: JudgePool, portrait: Portrait, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    judged = pool_module._judge
    monkeypatch.setattr(pool_module, "_judge", partial(_die_once, tmp_path / "died"))
    unlucky = asyncio.create_task(two_workers.judge(portrait.jpeg, frame_of(portrait), BLUES))
    await asyncio.sleep(0)  # lets it hand over its first try
    monkeypatch.setattr(pool_module, "_judge", judged)
    others = [two_workers.judge(portrait.jpeg, frame_of(portrait), BLUES) for _ in range(4)]
    judgements = await asyncio.gather(unlucky, *others)
    assert {each.verdict.decision for each in judgements} == {"accepted"}
    assert (tmp_path / "died").exists()


async def test_what_cannot_even_be_cut_is_referred_without_a_standard_photo(
    two_workers: JudgePool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool_module, "_judge", _die)
    judgement = await two_workers.judge(b"no picture", Frame(x=0, y=0, width=480), BLUES)
    assert judgement.verdict.codes == (Reason.JUDGE_FAILED,)
    assert judgement.standard_jpeg is None


async def test_without_models_the_pool_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(ModelError):
        async with JudgePool(tmp_path, processes=1, seconds_per_photo=6):
            pass


_PARENT = """
import asyncio, pathlib, sys
from services.validator.pool import JudgePool

async def main():
    async with JudgePool(pathlib.Path(sys.argv[1]), processes=2, seconds_per_photo=6):
        print("ready", flush=True)
        await asyncio.sleep(600)

if __name__ == "__main__":
    asyncio.run(main())
"""


def test_no_worker_outlives_a_killed_parent(models_dir: Path, tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(_PARENT)
    environment = os.environ | {"PYTHONPATH": str(Path.cwd())}
    parent = subprocess.Popen(
        [sys.executable, str(script), str(models_dir)], stdout=subprocess.PIPE, text=True, env=environment
    )
    assert parent.stdout is not None
    assert parent.stdout.readline() == "ready\n"
    workers = psutil.Process(parent.pid).children(recursive=True)
    assert len(workers) >= 2
    parent.kill()
    parent.wait()
    parent.stdout.close()
    _, alive = psutil.wait_procs(workers, timeout=GONE_SECONDS)
    assert not alive


_HEAVY_MAIN = """
import asyncio, pathlib, sys
import sqlalchemy
from services.validator.pool import JudgePool

async def main():
    async with JudgePool(pathlib.Path(sys.argv[1]), processes=1, seconds_per_photo=6) as pool:
        print(await pool._workers.run(eval, "'sqlalchemy' in __import__('sys').modules"), flush=True)

if __name__ == "__main__":
    asyncio.run(main())
"""


def test_workers_do_not_import_what_only_the_service_needs(models_dir: Path, tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(_HEAVY_MAIN)
    command = [sys.executable, str(script), str(models_dir)]
    environment = os.environ | {"PYTHONPATH": str(Path.cwd())}
    assert subprocess.run(command, capture_output=True, text=True, env=environment).stdout == "False\n"
