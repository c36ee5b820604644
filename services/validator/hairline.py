"""Where the hair begins: the first step of colour and texture on the way up from the forehead.

Against marks made by hand, settings chosen on eleven people and tried on the twelfth in turn: error 3.9 px (median),
10.3 (p95), 11.1 (largest). Mesh point 10 lies 15 % of the face's height too low, a fixed proportion errs by 32 px.
"""

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

from services.validator.colour import lab
from services.validator.faces import CHIN, FOREHEAD_TOP, Face, Pixels

COLUMNS, REACH = 11, 0.09  # side by side, and how far to each side of the middle, of the face's height
HIGHEST = 0.9  # of the columns' answers: parted hair begins highest in the middle, curls hang lower
FOREHEAD_MIDDLE = 151
STEP_MIN = 7.0  # ΔE of the skin's end
BELOW, ABOVE, CROWN_CLEARANCE = 0.07, 0.035, 0.05  # of the face's height
RATIO, RATIO_SLACK = 0.69, 0.145  # (eyes - hairline) / (chin - eyes): 12 people lie from 0.55 to 0.82
SPREAD_MAX = 0.05  # of the face's height, between the columns


@dataclass(frozen=True, slots=True)
class Hairline:
    """Rows of the 480x640 frame. `px` is the best there is: the step where it is `certain` (the columns agree and the
    proportion is a face's), the mean of step and proportion where it is not (a fringe, a bald head)."""

    px: float
    by_step_px: float | None  # None: no step on the way to the crown
    by_ratio_px: float  # from the eyes and the chin alone
    certain: bool

    @property
    def by(self) -> Literal["step", "ratio", "mean of both"]:
        """What `px` was taken from."""
        if self.by_step_px is None:
            return "ratio"
        return "step" if self.certain else "mean of both"


def find_hairline(picture: Pixels, face: Face, eye_line_px: float, crown_px: float) -> Hairline:
    """`picture` is the 480x640 frame, the crown a row of it (background.py)."""
    below_eyes_px = max(float(face.points[CHIN, 1]) - eye_line_px, 1.0)
    by_ratio_px = eye_line_px - RATIO * below_eyes_px
    places = _places(face, int(face.points[FOREHEAD_MIDDLE, 1] - crown_px - CROWN_CLEARANCE * face.height_px))
    below, above = round(BELOW * face.height_px), max(round(ABOVE * face.height_px), 2)
    # Bald, or the crown is cut off, or the forehead lies beyond the picture's edge.
    if len(places) < below + above + 4 or not _is_inside(picture, places):
        return Hairline(by_ratio_px, None, by_ratio_px, certain=False)
    found = _first_steps(_features(picture, places), below, above)
    if len(found) < COLUMNS // 2:
        return Hairline(by_ratio_px, None, by_ratio_px, certain=False)
    # A step is first seen when half of the upper window has left the skin.
    row = float(np.quantile(found, HIGHEST)) + above / 2
    by_step_px = float(np.interp(row, np.arange(len(places)), places[:, COLUMNS // 2, 1]))
    spread = float(np.subtract(*np.quantile(found, [0.75, 0.25]))) / 2 / face.height_px
    ratio = (eye_line_px - by_step_px) / below_eyes_px
    certain = spread <= SPREAD_MAX and abs(ratio - RATIO) <= RATIO_SLACK
    return Hairline(by_step_px if certain else (by_step_px + by_ratio_px) / 2, by_step_px, by_ratio_px, certain)


def _places(face: Face, rows: int) -> npt.NDArray[np.float32]:
    """Where to look, (rows, COLUMNS, 2): upwards along chin → forehead, a pixel apart."""
    upwards = face.points[FOREHEAD_TOP] - face.points[CHIN]
    upwards = upwards / np.linalg.norm(upwards)
    sideways = np.array([-upwards[1], upwards[0]])
    offsets = np.linspace(-REACH, REACH, COLUMNS) * face.height_px
    start = face.points[FOREHEAD_MIDDLE]
    places = start + np.arange(max(rows, 0))[:, None, None] * upwards + offsets[None, :, None] * sideways
    return np.asarray(places, np.float32)


def _is_inside(picture: Pixels, places: npt.NDArray[np.float32]) -> bool:
    """At least in part."""
    size = np.array(picture.shape[1::-1])
    return bool((places.max(axis=(0, 1)) >= 0).all() and (places.min(axis=(0, 1)) < size).all())


def _features(picture: Pixels, places: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """L*, a*, b* and texture at each place, (rows, COLUMNS, 4): hair of the skin's colour still has strands."""
    margin = 6  # for the blurs
    left, top = np.maximum(places.min(axis=(0, 1)).astype(int) - margin, 0)
    right, bottom = places.max(axis=(0, 1)).astype(int) + margin + 1
    colours = lab(np.ascontiguousarray(picture[top:bottom, left:right]))
    texture = cv2.blur(np.abs(cv2.Laplacian(colours[..., 0], cv2.CV_32F)), (5, 5))
    stack = cv2.merge([*cv2.split(cv2.blur(colours, (3, 3))), texture])
    across, down = (places[..., axis] - np.float32(start) for axis, start in enumerate((left, top)))
    return np.asarray(cv2.remap(stack, across, down, cv2.INTER_LINEAR), np.float32)


def _first_steps(features: npt.NDArray[np.float32], below: int, above: int) -> npt.NDArray[np.intp]:
    """Of each column with a step, the first row where the mean above differs from the mean below by more than half of
    the column's largest difference."""
    count = len(features) - below - above + 1
    low = cv2.blur(features, (1, below), anchor=(0, 0))[:count]
    high = cv2.blur(features, (1, above), anchor=(0, 0))[below : below + count]
    steps = np.linalg.norm(high - low, axis=-1)
    over = steps > np.maximum(STEP_MIN, steps.max(axis=0) / 2)
    return np.asarray(over.argmax(axis=0)[over.any(axis=0)] + below)
