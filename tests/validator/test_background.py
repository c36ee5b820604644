"""What is taken for the background, the person, and a thing behind the person."""

from dataclasses import replace

import pytest

from services.validator.checks import background_even
from services.validator.faces import FaceModels
from services.validator.portrait import Portrait, look
from services.validator.rules import Outcome
from services.validator.standard import cut
from tests.portraits.album import compose
from tests.portraits.compose import Recipe
from tests.portraits.recipes import compliant
from tests.validator.judges import BLUES, frame_of

pytestmark = pytest.mark.usefixtures("faces")


def seen(recipe: Recipe, models: FaceModels) -> Portrait:
    photo = compose(recipe)
    portrait = look(cut(photo.jpeg, frame_of(photo))[0], models)
    assert portrait is not None
    return portrait


def test_a_thing_that_touches_the_hair_is_no_part_of_the_person(models: FaceModels) -> None:
    """The door's frame stands at 86 to 95 % of the width: this head leans on it."""
    portrait = seen(replace(compliant(), background2="object", centre_x=0.66), models)
    assert portrait.background.objects.any()
    assert background_even.check(portrait, BLUES).outcome is not Outcome.PASS


def test_a_burnt_face_before_white_is_still_a_person(models: FaceModels) -> None:
    portrait = seen(replace(compliant(), background=(255, 255, 255), light=3.0), models)
    x, y = (portrait.face.points.mean(axis=0) / 2).astype(int)
    assert portrait.background.person[y, x]
    assert background_even.check(portrait, BLUES).outcome is not Outcome.FAIL


def test_a_head_that_touches_the_top_is_no_background(models: FaceModels) -> None:
    portrait = seen(replace(compliant(), eye_line=0.28), models)
    assert portrait.crown_px == 0
    assert background_even.check(portrait, BLUES).outcome is Outcome.PASS
