"""The skin was not smoothed away (std 2: no retouching; all notices: 不要过度美化)."""

import cv2
import numpy as np

from services.validator.portrait import Portrait
from services.validator.regions import CHEEKS, FOREHEAD, PATCH
from services.validator.rules import Finding, Limits, measured
from shared.campaign import CheckName, PhotoProfile
from shared.reasons import Reason

NAME: CheckName = "skin_texture"
REASON = Reason.EDIT_BEAUTY

# Good portraits 0.002-0.046, smoothed ones 0.001-0.014: make-up and soft light look the same, never certain.
PORES = 0.003


def check(portrait: Portrait, _: PhotoProfile) -> Finding:
    """Mean difference between two blurs (σ 0.7 and 1.6 px), of the brightness, on the roughest patch of skin."""
    reach = max(round(1.5 * PATCH * portrait.face_width_px), 4)
    texture = max(_texture(portrait, point, reach) for point in (*CHEEKS, *FOREHEAD))
    return measured(NAME, REASON, texture, "", Limits(low=PORES), error=PORES, certain=False)


def _texture(portrait: Portrait, point: int, reach: int) -> float:
    x, y = portrait.face.points[point].round().astype(int)
    patch = portrait.picture[max(y - reach, 0) : max(y + reach, 0), max(x - reach, 0) : max(x + reach, 0)]
    if not patch.size:
        return 1.0
    grey = cv2.cvtColor(np.ascontiguousarray(patch), cv2.COLOR_BGR2GRAY).astype(np.float32)
    band = cv2.GaussianBlur(grey, (0, 0), 0.7) - cv2.GaussianBlur(grey, (0, 0), 1.6)
    return float(np.median(np.abs(band))) / max(float(grey.mean()), 1.0)
