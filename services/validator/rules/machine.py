"""The life of a photo as data: the rows of the state machine (domain research §7(b)) that this service owns."""

from enum import StrEnum

from shared.machine import Row
from shared.machine import after as after_by_rows
from shared.reasons import Reason


class Preparing(StrEnum):
    """A picture before it is handed in: nothing of it is kept here, the facts say it all."""

    UPLOADED = "uploaded"
    PREPARED = "prepared"
    UNPREPARED = "unprepared"


class State(StrEnum):
    """An application's newest attempt."""

    NONE = "none"  # nothing handed in yet
    SUBMITTED = "submitted"  # waits for its turn
    QUEUED = "queued"  # waits for the judge
    REFERRED = "referred"  # waits for a person
    FINAL_REVIEW = "final_review"  # one person has said yes, another is to
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"  # taken back while it was undecided
    BOUNCED = "bounced"  # delivered, and not taken by the school or CHSI
    REVOKED = "revoked"
    ENDED = "ended"  # the whole application: withdrawn, lapsed or erased


UNDECIDED = (State.SUBMITTED, State.QUEUED, State.REFERRED, State.FINAL_REVIEW)
WITH_PEOPLE = (State.REFERRED, State.FINAL_REVIEW)
OVER = (State.REVOKED, State.ENDED)  # no newer attempt is taken: a revocation ends the application too


ROWS = (
    Row(16, "prepared", (Preparing.UPLOADED,), Preparing.PREPARED),
    Row(16, "not prepared", (Preparing.UPLOADED,), Preparing.UNPREPARED),
    Row(24, "its turn comes", (State.SUBMITTED,), State.QUEUED),
    Row(24, "referred", (State.QUEUED,), State.REFERRED),
    Row(25, "same as a refused one", (State.SUBMITTED, State.QUEUED, *WITH_PEOPLE), State.REFUSED),
    Row(27, "first review ok", (State.REFERRED,), State.FINAL_REVIEW),
    Row(28, "refused", (State.QUEUED, *WITH_PEOPLE), State.REFUSED),
    Row(30, "approved", (State.QUEUED, *WITH_PEOPLE), State.ACCEPTED),
    Row(36, "revoked", (State.ACCEPTED,), State.REVOKED),
    Row(44, "appealed", (State.REFUSED,), State.REFERRED),
)
# Rows that others own and this service follows.
FOLLOWED = (
    Row(18, "submitted", tuple(each for each in State if each not in OVER), State.SUBMITTED),
    Row(26, "withdrawn", UNDECIDED, State.WITHDRAWN),
    Row(38, "bounced", (State.ACCEPTED,), State.BOUNCED),
    Row(42, "ended", tuple(State), State.ENDED),
)


class IllegalStepError(Exception):
    """The event has no effect in this state; `reason` says why."""

    def __init__(self, reason: Reason, why: str) -> None:
        super().__init__(why)
        self.reason = reason


def after(state: State, event: str) -> State:
    """Where the event leads. Raises IllegalStepError."""
    new = after_by_rows((*ROWS, *FOLLOWED), state, event)
    if new is None:
        raise IllegalStepError(_why_not(state, event), f"{event!r} has no effect on a photo that is {state}")
    return new


def _why_not(state: State, event: str) -> Reason:
    if state is State.ENDED:
        return Reason.APP_WITHDRAWN
    if event == "appealed":
        return Reason.APPEAL_USED
    return Reason.PHOTO_UNDECIDED if state in UNDECIDED else Reason.REVIEW_DECIDED
