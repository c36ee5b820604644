"""Nothing dark lies over the eyes: no tinted glasses (std 7), no cap's shadow (std 8)."""

from services.validator.colour import lab
from services.validator.head import forehead_lightness, lightness_at
from services.validator.portrait import Portrait
from services.validator.regions import CHEEKS, inside, ranked
from services.validator.rules import Finding, Limits, measured
from shared.campaign import CheckName, PhotoProfile
from shared.reasons import Reason

NAME: CheckName = "eyes_seen"
REASON = Reason.GLASSES_TINT

# L* over the cheeks'. Whites of the eyes: good portraits from 0.44, deep-set eyes lowest; behind dark lenses up to
# 0.31. Forehead: good portraits from 0.67, in a cap's shadow up to 0.53.
WHITES_MIN, FOREHEAD_MIN = 0.40, 0.60
COVERED = 0.75  # of these


def check(portrait: Portrait, _: PhotoProfile) -> Finding:
    """How light the darker eye's white and the lightest place of the forehead are, of the least that good portraits
    have. A shadow on the eyes lies on the forehead too; dark lenses do not."""
    cheeks = max(max(lightness_at(portrait, (n,)) for n in CHEEKS), 1.0)
    forehead = forehead_lightness(portrait) / cheeks / FOREHEAD_MIN
    whites = min(_whites(portrait, number) for number in (0, 1)) / cheeks / WHITES_MIN
    reason = Reason.LIGHT_UNEVEN if forehead < 1 else REASON
    return measured(NAME, reason, min(whites, forehead), "", Limits(low=1.0), error=1 - COVERED)


def _whites(portrait: Portrait, number: int) -> float:
    """Where the lids leave no pixel nothing dark is seen: eyes_open finds it."""
    between = lab(inside(portrait.picture, portrait.eyes[number].lids))[:, 0]
    return float(ranked(between, 0.9)) if between.size else 100.0
