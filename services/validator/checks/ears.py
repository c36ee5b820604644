"""Both ears are shown (std 8: hair does not cover the ears)."""

import numpy as np

from services.validator.colour import delta_e
from services.validator.faces import Points
from services.validator.head import colours_at, directions, is_dark_hair, skin
from services.validator.portrait import CHEEKS, Portrait
from services.validator.rules import Finding, Limits, measured
from shared.campaign import CheckName, PhotoProfile
from shared.reasons import Reason

NAME: CheckName = "ears"
REASON = Reason.HAIR_EAR

# Of the strip where an ear is: 18 people who show both reach 0.48 (side light), else 0.25; hidden ones start at 0.71.
SHOWN, HIDDEN = 0.55, 0.8
OUTWARDS = (0.0, 0.16)  # from the cheek, of the face's width
DOWNWARDS = (0.02, 0.36)  # from the eye line: over the temples hair may fall
BACKGROUND = 12.0  # ΔE2000


def check(portrait: Portrait, _: PhotoProfile) -> Finding:
    """The share of dark hair where the ear should be, on the side with more of it; fair hair is not seen."""
    places = np.concatenate([_strip(portrait, side) for side in (-1, 1)])
    colours = colours_at(portrait, places)
    behind = delta_e(colours, portrait.background.colour) < BACKGROUND
    sides = zip((-1, 1), np.split(colours, 2), np.split(behind, 2), strict=True)
    covered = max(float((is_dark_hair(strip, skin(portrait, side)) & ~seen).mean()) for side, strip, seen in sides)
    return measured(NAME, REASON, covered, "", Limits(high=SHOWN), error=HIDDEN - SHOWN)


def _strip(portrait: Portrait, side: int) -> Points:
    """Beside the cheek, from the height of the eyes to that of the nose, (40, 14, 2)."""
    right, up = directions(portrait)
    eyes = (portrait.eyes[0].iris[0] + portrait.eyes[1].iris[0]) / 2
    cheek = portrait.face.points[CHEEKS[0] if side < 0 else CHEEKS[1]]
    level = cheek + up * ((eyes - cheek) @ up) / (up @ up)
    outwards = np.linspace(*OUTWARDS, 14)[None, :, None] * right * side
    return np.asarray(level + outwards - np.linspace(*DOWNWARDS, 40)[:, None, None] * up, np.float32)
