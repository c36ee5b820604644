"""No light is mirrored before the eyes (std 7)."""

import numpy as np

from services.validator.faces import Eye, distance
from services.validator.portrait import Portrait
from services.validator.regions import around
from services.validator.rules import Finding, Limits, measured
from shared.campaign import CheckName, PhotoProfile
from shared.reasons import Reason

NAME: CheckName = "glasses_glare"
REASON = Reason.GLASSES_GLARE

WHITE, NEUTRAL = 92.0, 8.0  # L* and chroma
CLEAR, MIRRORED = 0.015, 0.05  # the glint that every eye has is smaller, very light skin too


def check(portrait: Portrait, _: PhotoProfile) -> Finding:
    """The white share of the square around each eye, on the brighter one."""
    share = max(_white(portrait, eye) for eye in portrait.eyes)
    return measured(NAME, REASON, share, "", Limits(high=CLEAR), error=MIRRORED - CLEAR)


def _white(portrait: Portrait, eye: Eye) -> float:
    patch = around(portrait.colours, eye.iris[0], distance(eye.lids[0], eye.lids[8]) / 2)
    if not patch.size:
        return 0.0
    return float(((patch[:, 0] > WHITE) & (np.hypot(patch[:, 1], patch[:, 2]) < NEUTRAL)).mean())
