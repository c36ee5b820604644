"""The light has no colour of its own (std 3: true colour)."""

import cv2
import numpy as np
import numpy.typing as npt

from services.validator.faces import Eye, Pixels, distance
from services.validator.portrait import Portrait
from services.validator.regions import CHEEKS, FOREHEAD, PATCH, around, ranked
from services.validator.rules import Finding, Limits, measured
from shared.campaign import CheckName, PhotoProfile
from shared.reasons import Reason

NAME: CheckName = "colour_cast"
REASON = Reason.COLOR_CAST

# Mean of skin and whites of the eyes, in stops of light over green.
YELLOW_MIN = -0.9  # blue
BLUE_MIN = 0.25  # red over blue
GREEN_MIN = -0.08  # mean of red and blue, on the skin alone: whites are reddened by being tired
SLIGHT, PLAIN = 0.0, 0.2
BESIDE = 1.1  # of the iris's radius
WHITES = 0.3  # the brightest of the pixels beside it


def check(portrait: Portrait, _: PhotoProfile) -> Finding:
    """How far the light is beyond what skin and eyes of all people have in white light, in stops: too little blue, too
    little red, or too much green. Skin alone says little: people are as warm as a warm lamp makes others."""
    skin = _skin(portrait)
    whites = [each for eye in portrait.eyes if (each := _whites(portrait, eye)).size]
    if not whites:
        return measured(NAME, REASON, 0.0, "EV", Limits(high=SLIGHT), error=PLAIN)
    red, blue = (skin + _over_green(np.concatenate(whites))) / 2
    beyond = max(YELLOW_MIN - blue, BLUE_MIN - (red - blue), GREEN_MIN - float(skin.mean()))
    return measured(NAME, REASON, max(float(beyond), 0.0), "EV", Limits(high=SLIGHT), error=PLAIN)


def _over_green(pixels: Pixels) -> npt.NDArray[np.float64]:
    """Red and blue of the median colour, in stops of linear light over its green."""
    blue, green, red = 2.2 * np.log2(np.maximum(ranked(pixels, 0.5), 1.0))
    return np.array([red - green, blue - green])


def _skin(portrait: Portrait) -> npt.NDArray[np.float64]:
    radius = PATCH * portrait.face_width_px
    return _over_green(
        np.concatenate([around(portrait.picture, portrait.face.points[n], radius) for n in (*CHEEKS, *FOREHEAD)])
    )


def _whites(portrait: Portrait, eye: Eye) -> Pixels:
    """The brightest pixels between the lids beside the iris, (n, 3)."""
    low = np.maximum(np.floor(eye.lids.min(axis=0)).astype(int), 0)
    high = np.ceil(eye.lids.max(axis=0)).astype(int) + 1
    eyeball = portrait.picture[low[1] : max(high[1], 0), low[0] : max(high[0], 0)]
    if not eyeball.size:
        return eyeball.reshape(-1, 3)
    mask = np.zeros(eyeball.shape[:2], np.uint8)
    cv2.fillConvexPoly(mask, cv2.convexHull(eye.lids - low.astype(np.float32)).round().astype(np.int32), 1)
    across, down = (round(float(centre)) for centre in eye.iris[0] - low)
    cv2.circle(mask, (across, down), round(BESIDE * distance(eye.iris[1], eye.iris[3]) / 2), 0, -1)
    beside = eyeball[mask > 0]
    return beside[beside[:, 1] >= ranked(beside[:, 1], 1 - WHITES)] if beside.size else beside
