"""Both eyes are open (std 6)."""

import numpy as np

from services.validator.faces import Eye, distance
from services.validator.portrait import Portrait
from services.validator.rules import Finding, Limits, measured
from shared.campaign import CheckName, PhotoProfile
from shared.reasons import Reason

NAME: CheckName = "eyes_open"
REASON = Reason.EYES_CLOSED

# Open eyes of 17 people reach down to 0.156, a broad smile to 0.19; closed ones 0.03-0.24, half of them under 0.10.
OPEN, CLOSED = 0.155, 0.10
LOWER, UPPER = slice(1, 8), slice(9, 16)  # of the iris network's contour; 0 and 8 are the corners


def check(portrait: Portrait, _: PhotoProfile) -> Finding:
    """The gap between the lids, of the eye's width, on the eye that is less open."""
    openness = min(_openness(eye) for eye in portrait.eyes)
    return measured(NAME, REASON, openness, "", Limits(low=OPEN), error=OPEN - CLOSED)


def _openness(eye: Eye) -> float:
    gaps = np.linalg.norm(eye.lids[UPPER] - eye.lids[LOWER], axis=1)
    return float(np.sort(gaps)[-3:].mean()) / max(distance(eye.lids[0], eye.lids[8]), 1.0)
