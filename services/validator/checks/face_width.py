"""The face is 180 to 300 px wide between the cheeks (std 20)."""

from services.validator.portrait import Portrait
from services.validator.rules import Finding, Limits, measured
from shared.campaign import CheckName, PhotoProfile
from shared.reasons import Reason

NAME: CheckName = "face_width"
REASON = Reason.GEO_FACE_WIDTH

ERROR_PX = 10.0  # repeatable to 4 px, true to about 8 px at a width of 220 px (judge.md §1, §8)


def check(portrait: Portrait, profile: PhotoProfile) -> Finding:
    return measured(NAME, REASON, portrait.face_width_px, "px", Limits(*profile.face_width_px), error=ERROR_PX)
