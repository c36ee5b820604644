"""The head is upright, the eyes are level (std 6)."""

from services.validator.portrait import Portrait
from services.validator.rules import Finding, Limits, measured
from shared.campaign import CheckName, PhotoProfile
from shared.reasons import Reason

NAME: CheckName = "roll"
REASON = Reason.POSE_ROLL

UNDISPUTED = 0.5  # of what the campaign allows: up to here nobody asks, beyond it a person decides; the measure errs by
# 0.9° (p99)


def check(portrait: Portrait, profile: PhotoProfile) -> Finding:
    level_deg = UNDISPUTED * profile.roll_max_degrees
    limits = Limits(-level_deg, level_deg)
    return measured(NAME, REASON, portrait.roll_deg, "°", limits, error=profile.roll_max_degrees - level_deg)
