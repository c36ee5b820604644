"""Rows 16, 24, 25, 27, 28, 30, 36 and 44 of the state machine, each by its number; everything else is refused."""

from itertools import product

import pytest

from services.validator.rules import FOLLOWED, ROWS, IllegalStepError, Preparing, State, after
from shared.machine import Row
from shared.reasons import Reason

ALL = (*ROWS, *FOLLOWED)
LEGAL = {(state, row.event): row.after for row in ALL for state in row.before if isinstance(state, State)}
EVENTS = sorted({event for _, event in LEGAL})


def test_the_rows_are_the_validators() -> None:
    assert {row.number for row in ROWS} == {16, 24, 25, 27, 28, 30, 36, 44}


@pytest.mark.parametrize("row", ALL, ids=lambda row: f"{row.number} {row.event}")
def test_each_row_leads_where_it_says(row: Row) -> None:
    for state in row.before:
        if isinstance(state, State):
            assert after(state, row.event) is row.after
        else:  # row 16 has no memory: its outcome is the fact that is told (test_preparing.py)
            assert state is Preparing.UPLOADED


@pytest.mark.parametrize(("state", "event"), [pair for pair in product(State, EVENTS) if pair not in LEGAL])
def test_every_other_step_is_refused_with_a_reason(state: State, event: str) -> None:
    with pytest.raises(IllegalStepError, match=f"'{event}' has no effect on a photo that is {state}") as refused:
        after(state, event)
    expected = {
        State.ENDED: Reason.APP_WITHDRAWN,
        State.SUBMITTED: Reason.PHOTO_UNDECIDED,
        State.QUEUED: Reason.PHOTO_UNDECIDED,
        State.REFERRED: Reason.PHOTO_UNDECIDED,
        State.FINAL_REVIEW: Reason.PHOTO_UNDECIDED,
    }.get(state, Reason.REVIEW_DECIDED)
    if event == "appealed" and state is not State.ENDED:
        expected = Reason.APPEAL_USED
    assert refused.value.reason is expected


def test_the_end_is_the_end() -> None:
    assert {event for state, event in LEGAL if state is State.ENDED} == {"ended"}
