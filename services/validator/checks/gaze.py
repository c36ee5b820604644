"""The eyes look into the camera (std 6: 平视)."""

import numpy as np

from services.validator.faces import Eye
from services.validator.portrait import Portrait
from services.validator.rules import Finding, Limits, measured
from shared.campaign import CheckName, PhotoProfile
from shared.reasons import Reason

NAME: CheckName = "gaze"
REASON = Reason.GAZE

# 18 people who look ahead lie within 0.06; 0.12 of the eye's width are about 20° aside.
AHEAD, ASIDE = 0.07, 0.12


def check(portrait: Portrait, _: PhotoProfile) -> Finding:
    """How far the irises lie beside the middle between the corners, of the eye's width; to the right is positive.

    The mean of both eyes: each looks a little inwards. Up and down the lids go along with the eye and hide it.
    """
    aside = sum(_aside(eye) for eye in portrait.eyes) / 2
    return measured(NAME, REASON, aside, "", Limits(-AHEAD, AHEAD), error=ASIDE - AHEAD)


def _aside(eye: Eye) -> float:
    first, last = sorted((eye.lids[0], eye.lids[8]), key=lambda corner: float(corner[0]))
    along = last - first
    return float((eye.iris[0] - (first + last) / 2) @ along / max(float(np.dot(along, along)), 1.0))
