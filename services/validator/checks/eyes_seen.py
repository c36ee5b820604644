"""Nothing dark lies over the eyes: no tinted glasses (std 7), no cap's shadow (std 8)."""

import numpy as np

from services.validator.portrait import Portrait
from services.validator.regions import CHEEKS, PATCH, around, inside
from services.validator.rules import Finding, Limits, measured
from shared.campaign import CheckName, PhotoProfile
from shared.reasons import Reason

NAME: CheckName = "eyes_seen"
REASON = Reason.GLASSES_TINT

SEEN, COVERED = 0.50, 0.38  # good portraits from 0.53, deep-set eyes lowest; behind dark lenses under 0.38


def check(portrait: Portrait, _: PhotoProfile) -> Finding:
    """L* of the brightest tenth of each eye, of the cheeks' L*, on the darker eye."""
    points, radius = portrait.face.points, PATCH * portrait.face_width_px
    cheeks = max(float(np.median(around(portrait.colours, points[n], radius)[:, 0])) for n in CHEEKS)
    whites = min(float(np.percentile(inside(portrait.colours, eye.lids)[:, 0], 90)) for eye in portrait.eyes)
    return measured(NAME, REASON, whites / max(cheeks, 1.0), "", Limits(low=SEEN), error=SEEN - COVERED)
