"""Light comes evenly from the left and the right (std 10)."""

import numpy as np

from services.validator.portrait import Portrait
from services.validator.regions import PATCH, around
from services.validator.rules import Finding, Limits, measured
from shared.campaign import CheckName, PhotoProfile
from shared.reasons import Reason

NAME: CheckName = "light_even"
REASON = Reason.LIGHT_UNEVEN

PAIRS = ((50, 280), (205, 425), (108, 337), (187, 411))  # the same place of the skin on either side
EVEN, UNEVEN = 33.0, 42.0  # ΔL*; good portraits reach 32.6, one lamp from the side gives 11-49


def check(portrait: Portrait, _: PhotoProfile) -> Finding:
    radius = PATCH * portrait.face_width_px
    sides = [[_lightness(portrait, point, radius) for point in pair] for pair in PAIRS]
    difference = abs(float(np.mean([left - right for left, right in sides])))
    return measured(NAME, REASON, difference, "ΔL*", Limits(high=EVEN), error=UNEVEN - EVEN)


def _lightness(portrait: Portrait, point: int, radius_px: float) -> float:
    return float(np.median(around(portrait.colours, portrait.face.points[point], radius_px)[:, 0]))
