"""The judge on composed photos: real faces from packages, on backgrounds and at places that are known."""

import io
import json
from dataclasses import replace
from typing import Any, get_args

import numpy as np
import pytest
from PIL import Image

from services.validator import checks
from services.validator.faces import FaceModels
from services.validator.judge import judge
from services.validator.portrait import look
from services.validator.rules import Outcome, Verdict
from services.validator.standard import cut
from shared.campaign import LimitName, PhotoProfile
from shared.events import Frame
from shared.reasons import Reason
from tests.notices.files import XINHUA
from tests.portraits.album import compose
from tests.portraits.compose import STANDARD_BLUE, Recipe
from tests.portraits.recipes import CASES, compliant, unsure
from tests.validator.judges import BLUES, frame_of

pytestmark = [pytest.mark.timeout(600), pytest.mark.usefixtures("faces")]

JUDGED = {name: case for name, case in CASES.items() if case.fate != "refused_at_once"}
MADE = {check for check, action in checks.DEFAULTS.items() if action != "off"}


def verdict_on(recipe: Recipe, models: FaceModels, profile: PhotoProfile = BLUES) -> tuple[str, tuple[Reason, ...]]:
    portrait = compose(recipe)
    decided = judge(portrait.jpeg, frame_of(portrait), profile, models).verdict
    return decided.decision, decided.codes


@pytest.mark.parametrize("name", JUDGED)
def test_each_case_meets_its_fate(name: str, models: FaceModels) -> None:
    case = JUDGED[name]
    decision, codes = verdict_on(case.recipe, models)
    assert decision == case.fate
    assert case.code is None or case.code in codes


@pytest.mark.parametrize("number", range(12))
def test_good_photos_are_accepted(number: int, models: FaceModels) -> None:
    assert verdict_on(compliant(number), models) == ("accepted", ())


def test_the_standards_own_blue_is_accepted_too(models: FaceModels) -> None:
    assert verdict_on(compliant(0, STANDARD_BLUE), models) == ("accepted", ())


def test_any_plain_background_is_accepted_where_the_campaign_says_so(models: FaceModels) -> None:
    plain = PhotoProfile(any_plain_background=True)
    assert verdict_on(CASES["green_background"].recipe, models, plain) == ("accepted", ())
    assert verdict_on(CASES["gradient_background"].recipe, models, plain)[0] == "refused"


def test_glasses_are_refused_where_the_notice_forbids_them(models: FaceModels) -> None:
    barefaced = compliant(0, STANDARD_BLUE)
    worn = replace(barefaced, defect="glasses")
    assert verdict_on(worn, models) == ("accepted", ())
    assert verdict_on(barefaced, models, XINHUA.photo) == ("accepted", ())
    assert verdict_on(worn, models, XINHUA.photo) == ("refused", (Reason.GLASSES_FORBIDDEN,))


def test_another_blue_is_for_a_person(models: FaceModels) -> None:
    assert verdict_on(compliant(0, (40, 90, 190)), models) == ("referred", (Reason.BG_COLOR,))


@pytest.mark.parametrize("number", range(3))
def test_a_slightly_tilted_head_is_for_a_person(number: int, models: FaceModels) -> None:
    decision, codes = verdict_on(unsure(number), models)
    assert decision == "referred"
    assert Reason.POSE_ROLL in codes


def test_a_burnt_out_face_is_refused(models: FaceModels) -> None:
    assert verdict_on(replace(compliant(0), light=4.0), models) == ("refused", (Reason.LIGHT_OVER,))


def test_a_turned_off_check_is_not_made(models: FaceModels) -> None:
    profile = BLUES.model_copy(update={"checks": {"mouth": "off"}})
    portrait = compose(CASES["teeth"].recipe)
    findings = judge(portrait.jpeg, frame_of(portrait), profile, models).findings
    assert "mouth" not in {finding.check for finding in findings}


def test_each_limit_that_a_campaign_may_name_is_the_one_that_counts(models: FaceModels) -> None:
    names = get_args(LimitName)
    wanted: dict[str, Any] = {"limits": {name: {"high": -1000} for name in names}}
    profile = BLUES.model_validate(BLUES.model_dump() | wanted | {"checks": {"glasses": "refer"}})
    portrait = compose(compliant(0))
    findings = {each.check: each for each in judge(portrait.jpeg, frame_of(portrait), profile, models).findings}
    for name in names:
        assert (findings[name].limits.low, findings[name].limits.high) == (None, -1000), name
        assert findings[name].outcome is not Outcome.PASS, name


def test_a_check_that_breaks_is_a_doubt_and_costs_no_other_check(
    models: FaceModels, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(checks.sharpness, "check", broken)
    portrait = compose(compliant(0))
    judgement = judge(portrait.jpeg, frame_of(portrait), BLUES, models)
    assert (judgement.verdict.decision, judgement.verdict.codes) == ("referred", (Reason.BLUR,))
    assert {finding.check for finding in judgement.findings} == MADE


@pytest.mark.parametrize("number", range(8))
def test_the_measures_find_the_truth(number: int, models: FaceModels) -> None:
    """Eye line and centre within what refuses; hairline within its error; width within ±10 px."""
    portrait = compose(compliant(number))
    found = look(cut(portrait.jpeg, frame_of(portrait))[0], models)
    truth = portrait.truth
    assert found is not None
    assert truth.eye_line_px is not None
    assert found.eye_line_px == pytest.approx(truth.eye_line_px, abs=2)
    assert found.face_width_px == pytest.approx(truth.face_width_px, abs=10)
    assert found.centre_x_px == pytest.approx(truth.centre_x_px, abs=8)
    assert found.roll_deg == pytest.approx(truth.tilt_deg, abs=1.5)
    assert found.hairline.certain
    assert found.hairline.px == pytest.approx(truth.hairline_px, abs=12)


@pytest.mark.parametrize("left", [0.02, 0.5, 0.98])
@pytest.mark.parametrize("how", [{}, {"progressive": True}, {"subsampling": 0}, {"restart_marker_rows": 4}])
def test_a_picture_that_stops_in_the_middle_is_refused_as_corrupt(
    left: float, how: dict[str, object], models: FaceModels
) -> None:
    """Behind the break stands an end marker where no end is, as broken uploads and editors leave it."""
    portrait = compose(replace(compliant(0), width_px=600))
    with Image.open(io.BytesIO(portrait.jpeg)) as picture:
        file = io.BytesIO()
        picture.save(file, "JPEG", quality=92, **how)
    whole = file.getvalue()
    assert judge(whole, frame_of(portrait), BLUES, models).standard_jpeg
    if how.get("progressive") and left > 0.9:
        return  # within the last scan: what it still refines, nobody sees
    broken = whole[: int(len(whole) * left)] + b"\xff\xd9"
    judgement = judge(broken, frame_of(portrait), BLUES, models)
    assert judgement.verdict == Verdict("refused", (Reason.FILE_CORRUPT,))


def test_a_frame_outside_the_picture_is_refused_with_its_reason(models: FaceModels) -> None:
    judgement = judge(compose(compliant(0)).jpeg, Frame(x=9000, y=9000, width=480), BLUES, models)
    assert judgement.verdict.codes == (Reason.FRAME_OUTSIDE,)


def test_a_file_that_is_no_picture_is_refused_with_its_reason(models: FaceModels) -> None:
    judgement = judge(b"PK\x03\x04 not a picture", Frame(x=0, y=0, width=480), BLUES, models)
    assert judgement.verdict.codes == (Reason.FILE_TYPE,)
    assert judgement.standard_jpeg is None


def test_a_sideways_phone_picture_is_judged_upright(models: FaceModels) -> None:
    portrait = compose(replace(compliant(0), surround=0))
    with Image.open(io.BytesIO(portrait.jpeg)) as upright:
        turned = upright.transpose(Image.Transpose.ROTATE_90)
    file, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = 6  # turn a quarter clockwise to show it
    turned.save(file, "JPEG", quality=92, exif=exif)
    judgement = judge(file.getvalue(), frame_of(portrait), BLUES, models)
    assert judgement.verdict.decision == "accepted"
    assert judgement.report["original"]["width_px"] == portrait.frame[2]


def test_the_report_is_plain_json_with_every_value_against_its_limits(models: FaceModels) -> None:
    portrait = compose(compliant(1))
    report = json.loads(json.dumps(judge(portrait.jpeg, frame_of(portrait), BLUES, models).report))
    by_check = {finding["check"]: finding for finding in report["findings"]}
    assert by_check.keys() == MADE
    assert by_check["eye_line"]["limits"] == {"low": 200, "high": 300}
    assert by_check["eye_line"]["outcome"] == Outcome.PASS


def test_the_report_keeps_the_hairline_and_the_crown_and_says_which_estimate_was_judged(models: FaceModels) -> None:
    portrait = compose(compliant(0))
    judged = judge(portrait.jpeg, frame_of(portrait), BLUES, models)
    head = judged.report["head"]
    assert head["hairline_by"] == "step"
    assert head["hairline_px"] == head["hairline_by_step_px"] == pytest.approx(portrait.truth.hairline_px, abs=12)
    assert head["hairline_by_ratio_px"] != head["hairline_px"]
    assert 0 < head["crown_px"] < head["hairline_px"]


def test_two_workers_make_the_same_bytes(models: FaceModels) -> None:
    portrait = compose(compliant(2))
    one, other = (judge(portrait.jpeg, frame_of(portrait), BLUES, models) for _ in range(2))
    assert one == other


def test_the_overlay_has_the_frames_size(models: FaceModels) -> None:
    for name in ("tilted", "two_faces", "no_face", "object_behind"):
        portrait = compose(CASES[name].recipe)
        overlay = judge(portrait.jpeg, frame_of(portrait), BLUES, models).overlay_jpeg
        assert overlay is not None
        with Image.open(io.BytesIO(overlay)) as image:
            assert image.size == (480, 640)


def test_no_broken_byte_breaks_the_judge(models: FaceModels) -> None:
    portrait = compose(replace(compliant(0), width_px=480, surround=0))
    random = np.random.default_rng(7)
    for _ in range(40):
        data = bytearray(portrait.jpeg)
        for place in random.integers(600, len(data), 8):
            data[place] = random.integers(0, 256)
        assert judge(bytes(data), frame_of(portrait), BLUES, models).verdict.decision
