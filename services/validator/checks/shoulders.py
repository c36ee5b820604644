"""The shoulders are level (std 6: 双肩平衡)."""

import numpy as np
import numpy.typing as npt

from services.validator.outline import STEP, outline
from services.validator.portrait import Portrait
from services.validator.rules import Finding, Limits, Outcome, measured
from shared.campaign import CheckName, PhotoProfile
from shared.reasons import Reason

NAME: CheckName = "shoulders"
REASON = Reason.POSE_SHOULDER

LEVEL_DEG, HANGING_DEG = 8.0, 12.0  # 11 people with level shoulders read up to 8.3, turned bodies from 6 to 18
BESIDE = (0.55, 1.2)  # of the face's width, from its middle: where shoulders are and long hair ends
PAIRS_MIN = 6  # of columns at the same distance left and right


def check(portrait: Portrait, _: PhotoProfile) -> Finding:
    """The slope from the left shoulder to the right one; down to the right is positive. Under long hair unsure."""
    limits = Limits(-LEVEL_DEG, LEVEL_DEG)
    slopes = _slopes(portrait)
    if slopes.size < PAIRS_MIN:
        return Finding(NAME, Outcome.UNSURE, REASON, None, "°", limits, 50)
    return measured(NAME, REASON, float(np.median(slopes)), "°", limits, error=HANGING_DEG - LEVEL_DEG)


def _slopes(portrait: Portrait) -> npt.NDArray[np.float64]:
    """Degrees, from each pair of columns as far to the left as to the right in which a shoulder begins."""
    found = outline(portrait)
    shoulder = found.person & ~found.from_above
    away = np.arange(*BESIDE, 0.025) * portrait.face_width_px
    left, right = (np.round((portrait.centre_x_px + side * away) / STEP).astype(int) for side in (-1, 1))
    inside = (left >= 0) & (right < shoulder.size)
    left, right, away = left[inside], right[inside], away[inside]
    both = shoulder[left] & shoulder[right]
    slopes = np.degrees(np.arctan2(found.rows[right] - found.rows[left], 2 * away))
    return np.asarray(slopes[both], np.float64)
