"""The hairline lies 50 to 110 px from the top edge (std 18: 头顶发际)."""

from services.validator.portrait import Portrait
from services.validator.rules import Finding, Limits, Outcome, measured
from shared.campaign import CheckName, PhotoProfile
from shared.reasons import Reason

NAME: CheckName = "hairline"
REASON = Reason.GEO_HAIRLINE

ERROR_PX = 18.0  # p99 where the hairline was seen, against marks by hand on 19 portraits (MEASURED.md)
BY_RATIO_BIAS_PX = 12.0  # eyes and chin alone err by 13 px (median), so they only stop what lies far outside


def check(portrait: Portrait, profile: PhotoProfile) -> Finding:
    """Where the hair is not clearly seen (bald, fringe, strands), both estimates must lie inside to pass."""
    hairline, limits = portrait.hairline, Limits(*profile.hairline_px)
    if hairline.certain:
        return measured(NAME, REASON, hairline.px, "px", limits, error=ERROR_PX)
    fits = limits.excess(hairline.px) == 0 and limits.excess(hairline.by_ratio_px) <= BY_RATIO_BIAS_PX
    outcome, score = (Outcome.PASS, 100) if fits else (Outcome.UNSURE, 50)
    return Finding(NAME, outcome, REASON, round(hairline.px, 1), "px", limits, score)
