"""No clothes of a colour that the campaign forbids (Xinhua: no blue)."""

import numpy as np

from services.validator.colour import Lab, delta_e, lab, lab_of_rgb
from services.validator.faces import CHIN
from services.validator.portrait import Portrait
from services.validator.rules import Finding, Limits, Outcome, measured
from shared.campaign import CheckName, PhotoProfile
from shared.reasons import Reason

NAME: CheckName = "clothes_banned"
REASON = Reason.CLOTH_BANNED

FREE, BANNED = 0.15, 0.4  # share of the trunk: a tie or a pattern is for a person
HUE_DEG = 25.0  # a colour in light and shade keeps its hue in L*a*b* to about this
COLOURFUL, DULL = 25.0, 12.0  # chroma: between them lie navy suits, for a person to name; under them greys and black
SAME = 12.0  # ΔE2000, where the forbidden colour is a grey itself, and for the background beside the body
UNDER_CHIN = 0.45  # of the face's width: neck, then collar
STEP = 4


def check(portrait: Portrait, profile: PhotoProfile) -> Finding:
    """The largest share of the trunk, as wide as the face, that one of the forbidden colours takes."""
    limits = Limits(high=FREE)
    if not profile.banned_clothes:
        return Finding(NAME, Outcome.PASS, REASON, None, "", limits, 100)
    trunk = _trunk(portrait)
    if len(trunk) < 50:  # the frame ends at the chin
        return Finding(NAME, Outcome.UNSURE, REASON, None, "", limits, 50)
    banned = [lab_of_rgb(colour.rgb) for colour in profile.banned_clothes]
    share = max(_share(trunk, colour, DULL) for colour in banned)
    certain = max(_share(trunk, colour, COLOURFUL) for colour in banned) > BANNED
    return measured(NAME, REASON, share, "", limits, error=BANNED - FREE, certain=certain)


def _trunk(portrait: Portrait) -> Lab:
    """Without what shows of the background beside it: a blue one must not count as a blue shirt."""
    width = portrait.face_width_px
    top = max(round(float(portrait.face.points[CHIN, 1]) + UNDER_CHIN * width), 0)
    left, right = (round(max(portrait.centre_x_px + side * 0.7 * width, 0)) for side in (-1, 1))
    colours = lab(portrait.picture[top::STEP, left:right:STEP].reshape(-1, 3))
    return colours[delta_e(colours, portrait.background.colour) > SAME]


def _share(colours: Lab, banned: Lab, chroma_min: float) -> float:
    """Of the pixels with the forbidden colour's hue; a forbidden grey has none and must be met itself."""
    if float(np.hypot(*banned[1:])) < DULL:
        return float((delta_e(colours, banned) < SAME).mean())
    a, b = colours[:, 1], colours[:, 2]
    turn = np.degrees(np.arctan2(b, a) - np.arctan2(banned[2], banned[1]))
    near = np.abs((turn + 180) % 360 - 180) < HUE_DEG
    return float((near & (np.hypot(a, b) > chroma_min)).mean())
