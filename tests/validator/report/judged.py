"""Composes and judges the draws in two processes; every check's answer and the errors in pixels come back."""

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import cv2

from services.validator import checks
from services.validator.descriptor import DlibFace, open_face_model
from services.validator.faces import FaceModels
from services.validator.portrait import Portrait, look
from services.validator.rules import Outcome, verdict
from services.validator.sameness import Sameness, fingerprints
from services.validator.settings import ModelSettings
from services.validator.source import read_source
from services.validator.standard import cut_from, decoded_for
from shared.campaign import Background, CheckName, ClothesColour, PhotoProfile
from tests.portraits.compose import STUDIO_BLUE, Truth, compose
from tests.portraits.compose import Portrait as Photo
from tests.portraits.labelled import PACKAGED, Person, join
from tests.validator.judges import frame_of
from tests.validator.report.draws import GOOD, Draw

STANDARD = PhotoProfile()
# The national standard and the studios' blue. Glasses, blue clothes (Xinhua) and the head's share of the height (NCEPU)
# are looked for so that those checks are measured too; who wears glasses or blue is a good photo all the same.
PROFILE = PhotoProfile(
    backgrounds=(*STANDARD.backgrounds, Background(name="证件照蓝色", rgb=STUDIO_BLUE)),
    head_height_share=(0.45, 0.72),
    banned_clothes=(ClothesColour(name="蓝色", rgb=STUDIO_BLUE), ClothesColour(name="深蓝色", rgb=(20, 40, 140))),
    checks={"glasses": "warn", "clothes_banned": "warn"},
)
PROCESSES = 2


@dataclass(frozen=True)
class Answer:
    outcome: Outcome
    value: float | None


@dataclass(frozen=True)
class Judged:
    """`errors_px`: what was measured minus the truth; the hairline only where the judge calls it certain. `same`: of
    good photos, what they are compared with others by."""

    draw: Draw
    answers: dict[CheckName, Answer]
    decision: str
    errors_px: dict[str, float]
    same: Sameness | None = None


def people(photos: Path | None, isnet: Path | None, models: FaceModels) -> dict[str, Person]:
    """The packaged faces, and the folder's."""
    joined = dict(join(photos, models, isnet)) if photos and isnet else {}
    return PACKAGED | joined


def judge_all(drawn: list[Draw], photos: Path | None, isnet: Path | None) -> Iterator[Judged]:
    with ProcessPoolExecutor(PROCESSES, get_context("spawn"), _begin, (photos, isnet)) as pool:
        yield from pool.map(_judge, drawn, chunksize=8)


def judge_one(draw: Draw, photo: Photo, models: FaceModels, face_model: DlibFace | None = None) -> Judged:
    decoded = decoded_for(photo.jpeg, frame_of(photo))
    picture = cut_from(decoded, frame_of(photo))
    portrait = look(picture, models)
    findings = checks.run(portrait, PROFILE, read_source(photo.jpeg, decoded.image))
    answers = {each.check: Answer(each.outcome, each.value) for each in findings}
    decision = verdict(findings, PROFILE, checks.DEFAULTS).decision
    same = fingerprints(picture, portrait, face_model) if draw.kind == GOOD else None
    return Judged(draw, answers, decision, _errors(portrait, photo.truth) if portrait else {}, same)


def _errors(portrait: Portrait, truth: Truth) -> dict[str, float]:
    pairs = {
        "eye line": (portrait.eye_line_px, truth.eye_line_px),
        "face width": (portrait.face_width_px, truth.face_width_px),
        "centre": (portrait.centre_x_px, truth.centre_x_px),
        "hairline": (portrait.hairline.px if portrait.hairline.certain else None, truth.hairline_px),
        "hairline by proportion": (portrait.hairline.by_ratio_px, truth.hairline_px),
    }
    return {name: found - true for name, (found, true) in pairs.items() if found is not None and true is not None}


_models: FaceModels
_face_model: DlibFace | None


def _begin(photos: Path | None, isnet: Path | None) -> None:
    global _models, _face_model
    cv2.setNumThreads(1)
    _models = FaceModels(ModelSettings().models_dir)
    _face_model = open_face_model(ModelSettings().models_dir)
    people(photos, isnet, _models)


def _judge(draw: Draw) -> Judged:
    return judge_one(draw, compose(draw.recipe), _models, _face_model)
