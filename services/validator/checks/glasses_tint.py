"""The lenses are clear (std 7: no tinted glasses). Dark ones hide the eyes: see eyes_seen.py; contact lenses are for a
person.
"""

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from services.validator.faces import distance
from services.validator.head import colours_at, directions, forehead_lightness, lightness_at
from services.validator.portrait import Portrait
from services.validator.rules import Finding, Limits, measured
from shared.campaign import CheckName, PhotoProfile
from shared.reasons import Reason

NAME: CheckName = "glasses_tint"
REASON = Reason.GLASSES_TINT

# Share of the skin's lightness that a lens takes, on the paler side. 552 good photos of 13 people read 0.18 at most;
# those of a face that a network drew with dark rings 0.26; lenses that let half of the light through, 82 of 83 from
# 0.21 (2026-11-28).
CLEAR, TINTED = 0.20, 0.35
# A lens lies over the upper lid too, a dark ring under the eye does not: that lid is darker than the forehead by 0.31
# of its L* and more behind a lens, by 0.22 at most above those rings.
LID_TAKEN = 0.27
UPPER_LIDS = ((27, 28, 29, 56, 190), (257, 258, 259, 286, 414))  # of the mesh
LID_PATCH = 0.015  # radius, of the face's width
REACH = 0.35  # of the eye's width, to each side of the iris
UNDER = (0.06, 0.36)  # of the face's width, downwards from the iris
ROWS, COLUMNS = 64, 9
INSIDE, RIM, OUTSIDE = 12, 5, 9  # rows: a dark rim between lens and cheek counts on neither side
SKIN = 0.75  # of the rows inside, by lightness: lashes and a rim that dips into them are darker


def check(portrait: Portrait, _: PhotoProfile) -> Finding:
    """The sharpest step from dark to light on the way from each eye to the cheek: skin has no steps, a lens ends."""
    taken = min(_taken(portrait, number) for number in (0, 1))
    if taken > CLEAR and _taken_from_lids(portrait) < LID_TAKEN:
        taken = 0.0
    return measured(NAME, REASON, taken, "", Limits(high=CLEAR), error=TINTED - CLEAR, certain=False)


def _taken_from_lids(portrait: Portrait) -> float:
    """Of the forehead's lightness, on the paler side."""
    lids = max(lightness_at(portrait, lid, LID_PATCH) for lid in UPPER_LIDS)
    return 1 - lids / max(forehead_lightness(portrait), 1.0)


def _taken(portrait: Portrait, number: int) -> float:
    lightness = _below(portrait, number)
    inside = np.sort(sliding_window_view(lightness, INSIDE), axis=1)[:, int(SKIN * (INSIDE - 1))]
    outside = np.sort(sliding_window_view(lightness, OUTSIDE), axis=1)[INSIDE + RIM :, OUTSIDE // 2]
    return float((1 - inside[: outside.size] / np.maximum(outside, 1.0)).max())


def _below(portrait: Portrait, number: int) -> npt.NDArray[np.float32]:
    """L* row by row down from an iris, the median across the eye."""
    right, up = directions(portrait)
    eye = portrait.eyes[number]
    reach = REACH * distance(eye.lids[0], eye.lids[8]) / portrait.face_width_px
    across = np.linspace(-reach, reach, COLUMNS)[None, :, None] * right
    places = eye.iris[0] - np.linspace(*UNDER, ROWS)[:, None, None] * up + across
    lightness = colours_at(portrait, np.asarray(places, np.float32))[..., 0]
    return np.asarray(np.sort(lightness, axis=1)[:, COLUMNS // 2], np.float32)
