"""A colour photo, not a grey one (std 14: 24-bit true colour)."""

import numpy as np

from services.validator.portrait import Portrait
from services.validator.regions import ranked
from services.validator.rules import Finding, Limits, measured
from shared.campaign import CheckName, PhotoProfile
from shared.reasons import Reason

NAME: CheckName = "true_colour"
REASON = Reason.COLOR_MODE

COLOURED, GREY = 8.0, 4.0  # 90th percentile of the face's chroma: JPEG leaves up to 3 on a grey face


def check(portrait: Portrait, _: PhotoProfile) -> Finding:
    _, a, b = portrait.face_colours.T
    chroma = float(ranked(np.sqrt(a * a + b * b), 0.9))
    return measured(NAME, REASON, chroma, "", Limits(low=COLOURED), error=COLOURED - GREY)
