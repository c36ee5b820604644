"""The states of the regions that intake keeps, and the rows of the state machine (domain research §7(b)) it owns."""

from enum import StrEnum

from shared.machine import Row, S
from shared.machine import after as after_by_rows


class IdentityState(StrEnum):
    INVITED = "invited"  # before the consent: no application yet
    NONE = "none"
    REGISTERED = "registered"
    MATCHING = "matching"
    MATCHED = "matched"
    UNMATCHED = "unmatched"
    CONFIRMED = "confirmed"


class PhotoState(StrEnum):
    NONE = "none"
    PREPARING = "preparing"  # the first three only where processing is automatic
    PREPARED = "prepared"
    UNPREPARED = "unprepared"
    CHECKING = "checking"
    REFERRED = "referred"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    REVOKED = "revoked"


class CaseState(StrEnum):
    """Anything but open: nothing but money moves the application."""

    OPEN = "open"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"
    ERASING = "erasing"
    ERASED = "erased"


_I, _P, _C = IdentityState, PhotoState, CaseState
_CLAIMABLE = (_I.NONE, _I.REGISTERED, _I.MATCHING, _I.MATCHED, _I.UNMATCHED)
_UPLOADABLE = (_P.NONE, _P.REFUSED, _P.PREPARED, _P.UNPREPARED)
_NOT_ERASED = (_C.OPEN, _C.LAPSED, _C.WITHDRAWN)

ROWS = (
    Row(1, "consented", (_I.INVITED,), _I.NONE),
    Row(2, "registered", (_I.NONE, _I.REGISTERED), _I.REGISTERED),
    Row(3, "claimed", _CLAIMABLE, _I.MATCHING),
    Row(9, "confirmed", (_I.MATCHED,), _I.CONFIRMED),
    Row(10, "denied", (_I.MATCHED,), _I.UNMATCHED),
    *(Row(12, "agreed to messages", (each,), each) for each in (*_CLAIMABLE, _I.CONFIRMED)),
    Row(14, "uploaded", _UPLOADABLE, _P.PREPARING),  # processing is automatic: the validator prepares it (16)
    *(Row(15, "refused at once", (each,), each) for each in _UPLOADABLE),  # no attempt is counted
    Row(15, "unprepared", (_P.PREPARING,), _P.UNPREPARED),
    Row(17, "retaken", (_P.PREPARING, _P.PREPARED, _P.UNPREPARED), _P.NONE),  # or what was decided before
    Row(18, "accepted", (_P.PREPARED,), _P.CHECKING),
    Row(18, "submitted", _UPLOADABLE, _P.CHECKING),  # framed by hand: 14 and 18 in one
    Row(26, "taken back", (_P.CHECKING, _P.REFERRED), _P.NONE),
    Row(29, "deadline passed", (_C.OPEN,), _C.LAPSED),
    Row(42, "withdrawn", (_C.OPEN,), _C.WITHDRAWN),
    Row(42, "erasure asked", _NOT_ERASED, _C.ERASING),
    Row(43, "retention over", _NOT_ERASED, _C.ERASING),
    Row(43, "erased by all", (_C.ERASING,), _C.ERASED),
)
# The student's half of a row that the validator owns: the photo waits for a person again.
FOLLOWED = (Row(44, "appealed", (_P.REFUSED,), _P.CHECKING),)


def after(state: S, event: str) -> S | None:
    """Where the event leads; None: nowhere, it may not happen now."""
    return after_by_rows((*ROWS, *FOLLOWED), state, event)
