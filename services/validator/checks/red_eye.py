"""The pupils are not red (std 10)."""

from services.validator.colour import lab
from services.validator.faces import Eye, distance
from services.validator.portrait import Portrait
from services.validator.regions import around, ranked
from services.validator.rules import Finding, Limits, measured
from shared.campaign import CheckName, PhotoProfile
from shared.reasons import Reason

NAME: CheckName = "red_eye"
REASON = Reason.RED_EYE

DARK, RED = 26.0, 35.0  # good portraits reach 10, in a warm hall 21; red pupils begin at 36


def check(portrait: Portrait, _: PhotoProfile) -> Finding:
    """a* (green to red) in the middle of each iris, on the redder one."""
    redness = max(_redness(portrait, eye) for eye in portrait.eyes)
    return measured(NAME, REASON, redness, "a*", Limits(high=DARK), error=RED - DARK)


def _redness(portrait: Portrait, eye: Eye) -> float:
    pupil = around(portrait.picture, eye.iris[0], distance(eye.iris[1], eye.iris[3]) / 4)
    return float(ranked(lab(pupil)[:, 1], 0.5))
