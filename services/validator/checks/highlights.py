"""No burnt spots on the skin (std 10)."""

from services.validator.portrait import Portrait
from services.validator.regions import inside
from services.validator.rules import Finding, Limits, measured
from shared.campaign import CheckName, PhotoProfile
from shared.reasons import Reason

NAME: CheckName = "highlights"
REASON = Reason.LIGHT_OVER

WHITE = 96.0  # L*
MATT, SHINY = 0.02, 0.06


def check(portrait: Portrait, _: PhotoProfile) -> Finding:
    """The share of the face that is white."""
    lightness = inside(portrait.colours, portrait.face.points, step=2)[:, 0]
    return measured(NAME, REASON, float((lightness > WHITE).mean()), "", Limits(high=MATT), error=SHINY - MATT)
