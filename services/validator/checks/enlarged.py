"""The picture was not blown up from a smaller one (std 3; NCEPU: 尺寸低于标准, 请传原图)."""

from services.validator.rules import Finding, Limits, Outcome, measured
from services.validator.source import Source
from shared.campaign import CheckName, PhotoProfile
from shared.reasons import Reason

NAME: CheckName = "enlarged"
REASON = Reason.SRC_ENLARGED

NATIVE, ENLARGED = 8.0, 12.0  # photos as they were taken or made smaller reach 6.5, one of 24 from the web 8.9


def check(source: Source, _: PhotoProfile) -> Finding:
    """How strongly a period of interpolation stands out. It tells neither how many times the picture was enlarged nor
    by whom: a phone's digital zoom does it too, so this is never certain."""
    limits = Limits(high=NATIVE)
    if source.interpolation is None:  # made here from the student's original, and judged as it is
        return Finding(NAME, Outcome.PASS, REASON, None, "", limits, 100)
    return measured(NAME, REASON, source.interpolation, "倍", limits, error=ENLARGED - NATIVE, certain=False)
