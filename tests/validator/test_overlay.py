import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from services.validator.faces import FaceModels
from services.validator.judge import judge
from tests.portraits.album import compose
from tests.portraits.compose import Recipe
from tests.portraits.recipes import CASES, compliant, unsure
from tests.validator.judges import BLUES, frame_of

pytestmark = [pytest.mark.timeout(300), pytest.mark.usefixtures("faces")]


LOOKING_ASIDE = replace(compliant(0), covering="looking_left")


def overlay(recipe: Recipe, models: FaceModels) -> np.ndarray:
    portrait = compose(recipe)
    jpeg = judge(portrait.jpeg, frame_of(portrait), BLUES, models).overlay_jpeg
    assert jpeg is not None
    with Image.open(io.BytesIO(jpeg)) as image:
        return np.asarray(image.convert("RGB")).astype(int)


@pytest.mark.parametrize(
    ("recipe", "channels"),
    [(compliant(0), "G"), (CASES["off_centre"].recipe, "R"), (unsure(0), "RG"), (LOOKING_ASIDE, "RG")],
    ids=["accepted is green", "refused is red", "referred is amber", "certain and yet referred is amber"],
)
def test_the_border_has_the_verdicts_colour(recipe: Recipe, channels: str, models: FaceModels) -> None:
    red, green, _ = overlay(recipe, models)[100:540, 1:4].mean(axis=(0, 1))
    assert (red > 128, green > 128) == ("R" in channels, "G" in channels)


def test_what_is_wrong_is_boxed(models: FaceModels) -> None:
    teeth = overlay(CASES["teeth"].recipe, models)
    around_the_mouth = teeth[330:460, 150:330]
    red = (around_the_mouth[..., 0] > 180) & (around_the_mouth[..., 1] < 80) & (around_the_mouth[..., 2] < 80)
    assert red.sum() > 200
