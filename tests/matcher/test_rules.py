"""The matcher's rows of the state machine (domain research §7(b)): 4 to 8 and 11."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matcher.rules import (
    AGREES,
    ASKED,
    CODE_QUESTIONS,
    QUESTIONS,
    ROWS,
    WAITING,
    CodeReading,
    Comparison,
    Decision,
    Likeness,
    State,
    after,
    decide,
    is_too_often,
    may_make_entry,
)
from shared.campaign import IdentityPolicy
from shared.events import Identity
from shared.machine import Row
from shared.reasons import Reason

BY_NUMBER = IdentityPolicy(strategy="id_number", attempts_per_identity=3, attempts_per_source=5)
BY_ALL = IdentityPolicy(strategy="name_and_id", document_types=("resident_id", "passport"))
ALONE = IdentityPolicy(strategy="registration", collection=("individual",))
RIGHT = Comparison(BY_ALL, too_often=False, number_is_valid=True, found=True)
NOBODY = replace(RIGHT, found=False)
NAMED_NEARLY, NAMED_OTHERWISE = replace(RIGHT, name=Likeness.CLOSE), replace(RIGHT, name=Likeness.OTHER)
BANNED = replace(RIGHT, banned=True)


@pytest.mark.parametrize(
    ("comparison", "event", "reason"),
    [
        (RIGHT, "agrees", None),
        (NOBODY, "does not agree", Reason.ID_NOT_FOUND),
        (replace(NOBODY, number_is_valid=False), "does not agree", Reason.ID_CHECKSUM),
        (replace(RIGHT, number_is_valid=False), "agrees", None),
        (replace(RIGHT, type_agrees=False), "does not agree", Reason.ID_NOT_FOUND),
        (replace(RIGHT, type_agrees=False, policy=BY_NUMBER), "agrees", None),
        (replace(RIGHT, level_agrees=False), "does not agree", Reason.ID_NOT_FOUND),
        (replace(NAMED_NEARLY, level_agrees=False), "does not agree", Reason.ID_NOT_FOUND),
        (NAMED_NEARLY, "nearly agrees", Reason.ID_NAME_DIFF),
        (NAMED_OTHERWISE, "does not agree", Reason.ID_NAME_DIFF),
        (replace(RIGHT, excluded=True), "has a photo", Reason.ID_DONE),
        (replace(NAMED_NEARLY, excluded=True), "nearly agrees", Reason.ID_NAME_DIFF),
        (replace(NAMED_OTHERWISE, excluded=True), "does not agree", Reason.ID_NAME_DIFF),
        (BANNED, "is banned", Reason.ID_BANNED),
        (replace(BANNED, excluded=True), "is banned", Reason.ID_BANNED),
    ],
)
def test_the_campaign_decides_what_must_agree(comparison: Comparison, event: str, reason: Reason | None) -> None:
    assert decide(QUESTIONS, comparison) == Decision(event, reason)


@pytest.mark.parametrize("each", [replace(BANNED, name=name) for name in (Likeness.CLOSE, Likeness.OTHER)])
def test_a_ban_is_told_only_to_whoever_has_shown_to_be_that_person(each: Comparison) -> None:
    assert decide(QUESTIONS, each).reason is not Reason.ID_BANNED


@pytest.mark.parametrize("each", [RIGHT, NOBODY, BANNED, NAMED_NEARLY, replace(RIGHT, excluded=True)])
def test_whoever_asks_too_often_learns_nothing(each: Comparison) -> None:
    assert decide(QUESTIONS, replace(each, too_often=True)).reason is Reason.ID_LIMIT


def test_the_last_allowed_attempt_is_answered() -> None:
    assert not is_too_often(3, 5, BY_NUMBER)
    assert is_too_often(4, 1, BY_NUMBER)
    assert is_too_often(1, 6, BY_NUMBER)


@pytest.mark.parametrize(
    ("reading", "reason"),
    [
        (CodeReading(valid=True), None),
        (CodeReading(valid=False), Reason.CODE_INVALID),
        (CodeReading(valid=True, school_agrees=False), Reason.CODE_MISMATCH),
        (CodeReading(valid=True, last_four_agrees=False), Reason.CODE_MISMATCH),
        (CodeReading(valid=True, banned=True), Reason.ID_BANNED),
        (CodeReading(valid=True, last_four_agrees=False, banned=True), Reason.CODE_MISMATCH),
        (CodeReading(valid=True, excluded=True), Reason.ID_DONE),
    ],
)
def test_a_capture_code_must_be_valid_and_of_this_school(reading: CodeReading, reason: Reason | None) -> None:
    assert decide(CODE_QUESTIONS, reading).reason is reason


@pytest.mark.parametrize(
    ("identity", "is_valid", "may"),
    [
        (Identity(name="毛小小", collection="individual"), True, True),
        (Identity(name="毛小小", collection="group"), True, False),
        (Identity(name="毛小小", collection="individual"), False, False),
        (Identity(name=None, collection="individual"), True, False),
        (Identity(name="毛小小", collection="individual", document_type="passport"), True, False),
    ],
)
def test_an_individual_makes_an_entry_of_a_valid_identity(identity: Identity, is_valid: bool, may: bool) -> None:
    assert may_make_entry(identity, is_valid, ALONE) is may
    assert not may_make_entry(identity, is_valid, BY_ALL)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"row {row.number}: {row.event}")
def test_each_row_leads_where_it_says_and_from_nowhere_else(row: Row) -> None:
    others = [each for each in ROWS if each.event == row.event and each is not row]
    elsewhere = set(State) - set(row.before) - {before for each in others for before in each.before}
    assert {after(State(before), row.event) for before in row.before} == {row.after}
    assert {after(state, row.event) for state in elsewhere} == {None}


def test_the_matchers_rows_are_4_to_8_and_11() -> None:
    assert sorted({row.number for row in ROWS}) == [4, 5, 6, 7, 8, 11]
    asked = [(each.event, each.reason) for each in QUESTIONS] + [(each.event, each.reason) for each in CODE_QUESTIONS]
    assert {event for event, _ in asked} | {AGREES.event} == {row.event for row in ROWS}
    assert {reason.stage for _, reason in asked} == {"identity"}


def test_what_is_matched_or_has_ended_never_changes() -> None:
    assert {after(state, row.event) for state in (State.MATCHED, State.ENDED) for row in ROWS} == {None}


@given(st.builds(Comparison, st.sampled_from((BY_ALL, BY_NUMBER)), *[st.booleans()] * 4, st.sampled_from(Likeness)))
def test_nobody_is_matched_by_a_name_that_is_only_close(comparison: Comparison) -> None:
    decision = decide(QUESTIONS, comparison)
    if decision == AGREES:
        assert comparison.found
        assert comparison.name is Likeness.SAME
    assert all(after(state, decision.event) for state in ASKED)
    assert set(WAITING) < set(ASKED)
