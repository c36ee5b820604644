"""No picture editor has had the picture in hand (NCEPU: 请传原图). Studios crop with them: it warns."""

import re

from services.validator.rules import Finding, Limits, Outcome
from services.validator.source import Source
from shared.campaign import CheckName, PhotoProfile
from shared.reasons import Reason

NAME: CheckName = "darkroom_marks"
REASON = Reason.EDIT_BEAUTY

EDITORS = re.compile(
    r"photoshop|lightroom|camera raw|\bgimp\b|paint\.net|affinity|pixelmator|capture one|acdsee|coreldraw|paintshop"
    r"|photoscape|polarr|fotor|\bcanva\b|光影魔术手|可牛|美间|稿定",
    re.IGNORECASE,
)


def check(source: Source, _: PhotoProfile) -> Finding:
    """How many places name one: a reason to look, never to refuse, for cropping leaves the same name as retouching."""
    named = sum(bool(EDITORS.search(text)) for text in source.software)
    outcome, score = (Outcome.UNSURE, 50) if named else (Outcome.PASS, 100)
    return Finding(NAME, outcome, REASON, named, "处", Limits(high=0), score)
