"""The eyes lie 200 to 300 px from the top edge (std 19)."""

from services.validator.portrait import Portrait
from services.validator.rules import Finding, Limits, measured
from shared.campaign import CheckName, PhotoProfile
from shared.reasons import Reason

NAME: CheckName = "eye_line"
REASON = Reason.GEO_EYES

ERROR_PX = 4.0  # p99 is 1.0 px on composed photos; the rest is for real ones (judge.md §1, §8)


def check(portrait: Portrait, profile: PhotoProfile) -> Finding:
    return measured(NAME, REASON, portrait.eye_line_px, "px", Limits(*profile.eye_line_px), error=ERROR_PX)
