"""Intake's rows of the state machine (domain research §7(b)): each leads where it says, and nothing else moves."""

from datetime import timedelta
from itertools import product
from typing import Any
from uuid import uuid4

import pytest

from services.intake.rules import (
    DOORS,
    FOLLOWED,
    ROWS,
    Application,
    CaseState,
    IdentityRegion,
    IdentityState,
    PhotoState,
    after,
    refused_at_once,
    taken_back,
    why_lapsed,
    why_not_confirm,
    why_not_start,
    why_not_submit,
    with_appeal,
    with_attempt,
    with_erasure,
    with_fact,
    with_lapse,
    with_retake,
    with_upload,
    with_withdrawal,
)
from services.intake.rules.application import ERASERS
from shared.campaign import Campaign
from shared.events import ErasureCompleted, PhotoUnprepared
from shared.machine import Row
from shared.reasons import Reason
from tests.intake.cases import (
    AUTOMATIC,
    BUCT,
    ENDINGS,
    FRAME,
    NAMED,
    NEXT_ID,
    NOW,
    OVER,
    PHOTO_ID,
    campaign,
    case,
    photo,
)

OPEN = campaign()
NEW: Any = (NEXT_ID, "b", "b/original.jpg")


def rows(number: int) -> list[Row]:
    found = [row for row in (*ROWS, *FOLLOWED) if row.number == number]
    assert found
    return found


def test_intake_holds_its_rows_and_no_other() -> None:
    assert {row.number for row in ROWS} == {1, 2, 3, 9, 10, 12, 14, 15, 17, 18, 26, 29, 42, 43}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.number}-{row.event}")
def test_every_row_leads_from_its_states_to_its_next_and_from_no_other(row: Row) -> None:
    for state in type(row.after):
        allowed = [each for each in ROWS if each.event == row.event and state in each.before]
        assert after(state, row.event) is (allowed[0].after if allowed else None)


def test_row_1_an_application_begins_with_the_newest_notice_inside_the_window() -> None:
    assert rows(1)[0].after is Application(id=uuid4(), campaign_id="c", campaign_version=1).identity.state
    assert why_not_start(OPEN, OPEN.consent.version, NOW) is None
    assert why_not_start(OPEN, "another", NOW) is Reason.CONSENT_NEEDED
    assert why_not_start(OPEN, OPEN.consent.version, OVER) is Reason.WIN_CLOSED


@pytest.mark.parametrize("state", [each for each in IdentityState if each is not IdentityState.INVITED])
def test_rows_9_and_10_only_what_was_matched_is_confirmed_or_denied(state: IdentityState) -> None:
    allowed = why_not_confirm(case(identity=IdentityRegion(state=state)), OPEN, NOW) is None
    assert allowed == (state in rows(9)[0].before) == (state in rows(10)[0].before)


@pytest.mark.parametrize("grants", [0, 1])
def test_row_12_where_the_notice_asks_for_messages_first_the_photo_waits_for_the_consent(grants: int) -> None:
    asks = campaign(ask_to_notify_before_upload=True)
    reason = why_not_submit(case(grants=grants), asks, NOW)
    assert reason is (None if grants else Reason.NOTIFY_NEEDED)
    assert why_not_submit(case(grants=grants), OPEN, NOW) is None


@pytest.mark.parametrize("before", rows(14)[0].before)
def test_row_14_an_upload_waits_to_be_prepared_and_what_was_decided_stays(before: PhotoState) -> None:
    region = photo(before)
    uploaded = with_upload(region, *NEW)
    assert uploaded.shown is rows(14)[0].after
    assert uploaded.model_copy(update={"preparation": region.preparation}) == region


def test_row_15_what_is_refused_at_once_counts_no_attempt() -> None:
    assert refused_at_once(BUCT.upload, "png", 900, 1200, 500_000, FRAME) is Reason.FILE_TYPE
    assert all(row.after in row.before for row in rows(15) if row.event == "refused at once")


def test_row_15_what_cannot_be_prepared_says_why_and_counts_no_attempt() -> None:
    waiting = case(photo=photo(PhotoState.PREPARING))
    told = with_fact(waiting, PhotoUnprepared(**NAMED, photo_id=NEXT_ID, codes=(Reason.FACE_NONE,)))
    assert (told.photo.shown, told.photo.attempt) == (rows(15)[-1].after, 0)
    assert told.photo.preparation is not None
    assert told.photo.preparation.codes == (Reason.FACE_NONE,)


@pytest.mark.parametrize("before", [PhotoState.NONE, PhotoState.REFUSED])
def test_row_17_a_picture_taken_again_leaves_everything_as_it_was(before: PhotoState) -> None:
    region = photo(before)
    assert with_retake(with_upload(region, *NEW)) == region
    assert rows(17)[0].after is PhotoState.NONE


@pytest.mark.parametrize("row", rows(18), ids=lambda row: row.event)
def test_row_18_what_the_student_accepts_is_the_next_attempt(row: Row) -> None:
    for before in row.before:
        region = photo(PhotoState(before))
        accepted = with_attempt(region, *NEW)
        assert (accepted.shown, accepted.attempt, accepted.preparation) == (row.after, region.attempt + 1, None)


@pytest.mark.parametrize("before", rows(26)[0].before)
def test_row_26_a_photo_taken_back_leaves_its_attempt_counted_and_the_next_free(before: PhotoState) -> None:
    taken = taken_back(photo(before))
    assert (taken.shown, taken.attempt, taken.follows) == (rows(26)[0].after, 1, "withdrawal")
    assert with_attempt(taken, *NEW).charged_attempt == 1


def test_row_29_a_refused_photo_lapses_at_its_deadline_and_not_before() -> None:
    by = NOW + timedelta(days=7)
    refused = case(photo=photo(PhotoState.REFUSED, resubmit_by=by))
    assert why_lapsed(refused, OPEN, by - timedelta(seconds=1)) is None
    assert why_lapsed(refused, OPEN, by) is Reason.RESUBMIT_LATE
    assert with_lapse(refused, Reason.RESUBMIT_LATE).case is rows(29)[0].after
    assert why_lapsed(with_lapse(refused, Reason.RESUBMIT_LATE), OPEN, OVER) is None


def test_row_42_a_student_ends_the_case_or_has_everything_erased() -> None:
    withdrawn, erased = rows(42)
    assert with_withdrawal(case()).case is withdrawn.after
    for state in erased.before:
        assert with_erasure(case(ending=ENDINGS[CaseState(state)]), "student").case is erased.after


def test_row_43_a_case_is_erased_when_everybody_has_answered() -> None:
    erasing = with_erasure(case(), "retention")
    for service in sorted(ERASERS):
        assert erasing.case is rows(43)[0].after
        erasing = with_fact(erasing, ErasureCompleted(**NAMED, service=service, kept=(f"{service}'s orders",)))
    assert erasing.case is rows(43)[1].after
    assert len(erasing.ending.kept) == len(ERASERS)


def test_row_44_an_appeal_puts_the_photo_before_a_person() -> None:
    appealed = with_appeal(photo(PhotoState.REFUSED, resubmit_by=NOW))
    assert (appealed.state, appealed.resubmit_by, appealed.appealed) == (FOLLOWED[0].after, None, True)


# Every act in every state: allowed exactly where a row says so, and otherwise refused with a reason.

PHOTO_ACTS = {
    "upload": "submitted",
    "accept": "accepted",
    "retake": "retaken",
    "take_back": "taken back",
    "appeal": "appealed",
}


@pytest.mark.parametrize(("act", "state"), list(product(PHOTO_ACTS, PhotoState)))
def test_a_photo_is_moved_only_from_the_states_of_its_row(act: str, state: PhotoState) -> None:
    event = PHOTO_ACTS[act]
    reason = DOORS[act](case(photo=photo(state)), OPEN, NOW)
    assert (reason is None) == (after(state, event) is not None)


@pytest.mark.parametrize(("act", "state"), list(product(DOORS, CaseState)))
def test_nothing_is_done_to_a_case_that_is_over_but_its_erasure(act: str, state: CaseState) -> None:
    for photo_state, identity in product(PhotoState, (IdentityState.MATCHED, IdentityState.CONFIRMED)):
        over = case(ending=ENDINGS[state], photo=photo(photo_state), identity=IdentityRegion(state=identity))
        for terms in (OPEN, AUTOMATIC):
            reason = DOORS[act](over, terms, NOW)
            if act == "erase":
                assert (reason is None) == (after(state, "erasure asked") is not None)
            elif state is not CaseState.OPEN:
                assert reason in (Reason.WIN_CLOSED, Reason.APP_WITHDRAWN, Reason.APP_ERASED)
            if reason is not None:
                assert reason.text


@pytest.mark.parametrize("act", DOORS)
def test_a_revoked_photo_ends_everything_but_the_erasure(act: str) -> None:
    revoked = case(photo=photo(PhotoState.REVOKED, codes=(Reason.REVOKED_BEAUTY,)))
    reason = DOORS[act](revoked, OPEN, NOW)
    assert reason is (None if act == "erase" else Reason.REVOKED_BEAUTY)
    banned = case(photo=photo(PhotoState.REVOKED, codes=(Reason.REVOKED_BEAUTY,), banned=True))
    assert DOORS["upload"](banned, OPEN, NOW) is Reason.ID_BANNED


def test_the_photos_of_the_act_are_the_ones_of_the_rows() -> None:
    """The product above must not pass because a state cannot be made."""
    assert all(photo(state).shown is state for state in PhotoState)
    assert all(case(ending=ENDINGS[state]).case is state for state in CaseState)
    assert photo(PhotoState.CHECKING).photo_id == PHOTO_ID
    assert isinstance(OPEN, Campaign)
