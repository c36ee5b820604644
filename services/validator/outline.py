"""Where the shoulders begin: in every fourth column under the mouth the first row that is not background."""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from services.validator.colour import lab
from services.validator.portrait import LIPS_INNER, Portrait

STEP = 4  # a quarter of the frame's size
DIFFERENT = 14.0  # distance in L*a*b* from the background's median
THICK = 4  # rows that must follow: less is a hair or a speck
_UNBROKEN = np.ones((THICK, 1), np.uint8)


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
    top = int(np.clip(mouth_px / STEP, 0, len(portrait.quarter) - 2 * THICK))
    colours = lab(portrait.quarter[top:]) - portrait.background.colour
    away = np.einsum("yxc,yxc->yx", colours, colours) > DIFFERENT**2
    thick = np.asarray(cv2.erode(away.astype(np.uint8), _UNBROKEN, anchor=(0, 0))[: 1 - THICK], np.bool_)
    first = thick.argmax(axis=0)
    person = np.asarray(thick.any(axis=0), np.bool_)
    return Outline(np.arange(first.size) * STEP, (first + top) * STEP, person, person & (first == 0))
