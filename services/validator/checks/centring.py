"""The head is centred left to right (std 17)."""

from services.validator.portrait import FRAME_WIDTH_PX, Portrait
from services.validator.rules import Finding, Limits, measured
from shared.campaign import CheckName, PhotoProfile
from shared.reasons import Reason

NAME: CheckName = "centring"
REASON = Reason.GEO_CENTER

ERROR_PX = 8.0  # p99 is 1.7 px; a slightly turned head moves the cheeks' middle further than the head


def check(portrait: Portrait, profile: PhotoProfile) -> Finding:
    """To the right is positive."""
    offset_px = portrait.centre_x_px - FRAME_WIDTH_PX / 2
    limits = Limits(-profile.centre_offset_px, profile.centre_offset_px)
    return measured(NAME, REASON, offset_px, "px", limits, error=ERROR_PX)
