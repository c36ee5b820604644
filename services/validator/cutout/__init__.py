"""A new background behind the person, where a campaign asks for one.

Two engines behind one port: GrabCut is always there, a network (ISNet, or the one of VALIDATOR_CUTOUT_NETWORK) where
`python -m services.validator.cutout` has brought it. Neither cut is used before it was measured: what cannot be told is
refused, with its reason.
"""

from typing import Protocol

from services.validator.cutout.edges import Alpha, on_background
from services.validator.cutout.quality import Limits, quality_of
from services.validator.faces import Pixels
from services.validator.portrait import Portrait


class BadCutout(Exception):
    """The person cannot be told from the background well enough; says what was measured, and its limit."""


class Engine(Protocol):
    """Where the person is, pixel by pixel, and up to where that is believed."""

    limits: Limits

    def alpha(self, portrait: Portrait) -> Alpha: ...


def replace_background(portrait: Portrait, rgb: tuple[int, int, int], engine: Engine) -> Pixels:
    """The portrait's picture, (640, 480, 3) BGR, on a plain sRGB colour. Raises BadCutout."""
    alpha = engine.alpha(portrait)
    if faults := quality_of(alpha, portrait).faults(engine.limits):
        raise BadCutout(f"{type(engine).__name__}: {'; '.join(faults)}")
    return on_background(portrait.picture, alpha, rgb)
