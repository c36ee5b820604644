"""The head takes its share of the picture's height, where the campaign asks for one (NCEPU: about half)."""

from services.validator.faces import CHIN
from services.validator.portrait import FRAME_HEIGHT_PX, Portrait
from services.validator.rules import Finding, Limits, measured
from shared.campaign import CheckName, PhotoProfile
from shared.reasons import Reason

NAME: CheckName = "head_height"
REASON = Reason.GEO_BODY

ERROR = 0.03  # the crown errs by 16 px (p95), where wisps of hair stand up (judge.md §2)


def check(portrait: Portrait, profile: PhotoProfile) -> Finding:
    """From the crown, hair included, to the chin."""
    share = (float(portrait.face.points[CHIN, 1]) - portrait.crown_px) / FRAME_HEIGHT_PX
    limits = Limits(*profile.head_height_share) if profile.head_height_share else Limits()
    return measured(NAME, REASON, share, "", limits, error=ERROR)
