"""Eyes, light and colour, where the composed faults of test_conformance do not lead."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from services.validator.checks import (
    Check,
    colour_cast,
    eyes_open,
    eyes_seen,
    glasses_glare,
    glasses_tint,
    highlights,
    light_even,
    red_eye,
    stretched,
)
from services.validator.faces import FaceModels, Pixels
from services.validator.portrait import Portrait, look
from services.validator.rules import Outcome
from services.validator.standard import cut
from shared.campaign import PhotoProfile
from shared.reasons import Reason
from tests.portraits.album import compose
from tests.portraits.compose import Recipe
from tests.portraits.recipes import compliant
from tests.validator.judges import frame_of

pytestmark = pytest.mark.usefixtures("faces")

STANDARD = PhotoProfile()
LOOKING_AT_EYES = (eyes_open, eyes_seen, red_eye, glasses_glare, glasses_tint, colour_cast)


def picture_of(recipe: Recipe) -> Pixels:
    photo = compose(recipe)
    picture, _ = cut(photo.jpeg, frame_of(photo))
    return picture


def seen(picture: Pixels, models: FaceModels) -> Portrait:
    portrait = look(picture, models)
    assert portrait is not None
    return portrait


@pytest.mark.parametrize("number", [0, 1])
def test_one_closed_eye_is_enough(number: int, models: FaceModels) -> None:
    good = compliant(number)
    picture, shut = picture_of(good), picture_of(replace(good, defect="eyes_closed"))
    picture[:, :240] = shut[:, :240]
    assert eyes_open.check(seen(picture, models), STANDARD).outcome is not Outcome.PASS


@pytest.mark.parametrize("check", LOOKING_AT_EYES)
def test_lids_that_leave_no_pixel_between_them_break_no_check(check: Check, models: FaceModels) -> None:
    portrait = seen(picture_of(compliant(0)), models)
    without = [replace(eye, lids=np.repeat(eye.lids[:1] - 5000, 16, axis=0)) for eye in portrait.eyes]
    assert check.check(replace(portrait, eyes=(without[0], without[1])), STANDARD).value is not None


@pytest.mark.parametrize("gains", [(0.5, 1.0, 1.2), (1.5, 0.9, 0.5), (0.75, 1.2, 0.75)], ids=["warm", "blue", "green"])
def test_a_cast_over_the_whole_picture_is_seen(gains: tuple[float, float, float], models: FaceModels) -> None:
    """Of blue, green and red, in linear light."""
    picture = picture_of(compliant(0))
    cast = 255 * np.clip((picture / 255.0) ** 2.2 * gains, 0, 1) ** (1 / 2.2)
    finding = colour_cast.check(seen(cast.round().astype(np.uint8), models), STANDARD)
    assert finding.outcome is not Outcome.PASS


def test_a_shadow_over_the_eyes_is_told_from_dark_lenses(models: FaceModels) -> None:
    shadow = picture_of(replace(compliant(0), defect="forehead_in_shadow"))
    lenses = picture_of(replace(compliant(0), defect="sunglasses"))
    assert eyes_seen.check(seen(shadow, models), STANDARD).reason is Reason.LIGHT_UNEVEN
    assert eyes_seen.check(seen(lenses, models), STANDARD).reason is Reason.GLASSES_TINT


@pytest.mark.parametrize("number", [0, 1, 2, 3])
def test_lenses_that_let_half_of_the_light_through_are_for_a_person(number: int, models: FaceModels) -> None:
    tinted = picture_of(replace(compliant(number), defect="tinted_lenses"))
    assert glasses_tint.check(seen(tinted, models), STANDARD).outcome is Outcome.UNSURE


def test_the_dark_rim_of_clear_glasses_is_no_tint(models: FaceModels) -> None:
    framed = picture_of(replace(compliant(1), defect="glasses"))
    assert glasses_tint.check(seen(framed, models), STANDARD).outcome is Outcome.PASS


def test_tinted_on_one_side_only_is_a_shadow(models: FaceModels) -> None:
    picture, tinted = (picture_of(replace(compliant(0), defect=defect)) for defect in (None, "tinted_lenses"))
    picture[:, :240] = tinted[:, :240]
    assert glasses_tint.check(seen(picture, models), STANDARD).outcome is Outcome.PASS


@pytest.mark.parametrize("number", [0, 1])
def test_what_is_dark_under_the_eyes_alone_is_no_tint(number: int, models: FaceModels) -> None:
    clear, tinted = (picture_of(replace(compliant(number), defect=defect)) for defect in (None, "tinted_lenses"))
    eye_line_px = round(seen(clear, models).eye_line_px)
    tinted[:eye_line_px] = clear[:eye_line_px]
    assert glasses_tint.check(seen(tinted, models), STANDARD).outcome is Outcome.PASS


def test_a_glint_on_the_nose_is_no_burnt_spot(models: FaceModels) -> None:
    picture = picture_of(compliant(0))
    tip = seen(picture, models).face.points[4]
    cv2.circle(picture, (round(float(tip[0])), round(float(tip[1]))), 6, (255, 255, 255), -1, cv2.LINE_AA)
    assert highlights.check(seen(picture, models), STANDARD).outcome is Outcome.PASS


def test_light_is_as_uneven_from_the_left_as_from_the_right(models: FaceModels) -> None:
    picture = picture_of(replace(compliant(0), defect="side_light"))
    mirrored = np.ascontiguousarray(picture[:, ::-1])
    one, other = (light_even.check(seen(each, models), STANDARD).value for each in (picture, mirrored))
    assert one == pytest.approx(other, abs=0.3)


def test_how_large_a_face_is_says_nothing_of_its_stretch() -> None:
    assert sum(weight for _, _, weight in stretched.DISTANCES) == pytest.approx(0)
