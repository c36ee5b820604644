"""The body is in the picture, not only the head (NCEPU: 人像比例; Xinhua: 至第三、四颗纽扣)."""

import numpy as np

from services.validator.faces import CHIN
from services.validator.outline import outline
from services.validator.portrait import FRAME_HEIGHT_PX, Portrait
from services.validator.rules import Finding, Limits, Outcome, measured
from shared.campaign import CheckName, PhotoProfile
from shared.reasons import Reason

NAME: CheckName = "body"
REASON = Reason.GEO_BODY

ERROR = 0.06  # the chin errs by 4 px (p99), the face's width by 3 %
WIDE = 1.1  # face widths that neck and shoulders take beneath; necks alone take 0.8


def check(portrait: Portrait, profile: PhotoProfile) -> Finding:
    """How much of the picture lies under the chin, in face widths; unsure where no shoulders stand out there."""
    depth = (FRAME_HEIGHT_PX - float(portrait.face.points[CHIN, 1])) / portrait.face_width_px
    limits = Limits(low=profile.body_under_chin)
    if limits.excess(depth) == 0 and _width(portrait) < WIDE:
        return Finding(NAME, Outcome.UNSURE, REASON, round(depth, 3), "", limits, 50)
    return measured(NAME, REASON, depth, "", limits, error=ERROR)


def _width(portrait: Portrait) -> float:
    """Of the person under the chin, in face widths."""
    found = outline(portrait)
    columns = found.columns[found.person]
    return float(np.ptp(columns)) / portrait.face_width_px if columns.size else 0.0
