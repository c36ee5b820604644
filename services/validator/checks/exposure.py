"""The face is neither too dark nor burnt out (std 10)."""

import numpy as np

from services.validator.colour import lab
from services.validator.portrait import Portrait
from services.validator.regions import inside, ranked
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
BURNT_LEVEL = 245
# Share of the face's values in all three channels that are that high: red alone is, on fair skin in good light. Good
# portraits reach 0.142; two and a half times the light gives 0.19 and more.
BURNT_PLAIN, BURNT = 0.155, 0.185


def check(portrait: Portrait, _: PhotoProfile) -> Finding:
    burnt = np.count_nonzero(portrait.face_pixels >= BURNT_LEVEL) / max(portrait.face_pixels.size, 1)
    if burnt > BURNT_PLAIN:
        limits = Limits(high=BURNT_PLAIN)
        return measured(NAME, Reason.LIGHT_OVER, burnt, "", limits, error=BURNT - BURNT_PLAIN)
    bright = float(ranked(portrait.face_colours[:, 0], 0.95))
    certain = bright >= DARK or _whites_of_the_eyes(portrait) < EYES_DARK
    return measured(NAME, REASON, bright, "L*", Limits(low=BRIGHT), error=BRIGHT - DARK, certain=certain)


def _whites_of_the_eyes(portrait: Portrait) -> float:
    """Of the lighter eye; closed eyes show none, which is no proof of darkness."""
    between = [inside(portrait.picture, eye.lids) for eye in portrait.eyes]
    return max((float(ranked(lab(pixels)[:, 0], 0.9)) for pixels in between if pixels.size), default=EYES_DARK)
