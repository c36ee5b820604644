"""Pictures and faces that came before, on composed photos of two packaged people."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import structlog

from services.validator import descriptor
from services.validator.faces import FaceModels, Pixels
from services.validator.models import ModelError
from services.validator.portrait import look
from services.validator.sameness import FaceModel, Sameness, fingerprints, is_same_face, is_same_picture, picture_hash
from services.validator.standard import cut
from tests.portraits.album import compose
from tests.portraits.compose import STANDARD_BLUE, Recipe
from tests.portraits.recipes import CASES, compliant
from tests.validator.judges import frame_of

pytestmark = [pytest.mark.timeout(600), pytest.mark.usefixtures("faces")]

ONE, OTHER = compliant(0), compliant(2)  # of two people
SMILING = CASES["teeth"].recipe  # another picture of the second


@pytest.fixture(scope="module")
def face_model(models_dir: Path) -> FaceModel:
    """Comes once per user, 100 MB."""
    descriptor.bring(models_dir)
    model = descriptor.open_face_model(models_dir)
    assert model is not None
    return model


def photo_of(recipe: Recipe) -> Pixels:
    portrait = compose(recipe)
    return cut(portrait.jpeg, frame_of(portrait))[0]


def prints(picture: Pixels, models: FaceModels, face_model: FaceModel | None = None) -> Sameness:
    portrait = look(picture, models)
    assert portrait is not None
    return fingerprints(picture, portrait, face_model)


def resized(picture: Pixels) -> Pixels:
    return np.asarray(cv2.resize(picture, (480, 640)), np.uint8)


def sent_on(picture: Pixels) -> Pixels:
    """As a messenger leaves it: two thirds as large, quality 55."""
    small = cv2.resize(picture, (320, 427), interpolation=cv2.INTER_AREA)
    jpeg = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 55])[1]
    return resized(np.asarray(cv2.imdecode(jpeg, cv2.IMREAD_COLOR), np.uint8))


@pytest.mark.parametrize("recipe", [ONE, OTHER])
def test_a_copy_is_the_same_picture_however_it_was_sent_or_cut(recipe: Recipe, models: FaceModels) -> None:
    photo = photo_of(recipe)
    first = prints(photo, models).picture_hash
    for copy in (sent_on(photo), resized(photo[6:628, 5:471]), resized(photo[:600, 15:465])):
        assert is_same_picture(prints(copy, models).picture_hash, first)


def test_a_new_background_does_not_make_another_picture(models: FaceModels) -> None:
    blue = photo_of(replace(ONE, background=STANDARD_BLUE))
    assert is_same_picture(prints(blue, models).picture_hash, prints(photo_of(ONE), models).picture_hash)


def test_other_people_and_other_pictures_of_one_person_differ(models: FaceModels) -> None:
    hashes = [prints(photo_of(recipe), models).picture_hash for recipe in (ONE, OTHER, SMILING)]
    assert not any(is_same_picture(hashes[i], hashes[j]) for i, j in ((0, 1), (0, 2), (1, 2)))


def test_a_picture_without_a_face_has_a_hash_too() -> None:
    photo = photo_of(CASES["object_behind"].recipe)
    unseen = fingerprints(photo, None)
    assert unseen.face is None
    assert is_same_picture(unseen.picture_hash, picture_hash(sent_on(photo)))
    assert 0 <= unseen.picture_hash < 2**64


def test_one_face_is_known_again_and_another_is_not(models: FaceModels, face_model: FaceModel) -> None:
    larger = replace(ONE, face_width=ONE.face_width * 1.1, light=0.85, background=STANDARD_BLUE)
    one, again, other = (prints(photo_of(recipe), models, face_model).face for recipe in (ONE, larger, OTHER))
    assert is_same_face(one, again)
    assert not is_same_face(one, other)


def test_an_unknown_face_is_like_nobody() -> None:
    known = (0.1,) * 128
    assert is_same_face(known, known)
    assert not is_same_face(known, None)
    assert not is_same_face(None, None)


def test_without_the_network_no_face_is_compared_and_the_log_says_so(tmp_path: Path) -> None:
    with structlog.testing.capture_logs() as logs:
        assert descriptor.open_face_model(tmp_path) is None
    assert [each["event"] for each in logs] == ["face_model_absent"]


def test_another_network_under_the_name_is_found_out(tmp_path: Path) -> None:
    (tmp_path / descriptor.NETWORK).write_bytes(b"not the one we measured")
    with pytest.raises(ModelError, match="delete it"):
        descriptor.open_face_model(tmp_path)


@pytest.mark.parametrize("away", [(600, 0), (-600, 0), (0, 700), (0, -700)], ids=["right", "left", "under", "above"])
def test_eyes_beyond_the_pictures_edge_cost_no_photo_its_hash(away: tuple[int, int], models: FaceModels) -> None:
    portrait = look(photo_of(compliant(0)), models)
    assert portrait is not None
    one, other = (replace(eye, iris=eye.iris + np.array(away, np.float32)) for eye in portrait.eyes)
    fingerprints(portrait.picture, replace(portrait, eyes=(one, other)))
