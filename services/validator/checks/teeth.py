"""No teeth are seen (std 6: lips closed; NCEPU: 不露齿)."""

from services.validator.colour import lab
from services.validator.faces import distance
from services.validator.portrait import MOUTH_CORNERS, Portrait
from services.validator.regions import INNER_LIPS, inside
from services.validator.rules import Finding, Limits, measured
from shared.campaign import CheckName, PhotoProfile
from shared.reasons import Reason

NAME: CheckName = "teeth"
REASON = Reason.MOUTH_OPEN

HIDDEN, SHOWN = 0.015, 0.04
BRIGHT, PALE = 45.0, 12.0  # teeth are lighter than the gap and less red than lips


def check(portrait: Portrait, _: PhotoProfile) -> Finding:
    """Pale bright pixels between the lips, of the mouth's width squared."""
    points = portrait.face.points
    between = lab(inside(portrait.picture, points[list(INNER_LIPS)]))
    pale = (between[:, 0] > BRIGHT) & (between[:, 1] < PALE)
    width_px = distance(points[MOUTH_CORNERS[0]], points[MOUTH_CORNERS[1]])
    share = float(pale.sum()) / max(width_px**2, 1.0)
    return measured(NAME, REASON, share, "", Limits(high=HIDDEN), error=SHOWN - HIDDEN)
