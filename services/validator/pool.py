"""Judges in processes of their own: a photo that kills or hangs one costs nobody else anything.

`pebble`, because one segfault fails every waiting job of the standard library's executor (research G8).
"""

import asyncio
import multiprocessing
import resource
from concurrent.futures import CancelledError
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import replace
from functools import cache
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import Any, Self

import structlog
from pebble import ProcessPool

from services.validator.cutout import Engine
from services.validator.cutout.network import require_network
from services.validator.faces import FaceModels
from services.validator.judge import Judgement, judge, standard_only
from services.validator.models import require_models
from services.validator.preparing import Prepared, Unprepared, open_engine, prepare
from services.validator.rules import Verdict
from services.validator.sameness import FaceModel
from services.validator.settings import CutoutSettings
from shared.campaign import Campaign, PhotoProfile
from shared.events import Frame
from shared.logs import start_logs
from shared.reasons import Reason
from shared.workers import end_with_parent, keep_main_out_of_workers

log = structlog.get_logger()

PHOTOS_PER_PROCESS = 2_000  # then a fresh one: whatever an image library leaks ends here
MEMORY_MAX_BYTES = 3 * 2**30  # of data; 50 MP take 0.6 GiB, the models and libraries 0.2 GiB
TRIES = 2
POOLS = 5  # that may break or stand still before a photo had its turn
PAUSE_SECONDS = 1  # before another pool, then twice as long each time: who killed its workers is perhaps not done
JOIN_SECONDS = 10
TURNS_WAITED = 3  # photos before it and its own time
START_SECONDS_MAX = 60  # 4 usually; 20 were seen on a machine with ten times its load
CANNOT_JUDGE = Judgement(Verdict("referred", (Reason.JUDGE_FAILED,)), (), None, None, {})

# Of a worker process, set by its initializer.
_models: FaceModels
_folder: Path
_settings: CutoutSettings


class NoWorkerError(Exception):
    """Nobody took the photo: not its fault, so it costs it no try."""


class WorkerLeftError(Exception):
    """The photo made its worker leave, as `sys.exit` does."""


class JudgePool:
    """`async with JudgePool(...) as pool: await pool.judge(...)`. Workers never outlive the process that made them."""

    def __init__(
        self, models_dir: Path, processes: int, seconds_per_photo: float, cutout: CutoutSettings | None = None
    ) -> None:
        """cutout: another network than ISNet for replacing backgrounds."""
        keep_main_out_of_workers()
        self._models_dir = models_dir
        self._cutout = cutout or CutoutSettings()
        self._seconds = seconds_per_photo
        self.processes = processes
        self._pool = self._new_pool()

    def _new_pool(self) -> ProcessPool:
        return ProcessPool(
            max_workers=self.processes,
            max_tasks=PHOTOS_PER_PROCESS,
            initializer=_begin,
            initargs=[self._models_dir, self._cutout],
            context=multiprocessing.get_context("spawn"),  # onnxruntime's threads do not survive a fork
        )

    async def __aenter__(self) -> Self:
        """Waits for the first worker; raises ModelError when the models were not built."""
        require_models(self._models_dir)
        if self._cutout.network:
            require_network(self._cutout, self._models_dir)
        await asyncio.gather(*(self._run(_ready) for _ in range(self.processes)))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.stop()  # type: ignore[no-untyped-call]  # pebble ships half its types
        with suppress(TimeoutError):  # a broken pool may wait for ever to hand over its last photo
            await asyncio.to_thread(self._pool.join, JOIN_SECONDS)

    async def judge(
        self, original: bytes, frame: Frame, profile: PhotoProfile, prepared: bytes | None = None
    ) -> Judgement:
        """Never raises for a photo's sake: one that twice kills, breaks or outlasts its worker is for a person."""
        judgement: Judgement | None = await self._tried(_judge, original, frame, profile, prepared)
        return judgement or await self._unjudged(original, frame, prepared)

    async def prepare(self, original: bytes, campaign: Campaign) -> Prepared | Unprepared:
        """Never raises for a picture's sake: of one that twice kills or outlasts its worker another is asked for."""
        made: Prepared | Unprepared | None = await self._tried(_prepare, original, campaign)
        return made or Unprepared((Reason.FILE_CORRUPT,))

    async def _tried(self, function: Any, *arguments: Any) -> Any:
        """None where every try cost a worker, or no pool had a worker for it."""
        for tried in range(1, TRIES + 1):
            try:
                return await self._taken(function, *arguments)
            except (asyncio.CancelledError, CancelledError):
                raise
            except Exception as error:  # the worker died, hung or ran out of memory; which one is logged
                log.warning("judge_worker_failed", tried=tried, error=type(error).__name__)
        return None

    async def _taken(self, function: Any, *arguments: Any) -> Any:
        """Raises NoWorkerError after POOLS pools."""
        for broken in range(POOLS):
            try:
                return await self._run(function, *arguments)
            except NoWorkerError:
                log.warning("judge_pool_failed", pools=broken + 1)
                await asyncio.sleep(PAUSE_SECONDS * 2**broken)
        raise NoWorkerError

    async def _unjudged(self, original: bytes, frame: Frame, prepared: bytes | None) -> Judgement:
        """The photo cut but not judged, so that a person can accept it; without even that, only refuse it."""
        report = {"verdict": {"decision": "referred", "codes": [Reason.JUDGE_FAILED]}}
        try:
            jpeg = prepared or await self._taken(standard_only, original, frame)
        except (asyncio.CancelledError, CancelledError):
            raise
        except Exception as error:
            log.warning("photo_cannot_be_cut", error=type(error).__name__)
            jpeg = None
        return replace(CANNOT_JUDGE, standard_jpeg=jpeg, report=report)

    async def _run(self, function: Any, *arguments: Any) -> Any:
        """Raises NoWorkerError when no worker takes it. Pebble gives up the whole pool when a worker is killed while
        all are idle; one that is killed with pebble's lock in its hand leaves a pool in which nobody gets work."""
        if not self._pool.active:
            self._retire(self._pool)
        pool = self._pool
        future = pool.schedule(function, args=arguments, timeout=self._seconds)
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
            return  # another photo did
        self._pool = self._new_pool()
        pool.stop()  # type: ignore[no-untyped-call]  # pebble ships half its types
        Thread(target=pool.join, name="retire-judge-pool", daemon=True).start()


def _begin(models_dir: Path, cutout: CutoutSettings) -> None:
    global _folder, _models, _settings
    _folder, _settings = models_dir, cutout
    start_logs("validator")
    end_with_parent()
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_MAX_BYTES, MEMORY_MAX_BYTES))
    _models = FaceModels(models_dir)


def _ready() -> None:
    """Answers once the initializer is through."""


def _judge(original: bytes, frame: Frame, profile: PhotoProfile, prepared: bytes | None) -> Judgement:
    return judge(original, frame, profile, _models, prepared, _face_model() if profile.compare_faces else None)


def _prepare(original: bytes, campaign: Campaign) -> Prepared | Unprepared:
    return prepare(original, campaign, _models, _engine() if campaign.processing == "replace_background" else None)


@cache
def _engine() -> Engine:
    """Opened by the first photo of a campaign that replaces backgrounds: ISNet alone takes 0.4 s."""
    return open_engine(_settings, _folder)


@cache
def _face_model() -> FaceModel | None:
    """dlib is imported by the first photo of a campaign that compares faces."""
    from services.validator.descriptor import open_face_model

    return open_face_model(_folder)
