"""Both eyes are open (std 6)."""

import numpy as np

from services.validator.colour import lab
from services.validator.faces import Eye, distance
from services.validator.portrait import Portrait
from services.validator.regions import around, ranked
from services.validator.rules import Finding, Limits, measured
from shared.campaign import CheckName, PhotoProfile
from shared.reasons import Reason

NAME: CheckName = "eyes_open"
REASON = Reason.EYES_CLOSED

# Good portraits of 16 people reach down to 0.47, a loud laugh to 0.24; eyes painted shut up to 0.24, 19 of 20 to 0.15.
OPEN, CLOSED, WIDE_OPEN = 0.32, 0.22, 1.0
LOWER, UPPER = slice(1, 8), slice(9, 16)  # of the iris network's contour; 0 and 8 are the corners
PUPIL = 0.5  # of the iris's radius
SURROUNDINGS = 0.6  # of the eye's width, to each side


def check(portrait: Portrait, _: PhotoProfile) -> Finding:
    """The gap between the lids, of the eye's width, over the lightness of what the network takes for the iris: a wide
    laugh leaves a narrow gap with a dark iris in it, a closed lid is as light as skin. Of the eye that is less open."""
    openness = min(_gap(eye) / max(_lightness(portrait, eye), 0.05) for eye in portrait.eyes)
    return measured(NAME, REASON, min(openness, WIDE_OPEN), "", Limits(low=OPEN), error=OPEN - CLOSED)


def _gap(eye: Eye) -> float:
    gaps = np.linalg.norm(eye.lids[UPPER] - eye.lids[LOWER], axis=1)
    return float(np.sort(gaps)[-3:].mean()) / max(distance(eye.lids[0], eye.lids[8]), 1.0)


def _lightness(portrait: Portrait, eye: Eye) -> float:
    """L* in the middle of the iris, of the skin's around the eye."""
    radius_px = distance(eye.iris[1], eye.iris[3]) / 2
    iris = lab(around(portrait.picture, eye.iris[0], PUPIL * radius_px))[:, 0]
    skin = lab(around(portrait.picture, eye.iris[0], SURROUNDINGS * distance(eye.lids[0], eye.lids[8])))[:, 0]
    if not iris.size:
        return 0.0  # an eye beyond the picture's edge hides nothing: the frame's checks stop it
    return float(ranked(iris, 0.5)) / max(float(ranked(skin, 0.75)), 1.0)
