"""The face is neither too dark nor burnt out (std 10)."""

import numpy as np

from services.validator.portrait import Portrait
from services.validator.regions import inside
from services.validator.rules import Finding, Limits, measured
from shared.campaign import CheckName, PhotoProfile
from shared.reasons import Reason

NAME: CheckName = "exposure"
REASON = Reason.LIGHT_UNDER

# 95th percentile of the face's L*. 23 real portraits reach 72 to 94; two taken in dim light that people accept,
# 56 to 62; the same two, one stop darker, 44.
BRIGHT, DARK = 54.0, 46.0
# Dark skin in good light is no dark photo: the whites of the eyes, whoever's, reach 43 to 84 and in dim light 36.
EYES_DARK = 30.0
BURNT_LEVEL = 250
BURNT_PLAIN, BURNT = 0.25, 0.35  # share of the face with a channel that high; good portraits reach 0.21


def check(portrait: Portrait, _: PhotoProfile) -> Finding:
    blue, green, red = inside(portrait.picture, portrait.face.points, step=2).T
    burnt = float((np.maximum(np.maximum(blue, green), red) >= BURNT_LEVEL).mean())
    if burnt > BURNT_PLAIN:
        limits = Limits(high=BURNT_PLAIN)
        return measured(NAME, Reason.LIGHT_OVER, burnt, "", limits, error=BURNT - BURNT_PLAIN)
    bright = float(np.percentile(inside(portrait.colours, portrait.face.points, step=2)[:, 0], 95))
    certain = bright >= DARK or _whites_of_the_eyes(portrait) < EYES_DARK
    return measured(NAME, REASON, bright, "L*", Limits(low=BRIGHT), error=BRIGHT - DARK, certain=certain)


def _whites_of_the_eyes(portrait: Portrait) -> float:
    return max(float(np.percentile(inside(portrait.colours, eye.lids)[:, 0], 90)) for eye in portrait.eyes)
