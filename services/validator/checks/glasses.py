"""No glasses, where the campaign forbids them (Xinhua); the standard wants them on who wears them (std 7)."""

import cv2

from services.validator.colour import lab
from services.validator.portrait import Portrait
from services.validator.regions import NOSE_BRIDGE, ranked
from services.validator.rules import Finding, Limits, measured
from shared.campaign import CheckName, PhotoProfile
from shared.reasons import Reason

NAME: CheckName = "glasses"
REASON = Reason.GLASSES_FORBIDDEN

NONE, WORN = 0.5, 0.75  # without glasses up to 0.45, dark frames from 0.84


def check(portrait: Portrait, _: PhotoProfile) -> Finding:
    """The strongest level edge across the bridge of the nose, of the skin's brightness. Thin clear frames have none:
    worn is certain, not worn is not."""
    top, bottom = portrait.face.points[NOSE_BRIDGE[0]], portrait.face.points[NOSE_BRIDGE[2]]
    x, reach = round(float((top[0] + bottom[0]) / 2)), max(round(0.02 * portrait.face_width_px), 1)
    rise = bottom[1] - top[1]
    rows = slice(max(round(float(top[1] - 0.6 * rise)), 0), max(round(float(bottom[1])), 0))
    lightness = lab(portrait.picture[rows, max(x - reach, 0) : max(x + reach + 1, 0)])[..., 0]
    if lightness.shape[0] < 4 or not lightness.shape[1]:
        return measured(NAME, REASON, 0.0, "", Limits(high=NONE), error=WORN - NONE)
    profile = cv2.GaussianBlur(lightness.mean(axis=1).reshape(-1, 1), (1, 3), 0).ravel()
    middle = float(ranked(profile, 0.5))
    dark = (middle - float(profile.min())) / max(middle, 1.0)
    return measured(NAME, REASON, dark, "", Limits(high=NONE), error=WORN - NONE)
