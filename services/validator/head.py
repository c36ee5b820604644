"""Parts of the head that the mesh does not reach: ears, hair and what lies over it. Lengths are shares of the face's
width, places lie along the face's own directions, so a tilted head is measured like an upright one.
"""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from services.validator.colour import Lab, lab
from services.validator.faces import Points
from services.validator.portrait import CHEEKS, Portrait
from services.validator.regions import BARE_BELOW_A_FRINGE, FOREHEAD, PATCH, around, ranked
from services.validator.regions import CHEEKS as CHEEK_SKIN

Mask = npt.NDArray[np.bool_]

DARK = 0.62  # of the skin's L*: hair that hides something is darker, skin in the shade seldom is
DULL = (20.0, 0.7)  # chroma of hair: under this, or under this share of the skin's; shaded skin stays colourful


@dataclass(frozen=True, slots=True)
class Skin:
    """The brighter cheek of those asked for: the other may lie in the shade."""

    lightness: float
    chroma: float


@lru_cache(maxsize=3)  # the sides of one portrait: four checks ask
def skin(portrait: Portrait, side: int = 0) -> Skin:
    """Of the picture's left (-1) or right (1) cheek, or of both (0)."""
    wanted = {-1: CHEEK_SKIN[::2], 0: CHEEK_SKIN, 1: CHEEK_SKIN[1::2]}[side]
    radius = PATCH * portrait.face_width_px
    patches = [around(portrait.picture, portrait.face.points[n], radius) for n in wanted]
    medians = np.array([ranked(patch, 0.5) for patch in patches if patch.size])
    if not medians.size:
        return Skin(0.0, 0.0)  # beyond the picture's edge, where nothing is darker
    colours = lab(medians)
    return Skin(float(colours[:, 0].max()), float(np.hypot(colours[:, 1], colours[:, 2]).max()))


def lightness_at(portrait: Portrait, points: tuple[int, ...], radius: float = PATCH) -> float:
    """Median L* around some points of the mesh; 0 beyond the picture's edge. radius: of the face's width."""
    radius_px = radius * portrait.face_width_px
    patches = [around(portrait.picture, portrait.face.points[point], radius_px) for point in points]
    return float(ranked(lab(np.concatenate(patches))[:, 0], 0.5))


def forehead_lightness(portrait: Portrait) -> float:
    """L* of its lightest place."""
    return max(lightness_at(portrait, (point,)) for point in (*FOREHEAD, *BARE_BELOW_A_FRINGE))


@lru_cache(maxsize=1)  # five checks ask
def directions(portrait: Portrait) -> tuple[Points, Points]:
    """One face width to the right and one upwards, in pixels of the frame."""
    across = portrait.face.points[CHEEKS[1]] - portrait.face.points[CHEEKS[0]]
    right = across / np.linalg.norm(across) * np.float32(portrait.face_width_px)
    return right, np.array([right[1], -right[0]], np.float32)


def colours_at(portrait: Portrait, places: npt.NDArray[np.float32]) -> Lab:
    """The colours at `places` (rows, columns, 2); beyond the picture's edge those of the edge."""
    across, down = (np.ascontiguousarray(places[..., axis], np.float32) for axis in (0, 1))
    pixels = cv2.remap(portrait.picture, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return lab(np.asarray(pixels, np.uint8))


def is_dark_hair(colours: Lab, beside: Skin) -> Mask:
    """Black and brown hair. Fair hair has the skin's colours and is not seen."""
    chroma = np.hypot(colours[..., 1], colours[..., 2])
    dark: Mask = (colours[..., 0] < DARK * beside.lightness) & (chroma < max(DULL[0], DULL[1] * beside.chroma))
    return dark
