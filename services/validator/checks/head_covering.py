"""No cap, hat or scarf (std 8)."""

import numpy as np

from services.validator.colour import delta_e
from services.validator.faces import Points
from services.validator.head import Skin, colours_at, directions, skin
from services.validator.portrait import Portrait
from services.validator.rules import Finding, Limits, measured
from shared.campaign import CheckName, PhotoProfile
from shared.reasons import Reason

NAME: CheckName = "head_covering"
REASON = Reason.HEADWEAR

COLOURED_PLAIN, COLOURED = 0.2, 0.6  # share of the head's top in colours that no hair and no skin has
HUES = (0.0, 105.0)  # in L*a*b*, degrees: hair lies between red and yellow
COLOURFUL, VIVID = 15.0, 50.0  # chroma: under it a hue means nothing; over it no hair and no skin is
# Share of it that is paler than dark hair and greyer than skin: grey and white hair reaches 0.55, cream scarves start
# at 0.71, grey knitted hats at 0.92.
PALE_HAIR, PALE = 0.65, 1.0
LIGHT, GREY = 0.45, 0.6  # of the skin's L* and chroma
GREY_MAX = 12.0  # chroma
ABOVE_EYES = (0.5, 0.8)  # of the face's width: hair, or the skull of the bald
CROWN = 0.05  # of the face's width, left out under the crown
BACKGROUND = 6.0  # ΔE2000


def check(portrait: Portrait, _: PhotoProfile) -> Finding:
    """The share of the head's top in colours of cloth. Black cloth looks like hair; a black cap's brim, which lies over
    the brows, is found by brows.py."""
    colours = colours_at(portrait, _top(portrait)).reshape(-1, 3)
    head = delta_e(colours, portrait.background.colour) > BACKGROUND
    chroma = np.hypot(colours[:, 1], colours[:, 2])
    hue = np.degrees(np.arctan2(colours[:, 2], colours[:, 1]))
    strange = (chroma > COLOURFUL) & ((hue < HUES[0]) | (hue > HUES[1])) | (chroma > VIVID)
    coloured = float((strange & head).mean())
    if coloured > COLOURED_PLAIN:
        limits = Limits(high=COLOURED_PLAIN)
        return measured(NAME, REASON, coloured, "", limits, error=COLOURED - COLOURED_PLAIN)
    pale = float((_is_pale(colours[:, 0], chroma, skin(portrait)) & head).mean())
    return measured(NAME, REASON, pale, "", Limits(high=PALE_HAIR), error=PALE - PALE_HAIR, certain=False)


def _is_pale(lightness: np.ndarray, chroma: np.ndarray, face: Skin) -> np.ndarray:
    return np.asarray((lightness > LIGHT * face.lightness) & (chroma < max(GREY * face.chroma, GREY_MAX)))


def _top(portrait: Portrait) -> Points:
    """(24, 40, 2) places over the forehead, half a face wide."""
    right, up = directions(portrait)
    eyes = (portrait.eyes[0].iris[0] + portrait.eyes[1].iris[0]) / 2
    crown = (portrait.eye_line_px - portrait.crown_px) / portrait.face_width_px - CROWN
    rows = np.linspace(ABOVE_EYES[0], min(ABOVE_EYES[1], crown), 24)[:, None, None] * up
    return np.asarray(eyes + rows + np.linspace(-0.25, 0.25, 40)[None, :, None] * right, np.float32)
