"""Judges in processes of their own: a photo that kills or hangs one costs nobody else anything."""

import asyncio
from concurrent.futures import CancelledError
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Self

import structlog

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
from shared.reasons import Reason
from shared.workers import WorkerPool

log = structlog.get_logger()

PHOTOS_PER_PROCESS = 2_000
CANNOT_JUDGE = Judgement(Verdict("referred", (Reason.JUDGE_FAILED,)), (), None, None, {})

# Of a worker process, set by its initializer.
_models: FaceModels
_folder: Path
_settings: CutoutSettings


class JudgePool(WorkerPool):
    """`async with JudgePool(...) as pool: await pool.judge(...)`. Workers never outlive the process that made them."""

    def __init__(
        self, models_dir: Path, processes: int, seconds_per_photo: float, cutout: CutoutSettings | None = None
    ) -> None:
        """cutout: another network than ISNet for replacing backgrounds."""
        self._models_dir = models_dir
        self._cutout = cutout or CutoutSettings()
        super().__init__(
            "validator", processes, seconds_per_photo, PHOTOS_PER_PROCESS, _begin, models_dir, self._cutout
        )

    async def __aenter__(self) -> Self:
        """Waits for the workers; raises ModelError when the models were not built."""
        require_models(self._models_dir)
        if self._cutout.network:
            require_network(self._cutout, self._models_dir)
        await self.start()
        return self

    async def judge(
        self, original: bytes, frame: Frame, profile: PhotoProfile, prepared: bytes | None = None
    ) -> Judgement:
        """Never raises for a photo's sake: one that twice kills, breaks or outlasts its worker is for a person."""
        judgement: Judgement | None = await self.tried(_judge, original, frame, profile, prepared)
        return judgement or await self._unjudged(original, frame, prepared)

    async def prepare(self, original: bytes, campaign: Campaign) -> Prepared | Unprepared:
        """Never raises for a picture's sake: of one that twice kills or outlasts its worker another is asked for."""
        made: Prepared | Unprepared | None = await self.tried(_prepare, original, campaign)
        return made or Unprepared((Reason.FILE_CORRUPT,))

    async def _unjudged(self, original: bytes, frame: Frame, prepared: bytes | None) -> Judgement:
        """The photo cut but not judged, so that a person can accept it; without even that, only refuse it."""
        report = {"verdict": {"decision": "referred", "codes": [Reason.JUDGE_FAILED]}}
        try:
            jpeg = prepared or await self.taken(standard_only, original, frame)
        except (asyncio.CancelledError, CancelledError):
            raise
        except Exception as error:
            log.warning("photo_cannot_be_cut", error=type(error).__name__)
            jpeg = None
        return replace(CANNOT_JUDGE, standard_jpeg=jpeg, report=report)


def _begin(models_dir: Path, cutout: CutoutSettings) -> None:
    global _folder, _models, _settings
    _folder, _settings = models_dir, cutout
    _models = FaceModels(models_dir)


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
