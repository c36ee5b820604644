"""The picture was not pulled wider or taller (std 3: no distortion)."""

from services.validator.faces import CHIN, distance
from services.validator.portrait import Portrait
from services.validator.rules import Finding, Limits, measured
from shared.campaign import CheckName, PhotoProfile
from shared.reasons import Reason

NAME: CheckName = "stretched"
REASON = Reason.DISTORTED

# Distance of the irises over eyes to chin.
NATURAL = (0.455, 0.66)  # 23 portraits lie from 0.468 to 0.645


def check(portrait: Portrait, _: PhotoProfile) -> Finding:
    """Faces differ by more than a mild stretch does: never certain."""
    apart = distance(portrait.eyes[0].iris[0], portrait.eyes[1].iris[0])
    ratio = apart / max(float(portrait.face.points[CHIN, 1]) - portrait.eye_line_px, 1.0)
    return measured(NAME, REASON, ratio, "", Limits(*NATURAL), error=0.1, certain=False)
