"""No burnt spots on the skin (std 10)."""

import numpy as np

from services.validator.portrait import Portrait
from services.validator.rules import Finding, Limits, measured
from shared.campaign import CheckName, PhotoProfile
from shared.reasons import Reason

NAME: CheckName = "highlights"
REASON = Reason.LIGHT_OVER

WHITE_LEVEL = 245  # of the darkest channel: the skin's colour is gone. By lightness alone, pale skin is white.
MATT, SHINY = 0.025, 0.04  # good portraits reach 0.017, burnt spots begin at 0.037


def check(portrait: Portrait, _: PhotoProfile) -> Finding:
    """The share of the face that is white."""
    blue, green, red = portrait.face_pixels.T
    darkest = np.minimum(np.minimum(blue, green), red)
    white = np.count_nonzero(darkest >= WHITE_LEVEL) / max(darkest.size, 1)
    return measured(NAME, REASON, white, "", Limits(high=MATT), error=SHINY - MATT)
