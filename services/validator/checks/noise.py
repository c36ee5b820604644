"""No grain on the skin (std 3)."""

import cv2
import numpy as np

from services.validator.portrait import Portrait
from services.validator.regions import CHEEKS, FOREHEAD, PATCH, ranked
from services.validator.rules import Finding, Limits, measured
from shared.campaign import CheckName, PhotoProfile
from shared.reasons import Reason

NAME: CheckName = "noise"
REASON = Reason.NOISE_JPEG

CLEAN, NOISY = 5.0, 8.0  # grey levels
TO_SIGMA = 1.4826 / 6  # of the median absolute answer to the kernel below (Immerkaer 1996)
KERNEL = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)  # blind to edges and slopes


def check(portrait: Portrait, _: PhotoProfile) -> Finding:
    """σ of the grain on the smoothest patch of skin: pores and beards are no grain."""
    reach = max(round(PATCH * portrait.face_width_px), 3)
    grains = [_grain(portrait, point, reach) for point in (*CHEEKS, *FOREHEAD)]
    sigma = float(np.min(grains))
    return measured(NAME, REASON, sigma, "", Limits(high=CLEAN), error=NOISY - CLEAN)


def _grain(portrait: Portrait, point: int, reach: int) -> float:
    x, y = portrait.face.points[point].round().astype(int)
    patch = portrait.picture[max(y - reach, 0) : max(y + reach, 0), max(x - reach, 0) : max(x + reach, 0)]
    if patch.shape[0] < 3 or patch.shape[1] < 3:
        return 0.0
    grey = cv2.cvtColor(np.ascontiguousarray(patch), cv2.COLOR_BGR2GRAY)
    return float(ranked(np.abs(cv2.filter2D(grey, cv2.CV_32F, KERNEL)).ravel(), 0.5)) * TO_SIGMA
