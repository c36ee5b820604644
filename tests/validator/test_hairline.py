from dataclasses import replace

import numpy as np
import pytest

from services.validator.checks import hairline
from services.validator.faces import FaceModels
from services.validator.hairline import Hairline, find_hairline
from services.validator.portrait import Portrait, look
from services.validator.rules import Outcome
from services.validator.standard import cut
from tests.portraits.album import compose
from tests.portraits.recipes import compliant
from tests.validator.judges import BLUES, frame_of

LOW, HIGH = BLUES.hairline_px


@pytest.fixture(scope="module")
def portrait(models: FaceModels, faces: None) -> Portrait:
    photo = compose(compliant())
    seen = look(cut(photo.jpeg, frame_of(photo))[0], models)
    assert seen is not None
    return seen


@pytest.mark.parametrize(
    ("px", "by_ratio_px", "certain", "outcome"),
    [
        (HIGH - 1, HIGH + 20, True, Outcome.PASS),
        (HIGH + 10, HIGH - 5, True, Outcome.PASS),  # within its error, and the proportion says it is right
        (HIGH + 10, HIGH + 5, True, Outcome.UNSURE),
        (HIGH + 30, HIGH - 5, True, Outcome.UNSURE),  # a fringe, or a low hairline: never refused by itself
        (HIGH + 30, HIGH + 5, True, Outcome.FAIL),
        (HIGH + 30, HIGH + 5, False, Outcome.UNSURE),
        (LOW - 30, LOW - 5, True, Outcome.FAIL),
    ],
)
def test_two_estimates_decide_together(
    portrait: Portrait, px: float, by_ratio_px: float, certain: bool, outcome: Outcome
) -> None:
    seen = replace(portrait, hairline=Hairline(px, px, by_ratio_px, certain))
    assert hairline.check(seen, BLUES).outcome is outcome


@pytest.mark.parametrize("away", [(600, 0), (-600, 0), (0, 700), (0, -700)], ids=["right", "left", "under", "above"])
def test_a_forehead_beyond_the_pictures_edge_has_no_certain_hairline(portrait: Portrait, away: tuple[int, int]) -> None:
    moved = replace(portrait.face, points=portrait.face.points + np.array(away, np.float32))
    found = find_hairline(portrait.picture, moved, portrait.eye_line_px + away[1], portrait.crown_px + away[1])
    assert not found.certain
