"""Hair does not cover the brows (std 8); what hides an eye comes down over its brow."""

import numpy as np

from services.validator.faces import Points
from services.validator.head import colours_at, directions, is_dark_hair, skin
from services.validator.portrait import Portrait
from services.validator.rules import Finding, Limits, measured
from shared.campaign import CheckName, PhotoProfile
from shared.reasons import Reason

NAME: CheckName = "brows"
REASON = Reason.HAIR_BROW

# Of the skin right above a brow: 21 portraits without hair there reach 0.28, strands over a brow start at 0.32, fringes
# at 0.9.
FREE, COVERED = 0.30, 0.7
BROWS = ((63, 105, 66, 107), (336, 296, 334, 293))  # upper edges in the mesh, without the ends towards the temples
ABOVE = (0.02, 0.08)  # of the face's width


def check(portrait: Portrait, _: PhotoProfile) -> Finding:
    """The share of dark hair in a strip above each brow, on the side with more: a brow is as dark itself."""
    beside = skin(portrait)
    covered = max(float(is_dark_hair(colours_at(portrait, _strip(portrait, brow)), beside).mean()) for brow in BROWS)
    return measured(NAME, REASON, covered, "", Limits(high=FREE), error=COVERED - FREE)


def _strip(portrait: Portrait, brow: tuple[int, ...]) -> Points:
    """(12, 30, 2) places along the brow."""
    edge = portrait.face.points[list(brow)]
    along = np.linspace(0, len(brow) - 1, 30)
    line = np.stack([np.interp(along, range(len(brow)), edge[:, axis]) for axis in (0, 1)], axis=1)
    _, up = directions(portrait)
    return np.asarray(line + np.linspace(*ABOVE, 12)[:, None, None] * up, np.float32)
