"""Clothes differ clearly from the background (std 9)."""

import numpy as np

from services.validator.colour import delta_e, lab
from services.validator.faces import CHIN
from services.validator.portrait import Portrait
from services.validator.rules import Finding, Limits, measured
from shared.campaign import CheckName, PhotoProfile
from shared.reasons import Reason

NAME: CheckName = "clothes_colour"
REASON = Reason.CLOTH_COLOR

CLEAR = 10.0  # ΔE2000
UNDER_CHIN = 0.45  # of the face's width: neck, then collar
SIMILAR_MAX, SIMILAR_CERTAIN = 0.65, 0.85  # a white shirt in a dark jacket before white reaches 0.58
STEP = 7  # every seventh pixel is enough for a share


def check(portrait: Portrait, _: PhotoProfile) -> Finding:
    """The share of the trunk, as wide as the face, that has the background's colour."""
    width = portrait.face_width_px
    top = round(float(portrait.face.points[CHIN, 1]) + UNDER_CHIN * width)
    left, right = (round(max(portrait.centre_x_px + side * 0.7 * width, 0)) for side in (-1, 1))
    trunk = lab(portrait.picture[max(top, 0) :: STEP, left:right:STEP].reshape(-1, 3))
    if len(trunk) < 20:  # the frame ends at the chin
        return measured(NAME, REASON, 0.0, "", Limits(high=SIMILAR_MAX), error=SIMILAR_CERTAIN, certain=False)
    share = float((delta_e(trunk, portrait.background.colour) < CLEAR).mean())
    error = SIMILAR_CERTAIN - SIMILAR_MAX
    return measured(NAME, REASON, float(np.round(share, 3)), "", Limits(high=SIMILAR_MAX), error=error)
