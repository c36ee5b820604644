"""The person looks straight ahead, neither up nor down (std 6: 平视)."""

from math import atan2, degrees

from services.validator.faces import CHIN, FOREHEAD_TOP
from services.validator.portrait import Portrait
from services.validator.rules import Finding, Limits, measured
from shared.campaign import CheckName, PhotoProfile
from shared.reasons import Reason

NAME: CheckName = "pitch"
REASON = Reason.POSE_PITCH

# Good portraits read from -20° to +14°; nothing here was ever measured against a known angle.
LEVEL_DEG = (-28.0, 22.0)


def check(portrait: Portrait, _: PhotoProfile) -> Finding:
    """From the depths of forehead and chin; chin forward is positive."""
    face = portrait.face
    deeper = float(face.depths[FOREHEAD_TOP] - face.depths[CHIN])
    angle = degrees(atan2(deeper, float(face.points[CHIN, 1] - face.points[FOREHEAD_TOP, 1])))
    return measured(NAME, REASON, angle, "°", Limits(*LEVEL_DEG), error=15.0, certain=False)
