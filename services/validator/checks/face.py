"""Exactly one face (std 5: no other person)."""

from services.validator.portrait import Portrait
from services.validator.rules import Finding, Limits, Outcome
from shared.campaign import CheckName
from shared.reasons import Reason

NAME: CheckName = "face"
REASON = Reason.FACE_NONE

CERTAIN = 22.0  # of the mesh's logit: portraits from 32, a profile 4-18, false hits under 0 (judge.md §1)
SECOND_FACE_MIN_PX = 40.0  # height; a smaller one may be a print on a shirt


def check(portrait: Portrait | None) -> Finding:
    limits = Limits(1, 1)
    if portrait is None:
        return Finding(NAME, Outcome.FAIL, Reason.FACE_NONE, 0, "张脸", limits, 0)
    faces = 1 + len(portrait.others)
    if portrait.face.certainty < CERTAIN:
        return Finding(NAME, Outcome.UNSURE, Reason.FACE_NONE, faces, "张脸", limits, 50)
    if faces == 1:
        return Finding(NAME, Outcome.PASS, Reason.FACE_NONE, 1, "张脸", limits, 100)
    certain = any(other.certainty >= CERTAIN and other.height_px >= SECOND_FACE_MIN_PX for other in portrait.others)
    outcome = Outcome.FAIL if certain else Outcome.UNSURE
    return Finding(NAME, outcome, Reason.FACE_MULTI, faces, "张脸", limits, 0 if certain else 50)
