"""The skin was not smoothed away (std 2: no retouching; all notices: 不要过度美化)."""

import cv2
import numpy as np

from services.validator.portrait import Portrait
from services.validator.regions import CHEEKS, FOREHEAD, ranked
from services.validator.rules import Finding, Limits, measured
from shared.campaign import CheckName, PhotoProfile
from shared.reasons import Reason

NAME: CheckName = "skin_texture"
REASON = Reason.EDIT_BEAUTY

SKIN = (*CHEEKS, *FOREHEAD, 4, 151)  # and the tip of the nose, the middle of the forehead
PATCH = 0.065  # radius, of the face's width
BACKGROUND = tuple((x, y) for x in (20, 460) for y in (20, 90))  # of the 480x640 frame: hair reaches some of these
BACKGROUND_PX = 12
FINE, COARSE = ((5, 5), 0.7), ((9, 9), 1.6)  # kernel and σ in pixels: pores lie between
PORES, NONE = 0.28, 0.18  # smoothed skin reaches 0.30; soft light and make-up go down to 0.25, a drawn face to 0.18


def check(portrait: Portrait, _: PhotoProfile) -> Finding:
    """Grey levels of texture on the smoother skin, less what the background has: a camera's grain and a JPEG's noise
    lie on both. Make-up and soft light look like smoothing, so this is never certain."""
    radius_px = max(round(PATCH * portrait.face_width_px), 4)
    skin = [_texture(portrait, point, radius_px) for point in portrait.face.points[list(SKIN)]]
    grain = min(_texture(portrait, np.array(place), BACKGROUND_PX) for place in BACKGROUND)
    pores = float(np.sqrt(max(float(ranked(np.array(skin, np.float32), 0.25)) ** 2 - grain**2, 0)))
    return measured(NAME, REASON, pores, "", Limits(low=PORES), error=PORES - NONE, certain=False)


def _texture(portrait: Portrait, place: np.ndarray, radius_px: int) -> float:
    """Median difference between two blurs."""
    x, y = place.round().astype(int)
    rows, columns = (slice(max(middle - radius_px, 0), max(middle + radius_px, 0)) for middle in (y, x))
    patch = portrait.picture[rows, columns, 1].astype(np.float32)
    if not patch.size:
        return 0.0
    band = cv2.GaussianBlur(patch, *FINE) - cv2.GaussianBlur(patch, *COARSE)
    return float(ranked(np.abs(band).ravel(), 0.5))
