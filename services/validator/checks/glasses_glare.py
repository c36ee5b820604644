"""No light is mirrored before the eyes (std 7)."""

import numpy as np

from services.validator.colour import lab
from services.validator.faces import Eye, distance
from services.validator.portrait import Portrait
from services.validator.regions import CHEEKS, PATCH, around, ranked
from services.validator.rules import Finding, Limits, measured
from shared.campaign import CheckName, PhotoProfile
from shared.reasons import Reason

NAME: CheckName = "glasses_glare"
REASON = Reason.GLASSES_GLARE

CLEAR, MIRRORED = 0.34, 0.5  # good portraits reach 0.25, a lamp before the eye gives 0.45 and more
AS_LIGHT, AS_PALE = 0.75, 0.7  # of the cheeks' L* and chroma: a mirrored lamp is lighter and paler, a lid is skin


def check(portrait: Portrait, _: PhotoProfile) -> Finding:
    """The share of the iris that is white, on the worse eye: every iris has its glint, none is lighter than skin."""
    patches = [lab(around(portrait.picture, portrait.face.points[n], PATCH * portrait.face_width_px)) for n in CHEEKS]
    skin = ranked(np.concatenate(patches), 0.5)
    share = max(_white(portrait, eye, skin) for eye in portrait.eyes)
    return measured(NAME, REASON, share, "", Limits(high=CLEAR), error=MIRRORED - CLEAR)


def _white(portrait: Portrait, eye: Eye, skin: np.ndarray) -> float:
    iris = lab(around(portrait.picture, eye.iris[0], distance(eye.iris[1], eye.iris[3]) / 3))
    if not iris.size:
        return 0.0
    pale = np.hypot(iris[:, 1], iris[:, 2]) < AS_PALE * np.hypot(skin[1], skin[2])
    return float((pale & (iris[:, 0] > AS_LIGHT * skin[0])).mean())
