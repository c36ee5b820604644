"""The hairline lies 50 to 110 px from the top edge (std 18: 头顶发际)."""

from services.validator.portrait import Portrait
from services.validator.rules import Finding, Limits, Outcome, measured
from shared.campaign import CheckAction, PhotoProfile
from shared.reasons import Reason

NAME = "hairline"
REASON = Reason.GEO_HAIRLINE
DEFAULT: CheckAction = "refuse"

ERROR_PX = 12.0  # p99 where the hairline was seen (judge.md §2)
BY_RATIO_ERROR_PX = 23.0  # p95 of eyes and chin alone


def check(portrait: Portrait, profile: PhotoProfile) -> Finding:
    """Where the hair cannot be seen (bald, fringe, cap), the proportions pass only if their whole error fits."""
    hairline, limits = portrait.hairline, Limits(*profile.hairline_px)
    if hairline.certain:
        return measured(NAME, REASON, hairline.px, "px", limits, error=ERROR_PX)
    low, high = profile.hairline_px
    fits = low + BY_RATIO_ERROR_PX <= hairline.by_ratio_px <= high - BY_RATIO_ERROR_PX
    return Finding(
        NAME,
        Outcome.PASS if fits else Outcome.UNSURE,
        REASON,
        round(hairline.by_ratio_px, 1),
        "px",
        limits,
        100 if fits else 50,
    )
