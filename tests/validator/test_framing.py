"""The automatic crop on composed photos: the judge itself says whether the frame keeps the standard."""

from dataclasses import replace

import pytest

from services.validator.faces import FaceModels
from services.validator.framing import CannotFrame, framed_by_itself
from services.validator.judge import judge
from shared.reasons import Reason
from tests.portraits.album import compose
from tests.portraits.compose import Recipe
from tests.portraits.recipes import CASES, compliant
from tests.validator.judges import BLUES

pytestmark = [pytest.mark.timeout(300), pytest.mark.usefixtures("faces")]

# Heads of every size and place, with blue around them, as somebody photographs who chooses no frame.
LOOSE = [
    replace(compliant(number), width_px=1000, surround=surround, centre_x=centre_x, face_width=face_width, eye_line=0.5)
    for number, (surround, centre_x, face_width) in enumerate(
        [(0.3, 0.5, 0.3), (0.3, 0.35, 0.35), (0.5, 0.7, 0.35), (0.5, 0.5, 0.5), (0.4, 0.6, 0.25), (0.3, 0.55, 0.45)]
    )
]


@pytest.mark.parametrize("recipe", LOOSE)
def test_a_loose_photo_is_framed_into_the_standards_ranges(recipe: Recipe, models: FaceModels) -> None:
    jpeg = compose(recipe).jpeg
    frame = framed_by_itself(jpeg, BLUES, models)
    findings = {each.check: each for each in judge(jpeg, frame, BLUES, models).findings}
    for name in ("eye_line", "hairline", "face_width", "centring"):
        assert findings[name].outcome == "pass", findings[name]


@pytest.mark.parametrize(
    ("recipe", "reason"),
    [
        (replace(compliant(0), face=None), Reason.FACE_NONE),
        (replace(LOOSE[0], second_face="obama", second_width=0.8, centre_x=0.62), Reason.FACE_MULTI),
        (replace(compliant(0), surround=0.0, eye_line=0.2), Reason.GEO_HAIRLINE),
    ],
    ids=["nobody", "two people", "no room above the head"],
)
def test_where_no_frame_can_be_chosen_the_reason_is_said(recipe: Recipe, reason: Reason, models: FaceModels) -> None:
    with pytest.raises(CannotFrame) as refused:
        framed_by_itself(compose(recipe).jpeg, BLUES, models)
    assert refused.value.reason is reason


def test_a_head_cut_by_the_pictures_edge_is_not_framed(models: FaceModels) -> None:
    with pytest.raises(CannotFrame):
        framed_by_itself(compose(CASES["head_too_large"].recipe).jpeg, BLUES, models)
