"""Where the shoulders begin: in every fourth column under the mouth the first row that is not background."""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from services.validator.colour import lab
from services.validator.portrait import LIPS_INNER, Portrait

STEP = 4
DIFFERENT = 14.0  # distance in L*a*b* from the background's median
THICK = 4  # rows that must follow: less is a hair or a speck


@dataclass(frozen=True, slots=True)
class Outline:
    """`rows` of the frame by column; `from_above`: the person is there already beside the mouth (neck, long hair)."""

    columns: npt.NDArray[np.int64]  # of the frame
    rows: npt.NDArray[np.int64]
    person: npt.NDArray[np.bool_]
    from_above: npt.NDArray[np.bool_]


@lru_cache(maxsize=1)  # two checks ask
def outline(portrait: Portrait) -> Outline:
    """Clothes of the background's colour have no outline: their columns hold no person."""
    mouth_px = float(portrait.face.points[LIPS_INNER[1], 1])
    top = int(np.clip(mouth_px, 0, portrait.picture.shape[0] - 2 * STEP * THICK))
    below = cv2.blur(portrait.picture[top:], (3, 3))[::STEP, ::STEP]
    away = np.linalg.norm(lab(np.asarray(below, np.uint8)) - portrait.background.colour, axis=2) > DIFFERENT
    thick = np.asarray(np.lib.stride_tricks.sliding_window_view(away, THICK, axis=0).all(axis=2), np.bool_)
    first = thick.argmax(axis=0)
    person = np.asarray(thick.any(axis=0), np.bool_)
    return Outline(np.arange(first.size) * STEP, first * STEP + top, person, person & (first == 0))
