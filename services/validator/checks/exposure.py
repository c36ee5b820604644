"""The face is neither too dark nor burnt out (std 10)."""

import cv2
import numpy as np
import numpy.typing as npt

from services.validator.faces import Points
from services.validator.portrait import Portrait
from services.validator.rules import Finding, Limits, Outcome, measured
from shared.campaign import CheckAction, PhotoProfile
from shared.reasons import Reason

NAME = "exposure"
REASON = Reason.LIGHT_UNDER
DEFAULT: CheckAction = "refuse"

# 95th percentile of the face's L*. 23 real portraits reach 72 to 94; two taken in dim light that people accept,
# 56 to 62; the same two, one stop darker, 44.
BRIGHT, DARK = 54.0, 46.0
# Dark skin in good light is no dark photo: the whites of the eyes, whoever's, reach 43 to 84 and in dim light 36.
EYES_DARK = 30.0
BURNT_LEVEL = 250
BURNT_PLAIN, BURNT = 0.25, 0.35  # share of the face with a channel that high; good portraits reach 0.21


def check(portrait: Portrait, _: PhotoProfile) -> Finding:
    face = _inside(portrait.face.points, portrait.picture.shape[:2])
    burnt = float((portrait.picture[face].max(axis=1) >= BURNT_LEVEL).mean())
    if burnt > BURNT_PLAIN:
        limits = Limits(high=BURNT_PLAIN)
        return measured(NAME, Reason.LIGHT_OVER, burnt, "", limits, error=BURNT - BURNT_PLAIN)
    bright = float(np.percentile(portrait.colours[..., 0][face], 95))
    finding = measured(NAME, REASON, bright, "L*", Limits(low=BRIGHT), error=BRIGHT - DARK)
    if finding.outcome is Outcome.FAIL and _whites_of_the_eyes(portrait) >= EYES_DARK:
        return measured(NAME, REASON, bright, "L*", Limits(low=BRIGHT), error=BRIGHT - DARK, certain=False)
    return finding


def _whites_of_the_eyes(portrait: Portrait) -> float:
    lightness = portrait.colours[..., 0]
    shape = lightness.shape[:2]
    return max(float(np.percentile(lightness[_inside(eye.lids, shape)], 90)) for eye in portrait.eyes)


def _inside(points: Points, shape: tuple[int, int]) -> npt.NDArray[np.bool_]:
    mask = np.zeros(shape, np.uint8)
    cv2.fillConvexPoly(mask, cv2.convexHull(points).astype(np.int32), 1)
    inside: npt.NDArray[np.bool_] = mask > 0
    return inside
