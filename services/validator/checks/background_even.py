"""The background is even: no gradient, no shadow, nothing and nobody else (std 5)."""

from services.validator.background import EVEN_MAX
from services.validator.portrait import Portrait
from services.validator.rules import Finding, Limits, Outcome
from shared.campaign import CheckName, PhotoProfile
from shared.reasons import Reason

NAME: CheckName = "background_even"
REASON = Reason.BG_UNEVEN

# Real portraits that people call plain reach a 95th percentile of 4.3 to 5.0 (judge.md §3).
SPREAD_PLAIN, SPREAD_UNEVEN = 3.0, 6.0
SHARE_PLAIN, SHARE_UNEVEN = 0.012, 0.05
SEEN_MIN = 0.1  # of the area above the mouth


def check(portrait: Portrait, _: PhotoProfile) -> Finding:
    """The value is the 95th percentile of ΔE2000 from the median, or more where a small thing stands out."""
    background = portrait.background
    limits = Limits(high=SPREAD_PLAIN)
    if background.seen < SEEN_MIN:
        return Finding(NAME, Outcome.UNSURE, REASON, None, "ΔE", limits, 50)
    if background.spread > SPREAD_UNEVEN or background.uneven > SHARE_UNEVEN:
        outcome, score = Outcome.FAIL, 0
    elif background.spread > SPREAD_PLAIN or background.uneven > SHARE_PLAIN:
        outcome, score = Outcome.UNSURE, 50
    else:
        outcome, score = Outcome.PASS, 100
    stands_out = background.uneven > SHARE_PLAIN
    value = max(background.spread, EVEN_MAX) if stands_out else background.spread
    return Finding(NAME, outcome, REASON, round(value, 2), "ΔE", limits, score)
