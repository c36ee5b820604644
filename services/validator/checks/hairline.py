"""The hairline lies 50 to 110 px from the top edge (std 18: 头顶发际)."""

from services.validator.portrait import Portrait
from services.validator.rules import Finding, Limits, Outcome, measured
from shared.campaign import CheckName, PhotoProfile
from shared.reasons import Reason

NAME: CheckName = "hairline"
REASON = Reason.GEO_HAIRLINE

ERROR_PX = 15.0  # the largest is 12 px, against marks by hand on 20 portraits (MEASURED.md)


def check(portrait: Portrait, profile: PhotoProfile) -> Finding:
    """Within the measure's error of a limit the proportion of the face decides; a fringe hides the hairline, so only
    where the proportion says so too is a photo refused."""
    hairline, limits = portrait.hairline, Limits(*profile.hairline_px)
    both_outside = limits.excess(hairline.by_ratio_px) > 0
    certain = hairline.certain and both_outside
    finding = measured(NAME, REASON, hairline.px, "px", limits, error=ERROR_PX, certain=certain)
    if finding.outcome is Outcome.UNSURE and limits.excess(hairline.px) <= ERROR_PX and not both_outside:
        return Finding(NAME, Outcome.PASS, REASON, finding.value, "px", limits, finding.score)
    return finding
