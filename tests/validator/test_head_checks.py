"""Hair, hats, frames, gaze, shoulders and clothes on composed photos of the packaged faces."""

from dataclasses import replace

import numpy as np
import pytest

from services.validator import checks
from services.validator.faces import FaceModels
from services.validator.portrait import look
from services.validator.rules import Finding, Outcome
from services.validator.source import read_source
from services.validator.standard import cut
from shared.campaign import CheckName, ClothesColour, PhotoProfile
from shared.reasons import Reason
from tests.portraits.album import compose
from tests.portraits.compose import STUDIO_BLUE, Recipe
from tests.portraits.coverings import Covering
from tests.portraits.recipes import compliant
from tests.validator.judges import BLUES, frame_of

pytestmark = [pytest.mark.timeout(300), pytest.mark.usefixtures("faces")]

NO_BLUE = BLUES.model_copy(update={"banned_clothes": (ClothesColour(name="蓝色", rgb=STUDIO_BLUE),)})
BIDEN, OBAMA = (replace(compliant(number), width_px=600, surround=0) for number in (0, 2))  # in black, in navy
COVERED: list[tuple[Covering, CheckName, Reason]] = [
    ("hair_over_ears", "ears", Reason.HAIR_EAR),
    ("hair_over_one_ear", "ears", Reason.HAIR_EAR),
    ("fringe", "brows", Reason.HAIR_BROW),
    ("black_cap", "brows", Reason.HAIR_BROW),
    ("blue_cap", "head_covering", Reason.HEADWEAR),
    ("knit_hat", "head_covering", Reason.HEADWEAR),
    ("low_frame", "glasses_frame", Reason.GLASSES_FRAME),
    ("looking_left", "gaze", Reason.GAZE),
    ("looking_right", "gaze", Reason.GAZE),
]
SHOWN: list[CheckName] = ["ears", "brows", "head_covering", "glasses_frame", "gaze", "shoulders", "body"]


def found(recipe: Recipe, models: FaceModels, profile: PhotoProfile = BLUES) -> dict[str, Finding]:
    photo = compose(recipe)
    portrait = look(cut(photo.jpeg, frame_of(photo))[0], models)
    return {each.check: each for each in checks.run(portrait, profile, read_source(photo.jpeg))}


@pytest.mark.parametrize("recipe", [BIDEN, OBAMA], ids=["biden", "obama"])
@pytest.mark.parametrize(("covering", "check", "reason"), COVERED)
def test_what_is_hidden_or_turned_away_is_seen(
    recipe: Recipe, covering: Covering, check: CheckName, reason: Reason, models: FaceModels
) -> None:
    finding = found(replace(recipe, covering=covering), models)[check]
    assert finding.outcome is not Outcome.PASS
    assert finding.reason is reason


@pytest.mark.parametrize("number", range(6))
def test_who_hides_nothing_passes(number: int, models: FaceModels) -> None:
    findings = found(compliant(number), models)
    assert {check for check in SHOWN if findings[check].outcome is not Outcome.PASS} == set()


def test_a_look_aside_has_its_side(models: FaceModels) -> None:
    left = found(replace(BIDEN, covering="looking_left"), models)["gaze"].value
    right = found(replace(BIDEN, covering="looking_right"), models)["gaze"].value
    assert left is not None
    assert right is not None
    assert left < 0 < right


def test_a_frame_around_the_eyes_covers_nothing(models: FaceModels) -> None:
    assert found(replace(OBAMA, defect="glasses"), models)["glasses_frame"].outcome is Outcome.PASS


def test_one_ear_under_hair_is_enough(models: FaceModels) -> None:
    assert found(replace(OBAMA, covering="hair_over_one_ear"), models)["ears"].value == pytest.approx(1, abs=0.25)


def test_a_hanging_shoulder_hangs_by_its_angle(models: FaceModels) -> None:
    level, hanging = (
        found(recipe, models)["shoulders"] for recipe in (BIDEN, replace(BIDEN, covering="hanging_shoulder"))
    )
    assert level.outcome is Outcome.PASS
    assert hanging.outcome is not Outcome.PASS
    assert hanging.value is not None
    assert hanging.value > 8


def test_shoulders_that_cannot_be_seen_are_unsure(models: FaceModels) -> None:
    """White clothes before white: nothing says where they begin."""
    white = replace(BIDEN, background=(255, 255, 255), defect="clothes_like_background")
    finding = found(white, models)["shoulders"]
    assert (finding.outcome, finding.value) == (Outcome.UNSURE, None)


def test_a_head_without_a_body_is_not_enough(models: FaceModels) -> None:
    finding = found(replace(BIDEN, face_width=0.62, eye_line=0.5), models)["body"]
    assert (finding.outcome, finding.reason) == (Outcome.FAIL, Reason.GEO_BODY)


def test_a_campaign_may_ask_for_more_of_the_body(models: FaceModels) -> None:
    to_the_third_button = BLUES.model_copy(update={"body_under_chin": 1.5})
    assert found(BIDEN, models, to_the_third_button)["body"].outcome is Outcome.FAIL


@pytest.mark.parametrize(
    ("setting", "value", "check"),
    [
        ("eye_line_px", (0, 100), "eye_line"),
        ("hairline_px", (0, 10), "hairline"),
        ("face_width_px", (10, 50), "face_width"),
        ("centre_offset_px", 0, "centring"),
        ("roll_max_degrees", 0.01, "roll"),
    ],
)
def test_where_the_head_must_be_is_the_campaigns_to_say(
    setting: str, value: object, check: CheckName, models: FaceModels
) -> None:
    assert found(BIDEN, models)[check].outcome is Outcome.PASS
    stricter = BLUES.model_copy(update={setting: value})
    assert found(BIDEN, models, stricter)[check].outcome is not Outcome.PASS


def test_the_heads_height_counts_only_where_it_is_asked(models: FaceModels) -> None:
    assert found(BIDEN, models)["head_height"].outcome is Outcome.PASS
    about_half = BLUES.model_copy(update={"head_height_share": (0.3, 0.5)})
    assert found(BIDEN, models, about_half)["head_height"].outcome is Outcome.FAIL


def test_blue_clothes_are_wrong_only_where_blue_is_banned(models: FaceModels) -> None:
    blue = replace(BIDEN, covering="blue_clothes")
    assert found(blue, models)["clothes_banned"].outcome is Outcome.PASS
    assert found(blue, models, NO_BLUE)["clothes_banned"].outcome is Outcome.FAIL


def test_a_black_suit_before_blue_is_not_blue(models: FaceModels) -> None:
    assert found(BIDEN, models, NO_BLUE)["clothes_banned"].outcome is Outcome.PASS


def test_a_navy_suit_is_for_a_person_where_blue_is_banned(models: FaceModels) -> None:
    assert found(OBAMA, models, NO_BLUE)["clothes_banned"].outcome is Outcome.UNSURE


def test_a_banned_grey_is_met_by_its_lightness(models: FaceModels) -> None:
    no_black = BLUES.model_copy(update={"banned_clothes": (ClothesColour(name="黑色", rgb=(25, 25, 28)),)})
    assert found(BIDEN, models, no_black)["clothes_banned"].outcome is not Outcome.PASS


@pytest.mark.parametrize("away", [(-2000, 0), (2000, 0), (0, -2000), (0, 2000)])
def test_a_face_beyond_the_pictures_edge_breaks_no_check(away: tuple[int, int], models: FaceModels) -> None:
    photo = compose(BIDEN)
    portrait = look(cut(photo.jpeg, frame_of(photo))[0], models)
    assert portrait is not None
    off = np.array(away, np.float32)
    one, other = (replace(eye, iris=eye.iris + off, lids=eye.lids + off) for eye in portrait.eyes)
    gone = replace(portrait, face=replace(portrait.face, points=portrait.face.points + off), eyes=(one, other))
    findings = checks.run(gone, NO_BLUE, read_source(photo.jpeg))
    assert {each.check: each.error for each in findings if each.error} == {}
