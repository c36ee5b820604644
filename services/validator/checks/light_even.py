"""Light comes evenly from the left and the right (std 10)."""

import numpy as np
import numpy.typing as npt

from services.validator.portrait import FRAME_HEIGHT_PX, FRAME_WIDTH_PX, Portrait
from services.validator.regions import ranked
from services.validator.rules import Finding, Limits, measured
from shared.campaign import CheckName, PhotoProfile
from shared.reasons import Reason

NAME: CheckName = "light_even"
REASON = Reason.LIGHT_UNEVEN

# The same places of the skin on either side, in the mesh: temple to brow, under the eye, cheek, beside the mouth.
PAIRS = (
    *((108, 337), (69, 299), (104, 333), (67, 297), (66, 296), (107, 336)),
    *((117, 346), (118, 347), (119, 348), (100, 329), (101, 330), (36, 266), (50, 280), (123, 352)),
    *((187, 411), (205, 425), (147, 376), (192, 416), (207, 427), (203, 423), (216, 436), (212, 432)),
)
PATCH = 0.02  # of the face's width
EVEN, UNEVEN = 1.75, 2.2  # good portraits reach 1.6, one lamp from the side gives 1.9 to 3.8
BLACK = 4.0  # of 255: what is darker has no brightness to compare


def check(portrait: Portrait, _: PhotoProfile) -> Finding:
    """How much brighter one side is, in stops of light, at three quarters of the places: a fringe, a beard or a scar on
    one side is outvoted."""
    left, right = _light(portrait, [pair[0] for pair in PAIRS]), _light(portrait, [pair[1] for pair in PAIRS])
    stops = left - right
    low, high = (float(ranked(stops, share)) for share in (0.25, 0.75))
    difference = max(low, -high, 0.0)
    return measured(NAME, REASON, difference, "EV", Limits(high=EVEN), error=UNEVEN - EVEN)


def _light(portrait: Portrait, points: list[int]) -> npt.NDArray[np.float32]:
    """log2 of the linear light on a patch of skin around each point."""
    reach = max(round(PATCH * portrait.face_width_px), 1)
    x, y = portrait.face.points[points].round().astype(int).T[:, :, None, None]
    patch = np.arange(-reach, reach + 1)
    rows = np.clip(y + patch[:, None], 0, FRAME_HEIGHT_PX - 1)
    columns = np.clip(x + patch, 0, FRAME_WIDTH_PX - 1)
    levels = portrait.picture[rows, columns, 1].mean(axis=(1, 2))
    return np.asarray(2.2 * np.log2(np.maximum(levels, BLACK)), np.float32)
