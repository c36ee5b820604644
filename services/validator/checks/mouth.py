"""The lips are closed (std 6)."""

from services.validator.portrait import Portrait
from services.validator.rules import Finding, Limits, measured
from shared.campaign import CheckName, PhotoProfile
from shared.reasons import Reason

NAME: CheckName = "mouth"
REASON = Reason.MOUTH_OPEN

CLOSED = 0.088  # the widest gap between closed lips
OPEN = 0.12  # 50 of 50 open mouths lie above, 0 of 190 closed ones (judge.md §4)


def check(portrait: Portrait, _: PhotoProfile) -> Finding:
    return measured(NAME, REASON, portrait.mouth_openness, "", Limits(high=CLOSED), error=OPEN - CLOSED)
