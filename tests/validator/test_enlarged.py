import io
from dataclasses import replace

import pytest
from PIL import Image

from services.validator.checks import enlarged
from services.validator.decode import decode
from services.validator.rules import Outcome
from services.validator.source import Source, read_source
from shared.campaign import PhotoProfile
from tests.portraits.album import compose
from tests.portraits.compose import Recipe
from tests.portraits.recipes import compliant

pytestmark = [pytest.mark.timeout(600), pytest.mark.usefixtures("faces")]

SMALL = replace(compliant(0), width_px=900, surround=0.0, quality=92)


def outcome(jpeg: bytes) -> Outcome:
    return enlarged.check(read_source(jpeg, decode(jpeg).image), PhotoProfile()).outcome


def made(recipe: Recipe, times: float) -> bytes:
    with Image.open(io.BytesIO(compose(recipe).jpeg)) as image:
        size = (round(image.width * times), round(image.height * times))
        file = io.BytesIO()
        image.resize(size, Image.Resampling.LANCZOS).save(file, "JPEG", quality=90)
    return file.getvalue()


@pytest.mark.parametrize("times", [1.5, 1.7, 2.6])
def test_a_picture_that_was_blown_up_is_for_a_person(times: float) -> None:
    assert outcome(compose(replace(SMALL, blown_up=times)).jpeg) is Outcome.UNSURE


def test_a_picture_as_it_was_taken_passes() -> None:
    assert outcome(compose(SMALL).jpeg) is Outcome.PASS


@pytest.mark.parametrize("times", [0.45, 0.7, 0.9])
def test_a_picture_that_a_messenger_made_smaller_passes(times: float) -> None:
    assert outcome(made(replace(SMALL, width_px=1224), times)) is Outcome.PASS


def test_a_picture_of_one_colour_or_of_a_few_pixels_says_nothing() -> None:
    for size in ((900, 1200), (3, 4), (1, 1)):
        assert read_source(b"", Image.new("RGB", size, (67, 142, 219))).interpolation == 0


def test_what_was_made_here_is_not_asked() -> None:
    assert enlarged.check(Source(90), PhotoProfile()).outcome is Outcome.PASS
