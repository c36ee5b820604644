from pathlib import Path
from typing import get_args

import pytest

from services.validator import checks
from services.validator.api import CHECK_NAMES
from services.validator.rules import (
    Finding,
    Limits,
    Outcome,
    Verdict,
    beautified,
    every_beauty_check,
    measured,
    under,
    verdict,
)
from shared.campaign import BadCampaign, CheckName, PhotoProfile, read_campaign
from shared.reasons import Reason

STANDARD = PhotoProfile()


def found(check: CheckName, outcome: Outcome, reason: Reason = Reason.GEO_EYES) -> Finding:
    return Finding(check, outcome, reason, 1.0, "px", Limits(0, 1), 0)


@pytest.mark.parametrize(
    ("value", "outcome", "score"),
    [
        (200, Outcome.PASS, 100),
        (300, Outcome.PASS, 100),
        (199, Outcome.UNSURE, 75),
        (304, Outcome.UNSURE, 0),
        (304.1, Outcome.FAIL, 0),
        (150, Outcome.FAIL, 0),
    ],
)
def test_only_what_is_outside_by_more_than_the_measures_error_fails(value: float, outcome: Outcome, score: int) -> None:
    finding = measured("eye_line", Reason.GEO_EYES, value, "px", Limits(200, 300), error=4)
    assert (finding.outcome, finding.score) == (outcome, score)


def test_a_measure_that_may_be_wrong_never_fails() -> None:
    finding = measured("yaw", Reason.POSE_YAW, 80, "°", Limits(high=15), error=1, certain=False)
    assert finding.outcome is Outcome.UNSURE


def test_a_photo_without_a_fault_is_accepted() -> None:
    assert verdict([found("eye_line", Outcome.PASS)], STANDARD, checks.DEFAULTS) == Verdict("accepted")


def test_a_certain_fault_is_refused_and_says_only_what_is_certain() -> None:
    findings = [found("eye_line", Outcome.FAIL), found("roll", Outcome.UNSURE, Reason.POSE_ROLL)]
    assert verdict(findings, STANDARD, checks.DEFAULTS) == Verdict("refused", (Reason.GEO_EYES,))


def test_a_doubt_goes_to_a_person() -> None:
    findings = [found("roll", Outcome.UNSURE, Reason.POSE_ROLL)]
    assert verdict(findings, STANDARD, checks.DEFAULTS) == Verdict("referred", (Reason.POSE_ROLL,))


def test_a_misspelt_check_is_an_error_that_names_the_right_one(tmp_path: Path) -> None:
    published = Path("deploy/campaigns/xinhua-2022-spring.toml").read_text(encoding="utf-8")
    misspelt = published.replace("[photo.checks]", '[photo.checks]\neye_lin = "refuse"')
    (tmp_path / "typo.toml").write_text(misspelt, encoding="utf-8")
    with pytest.raises(BadCampaign, match=r"photo.checks.eye_lin：没有这种写法；是不是 eye_line？"):
        read_campaign(tmp_path / "typo.toml")


def test_every_check_a_campaign_may_name_exists_and_has_a_default_and_a_name_for_reviewers() -> None:
    named = set(get_args(CheckName))
    made = {"face"} | {check.NAME for check in checks.FILE_CHECKS} | {check.NAME for check in checks.CHECKS}
    assert made == checks.DEFAULTS.keys() == CHECK_NAMES.keys() == named


@pytest.mark.parametrize(
    ("action", "decision"), [("refuse", "refused"), ("refer", "referred"), ("warn", "accepted"), ("off", "accepted")]
)
def test_the_campaign_says_what_a_failed_check_does(action: str, decision: str) -> None:
    profile = PhotoProfile.model_validate({"checks": {"eye_line": action}})
    assert verdict([found("eye_line", Outcome.FAIL)], profile, checks.DEFAULTS).decision == decision


@pytest.mark.parametrize(("value", "outcome"), [(8, Outcome.PASS), (12, Outcome.UNSURE), (16, Outcome.FAIL)])
def test_a_campaigns_own_limit_counts_and_the_measures_error_stays(value: float, outcome: Outcome) -> None:
    strict = PhotoProfile.model_validate({"limits": {"yaw": {"high": 10}}})
    finding = measured("yaw", Reason.POSE_YAW, value, "°", Limits(high=15), error=5)
    assert under(strict, finding).outcome is outcome
    assert under(STANDARD, finding) == finding
    doubtful = measured("yaw", Reason.POSE_YAW, value, "°", Limits(high=15), error=5, certain=False)
    assert under(strict, doubtful).outcome is not Outcome.FAIL


@pytest.mark.parametrize("limit", [{}, {"low": 2, "high": 1}, {"most": 3}])
def test_a_limit_that_says_nothing_is_an_error(limit: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="yaw"):
        PhotoProfile.model_validate({"limits": {"yaw": limit}})


def test_the_technical_check_looks_for_beautifying_and_nothing_else_whatever_the_campaign_turned_off() -> None:
    off = PhotoProfile(checks={"skin_texture": "off", "roll": "off"})
    looking = every_beauty_check(off, {"skin_texture": Reason.EDIT_BEAUTY, "roll": Reason.POSE_ROLL})
    assert (looking.checks["skin_texture"], looking.checks["roll"]) == ("warn", "off")
    doubt = found("skin_texture", Outcome.UNSURE, Reason.EDIT_BEAUTY)
    clean = found("skin_texture", Outcome.PASS, Reason.EDIT_BEAUTY)
    assert beautified([found("roll", Outcome.FAIL, Reason.POSE_ROLL), clean, doubt]) == [doubt]
    cropped = found("darkroom_marks", Outcome.UNSURE, Reason.EDIT_BEAUTY)
    assert beautified([clean, cropped]) == []
    assert beautified([doubt, cropped]) == [doubt, cropped]
