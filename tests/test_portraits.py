"""The photos the other tests are played with: known, repeatable, and of a size the campaigns take."""

import io
from dataclasses import replace

import pytest
from PIL import Image

from shared.campaign import PhotoProfile
from tests.portraits import cutouts
from tests.portraits.compose import Recipe, compose
from tests.portraits.recipes import CASES, compliant, named, unsure

pytestmark = pytest.mark.timeout(600)  # the first run brings 170 MB

SMALLEST_BYTES, LARGEST_BYTES = 100_000, 2_097_152  # "100K–2M" of BUCT's notice
HAIRLINE_ERROR_PX, WIDTH_ERROR_PX, EYES_ERROR_PX = 12, 10, 4  # what the judge cannot measure closer


@pytest.fixture(scope="module", autouse=True)
def _faces() -> None:
    for _ in cutouts.fetch():
        pass


def test_the_same_recipe_gives_the_same_bytes() -> None:
    assert compose(compliant(3)).jpeg == compose(compliant(3)).jpeg


def test_another_seed_gives_another_file_of_the_same_person() -> None:
    portrait, again = compose(compliant(3)), compose(replace(compliant(3), seed=99))
    assert portrait.jpeg != again.jpeg
    assert portrait.truth == again.truth


def test_no_two_good_or_doubtful_photos_are_the_same() -> None:
    recipes = [*map(compliant, range(60)), *map(unsure, range(20))]
    assert len(set(recipes)) == len(recipes)
    assert {recipe.face for recipe in recipes} == {"biden", "obama3"}


@pytest.mark.parametrize("number", range(18))
def test_a_good_photo_keeps_the_standard_by_more_than_the_judges_error(number: int) -> None:
    standard, truth = PhotoProfile(), compose(replace(compliant(number), width_px=480)).truth
    assert truth.hairline_px is not None
    assert truth.eye_line_px is not None
    assert truth.face_width_px is not None
    assert _within(truth.hairline_px, standard.hairline_px, HAIRLINE_ERROR_PX)
    assert _within(truth.eye_line_px, standard.eye_line_px, EYES_ERROR_PX)
    assert _within(truth.face_width_px, standard.face_width_px, WIDTH_ERROR_PX)


@pytest.mark.parametrize("name", sorted(named()))
def test_an_upload_has_the_bytes_and_the_frame_its_case_needs(name: str) -> None:
    portrait = compose(named()[name])
    too_few = name in CASES and CASES[name].fate == "refused_at_once"
    assert (len(portrait.jpeg) < SMALLEST_BYTES) == too_few
    assert len(portrait.jpeg) <= LARGEST_BYTES
    with Image.open(io.BytesIO(portrait.jpeg)) as picture:
        x, y, width = portrait.frame
        assert 0 <= x <= x + width <= picture.width
        assert 0 <= y <= y + round(width * 4 / 3) <= picture.height


def test_a_tilted_head_is_tilted_the_way_the_recipe_says() -> None:
    assert compose(Recipe(width_px=480, tilt_deg=6)).truth.tilt_deg == 6


def _within(value: float, limits: tuple[int, int], margin: float) -> bool:
    return limits[0] + margin <= value <= limits[1] - margin
