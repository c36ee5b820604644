"""No beauty app has had the picture in hand (std 2: no retouching; all notices: 不要过度美化)."""

import re

from services.validator.rules import Finding, Limits, Outcome
from services.validator.source import Source
from shared.campaign import CheckName, PhotoProfile
from shared.reasons import Reason

NAME: CheckName = "editor_marks"
REASON = Reason.EDIT_BEAUTY

# Apps made to change faces. A phone's own camera names its maker's firmware, which is none of them.
BEAUTY_APPS = re.compile(
    r"meitu|mtxx|beauty ?cam|beauty ?plus|makeup ?plus|air ?brush|wink ?app|xingtu|hypic|qingyan|ulike|face ?u\b"
    r"|faceapp|facetune|youcam|camera ?360|\bb612\b|\bsnow corp|sweet ?selfie|\bremini\b|meiyan|wuta|retouch|pitu\b"
    r"|peachy|snapseed|pics ?art|photodirector|perfect365|\bvsco"
    r"|美图|美颜|美顏|轻颜|醒图|无他|天天P图|激萌|一甜|潮自拍|美人相机|黄油相机|泡泡美化|修图|美化",
    re.IGNORECASE,
)


def check(source: Source, _: PhotoProfile) -> Finding:
    """How many places name one. What the app did cannot be told, nor is its absence certain: messengers wipe names."""
    named = sum(bool(BEAUTY_APPS.search(text)) for text in source.software)
    outcome, score = (Outcome.FAIL, 0) if named else (Outcome.PASS, 100)
    return Finding(NAME, outcome, REASON, named, "处", Limits(high=0), score)
