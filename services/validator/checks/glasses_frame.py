"""The frame of the glasses does not cover the eyes (std 7)."""

import numpy as np

from services.validator.faces import EYE_CORNERS_LEFT, EYE_CORNERS_RIGHT
from services.validator.head import colours_at, directions, skin
from services.validator.portrait import Portrait
from services.validator.regions import ranked
from services.validator.rules import Finding, Limits, measured
from shared.campaign import CheckName, PhotoProfile
from shared.reasons import Reason

NAME: CheckName = "glasses_frame"
REASON = Reason.GLASSES_FRAME

# Frames around the eyes reach 0.56, over deep-set eyes 0.9; frames across the pupils start at 0.78.
AROUND, ACROSS = 0.65, 0.95
BESIDE = (0.04, 0.25)  # of the eye's width: how far beyond its corners one looks
LEVEL = 0.16  # of the eye's width, above and below the line through the corners
DARK = 0.4  # of the cheeks' L*
WORN = 0.5  # darkest place on the nose's ridge, of its own L*: bare noses reach 0.24, dark frames start at 0.80
NOSE = (168, 5)  # from between the eyes to near the tip


def check(portrait: Portrait, _: PhotoProfile) -> Finding:
    """How much of the skin on both sides of both eyes is crossed by something dark, where glasses are worn."""
    eyes = (EYE_CORNERS_LEFT, EYE_CORNERS_RIGHT)
    crossed = min(_crossed(portrait, *corners) for corners in eyes) if _worn(portrait) else 0.0
    return measured(NAME, REASON, crossed, "", Limits(high=AROUND), error=ACROSS - AROUND)


def _crossed(portrait: Portrait, first: int, second: int) -> float:
    """A rim that encloses the eye is narrow beside it; one that crosses it runs on as a line on either side."""
    start, along = portrait.face.points[first], portrait.face.points[second] - portrait.face.points[first]
    down = np.array([-along[1], along[0]])
    rows = np.linspace(-LEVEL, LEVEL, 24)[:, None, None] * down
    dark = DARK * skin(portrait).lightness
    sides = []
    for low, high in ((-BESIDE[1], -BESIDE[0]), (1 + BESIDE[0], 1 + BESIDE[1])):
        places = start + np.linspace(low, high, 10)[None, :, None] * along + rows
        sides.append(float((colours_at(portrait, places)[..., 0].min(axis=0) < dark).mean()))
    return min(sides)


def _worn(portrait: Portrait) -> bool:
    top, bottom = portrait.face.points[NOSE[0]], portrait.face.points[NOSE[1]]
    right, _ = directions(portrait)
    down = np.linspace(-0.15, 1.1, 48)[:, None, None] * (bottom - top)
    places = top + down + np.linspace(-0.02, 0.02, 5)[None, :, None] * right
    ridge = np.asarray(colours_at(portrait, places)[..., 0].mean(axis=1), np.float32)
    return 1 - float(ridge.min()) / max(float(ranked(ridge, 0.5)), 1.0) > WORN
