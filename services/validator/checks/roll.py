"""The head is upright, the eyes are level (std 6)."""

from services.validator.portrait import Portrait
from services.validator.rules import Finding, Limits, measured
from shared.campaign import CheckName, PhotoProfile
from shared.reasons import Reason

NAME: CheckName = "roll"
REASON = Reason.POSE_ROLL

LEVEL_DEG = 4.0
TILTED_DEG = 8.0  # nobody calls this upright; the measure errs by 0.9° (p99)


def check(portrait: Portrait, _: PhotoProfile) -> Finding:
    limits = Limits(-LEVEL_DEG, LEVEL_DEG)
    return measured(NAME, REASON, portrait.roll_deg, "°", limits, error=TILTED_DEG - LEVEL_DEG)
