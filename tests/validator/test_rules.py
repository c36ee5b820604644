from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args
from uuid import uuid4

import pytest

from services.validator import checks
from services.validator.api import CHECK_NAMES
from services.validator.rules import (
    JUDGE,
    Case,
    Finding,
    Limits,
    Outcome,
    Pictures,
    State,
    Verdict,
    awaits_judge,
    awaits_person,
    its_turn_has_come,
    may_accept,
    measured,
    queued_fact,
    verdict,
    verdict_fact,
    with_state,
    with_submitted,
    with_verdict,
)
from shared.campaign import BadCampaign, Campaign, CheckName, PhotoProfile, read_campaign
from shared.events import Frame, PhotoAccepted, PhotoReferred, PhotoRefused, PhotoSubmitted
from shared.reasons import Reason

NOW = datetime(2020, 5, 29, 12, tzinfo=UTC)
APPLICATION, PHOTO = uuid4(), uuid4()
STANDARD = PhotoProfile()


def submitted(attempt: int = 1) -> PhotoSubmitted:
    return PhotoSubmitted(
        application_id=APPLICATION,
        campaign_id="buct-2020",
        campaign_version=1,
        photo_id=PHOTO,
        attempt=attempt,
        original_key="a/b/original.jpg",
        sha256="b",
        frame=Frame(x=0, y=0, width=480),
        follows="first",
    )


@pytest.fixture
def case() -> Case:
    about = submitted()
    empty = Case(
        about.application_id, "buct-2020", 1, PHOTO, 0, 0, State.SUBMITTED, about.original_key, "b", about.frame
    )
    return with_submitted(empty, about)


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


def test_a_misspelt_check_is_an_error_that_names_the_allowed_ones(tmp_path: Path) -> None:
    published = next(Path("deploy/campaigns").glob("*.toml")).read_text(encoding="utf-8")
    (tmp_path / "typo.toml").write_text(published + '\n[photo.checks]\neye_lin = "refuse"\n', encoding="utf-8")
    with pytest.raises(BadCampaign, match=r"'eye_line', 'hairline'.*found 'eye_lin'"):
        read_campaign(tmp_path / "typo.toml")


def test_every_check_a_campaign_may_name_exists_and_has_a_default_and_a_name_for_reviewers() -> None:
    named = set(get_args(CheckName))
    made = {"face", "compression", *(check.NAME for check in checks.CHECKS)}
    assert made == checks.DEFAULTS.keys() == CHECK_NAMES.keys() == named


@pytest.mark.parametrize(
    ("action", "decision"), [("refuse", "refused"), ("refer", "referred"), ("warn", "accepted"), ("off", "accepted")]
)
def test_the_campaign_says_what_a_failed_check_does(action: str, decision: str) -> None:
    profile = PhotoProfile.model_validate({"checks": {"eye_line": action}})
    assert verdict([found("eye_line", Outcome.FAIL)], profile, checks.DEFAULTS).decision == decision


def test_an_older_attempt_that_comes_late_changes_nothing(case: Case) -> None:
    newer = with_submitted(case, submitted(attempt=2))
    assert newer.attempt == 2
    assert with_submitted(newer, submitted(attempt=1)) is newer


def test_a_newer_attempt_starts_with_no_verdict(case: Case) -> None:
    refused = with_verdict(case, Verdict("refused", (Reason.BLUR,)), JUDGE, NOW, Pictures("s", "o", "r"))
    again = with_submitted(refused, submitted(attempt=2))
    assert (again.state, again.revision, again.codes, again.pictures) == (State.SUBMITTED, 0, (), Pictures())


def test_a_photos_turn_comes_once(case: Case) -> None:
    assert its_turn_has_come(case)
    assert not its_turn_has_come(with_state(case, State.QUEUED))


def test_the_judge_is_awaited_by_the_queued_photo_only(case: Case) -> None:
    queued = with_state(case, State.QUEUED)
    assert awaits_judge(queued, queued_fact(queued))
    assert not awaits_judge(replace(queued, photo_id=uuid4()), queued_fact(queued))
    assert not awaits_judge(case, queued_fact(queued))


def test_only_a_referred_photo_awaits_a_person_and_only_a_cut_one_may_be_accepted(case: Case) -> None:
    referred = with_verdict(case, Verdict("referred", (Reason.JUDGE_FAILED,)), JUDGE, NOW, Pictures())
    assert awaits_person(referred)
    assert not may_accept(referred)
    assert may_accept(replace(referred, pictures=Pictures(standard_key="s")))


def test_each_decision_is_told_with_a_higher_revision(case: Case, campaign: Campaign) -> None:
    pictures = Pictures("s", "o", "r")
    referred = with_verdict(case, Verdict("referred", (Reason.POSE_ROLL,)), JUDGE, NOW, pictures)
    fact = verdict_fact(referred, campaign)
    assert isinstance(fact, PhotoReferred)
    assert (fact.revision, fact.decided_by, fact.codes) == (1, "judge", (Reason.POSE_ROLL,))
    accepted = with_verdict(referred, Verdict("accepted"), "li", NOW, pictures)
    fact = verdict_fact(accepted, campaign)
    assert isinstance(fact, PhotoAccepted)
    assert (fact.revision, fact.decided_by, fact.standard_key) == (2, "person", "s")


def test_a_refusal_says_until_when_one_may_try_again(case: Case, campaign: Campaign) -> None:
    refused = with_verdict(case, Verdict("refused", (Reason.BLUR,)), JUDGE, NOW, Pictures())
    fact = verdict_fact(refused, campaign)
    assert isinstance(fact, PhotoRefused)
    assert (fact.advised_by, fact.resubmit_by) == (NOW + timedelta(days=2), NOW + timedelta(days=7))
