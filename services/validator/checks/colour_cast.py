"""Skin has the colour of skin (std 3: true colour)."""

import numpy as np

from services.validator.portrait import Portrait
from services.validator.regions import CHEEKS, FOREHEAD, PATCH, around
from services.validator.rules import Finding, Limits, measured
from shared.campaign import CheckName, PhotoProfile
from shared.reasons import Reason

NAME: CheckName = "colour_cast"
REASON = Reason.COLOR_CAST

# Of skin in Lab, degrees: 23 portraits of 14 people lie from 37 to 72; a warm cast stays inside and is not seen.
HUES = (33.0, 75.0)
ERROR_DEG = 14.0
CHROMA_MIN = 6.0  # a paler skin has no hue to speak of; greys are true_colour's


def check(portrait: Portrait, _: PhotoProfile) -> Finding:
    radius = PATCH * portrait.face_width_px
    patches = [around(portrait.colours, portrait.face.points[n], radius) for n in (*CHEEKS, *FOREHEAD)]
    a, b = (float(np.median(np.concatenate(patches)[:, channel])) for channel in (1, 2))
    hue = float(np.degrees(np.arctan2(b, a)))
    certain = float(np.hypot(a, b)) >= CHROMA_MIN
    return measured(NAME, REASON, hue, "°", Limits(*HUES), error=ERROR_DEG, certain=certain)
