import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from services.validator import pool as pool_module
from services.validator.judge import Judgement
from services.validator.models import ModelError
from services.validator.pool import JudgePool
from shared.campaign import PhotoProfile
from shared.events import Frame
from shared.reasons import Reason
from tests.portraits.album import compose
from tests.portraits.compose import Portrait
from tests.portraits.recipes import compliant
from tests.validator.judges import BLUES, frame_of

pytestmark = [pytest.mark.timeout(300), pytest.mark.usefixtures("faces")]


def _die(original: bytes, frame: Frame, profile: PhotoProfile, prepared: bytes | None) -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def _die_once(marker: Path, original: bytes, frame: Frame, profile: PhotoProfile, prepared: bytes | None) -> Judgement:
    if not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGSEGV)
    return pool_module._judge(original, frame, profile, prepared)


def _hang(original: bytes, frame: Frame, profile: PhotoProfile, prepared: bytes | None) -> None:
    time.sleep(600)


@pytest.fixture(scope="module")
def portrait() -> Portrait:
    return compose(compliant(0))


async def test_a_photo_is_judged_off_the_event_loop(pool: JudgePool, portrait: Portrait) -> None:
    judgement = await pool.judge(portrait.jpeg, frame_of(portrait), BLUES)
    assert judgement.verdict.decision == "accepted"


@pytest.fixture(scope="module")
async def two_workers(models_dir: Path) -> AsyncIterator[JudgePool]:
    async with JudgePool(models_dir, processes=2, seconds_per_photo=3) as pool:
        yield pool


@pytest.mark.parametrize("accident", [_die, _hang])
async def test_a_photo_that_twice_kills_or_hangs_its_worker_is_for_a_person(
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


async def test_workers_do_not_import_what_only_the_service_needs(pool: JudgePool) -> None:
    assert await pool.run(eval, "'sqlalchemy' in __import__('sys').modules") is False
