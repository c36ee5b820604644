"""What do we decide? Whether an identity is one entry of the roster, and what becomes of the claim.

A claim is asked about when it comes, again when the roster was corrected or a ban lifted, and once more when a person
has compared it. What is asked stands in QUESTIONS and CODE_QUESTIONS, in their order: the first that applies answers.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from shared.campaign import IdentityPolicy
from shared.events import Identity
from shared.machine import Row
from shared.machine import after as after_by_rows
from shared.reasons import Reason


class State(StrEnum):
    """A claim's. The student sees `matching` for MATCHING and REVIEW, and one sentence for every "no" but a ban."""

    MATCHING = "matching"  # a capture code is being decoded
    MATCHED = "matched"
    UNMATCHED = "unmatched"
    REVIEW = "review"  # a person compares
    EXCLUDED = "excluded"
    BANNED = "banned"
    ENDED = "ended"  # withdrawn, lapsed or erased: nothing has an effect any more


# What a correction, a lifted ban or a person's decision can still change.
WAITING = (State.UNMATCHED, State.REVIEW, State.EXCLUDED, State.BANNED)
ASKED = (State.MATCHING, *WAITING)


ROWS = (
    Row(4, "agrees", (State.MATCHING,), State.MATCHED),
    Row(5, "does not agree", ASKED, State.UNMATCHED),
    Row(6, "nearly agrees", ASKED, State.REVIEW),
    Row(7, "has a photo", ASKED, State.EXCLUDED),
    Row(8, "is banned", ASKED, State.BANNED),
    Row(11, "agrees", WAITING, State.MATCHED),
)


def after(state: State, event: str) -> State | None:
    """Where the event leads; None: it changes nothing."""
    return after_by_rows(ROWS, state, event)


class Likeness(StrEnum):
    """Of two names; `names.likeness` tells it."""

    SAME = "same"
    CLOSE = "close"
    OTHER = "other"


@dataclass(frozen=True)
class Comparison:
    """What the applicant says beside the entry of that number; without an entry (`found`) the rest is meaningless."""

    policy: IdentityPolicy
    too_often: bool
    number_is_valid: bool
    found: bool
    type_agrees: bool = True
    name: Likeness = Likeness.SAME
    level_agrees: bool = True
    excluded: bool = False  # the roster says 已有照片
    banned: bool = False


@dataclass(frozen=True)
class CodeReading:
    """What a capture code says. `valid`: it could be decoded and has not expired."""

    valid: bool
    school_agrees: bool = True
    last_four_agrees: bool = True
    excluded: bool = False
    banned: bool = False


T = TypeVar("T")


@dataclass(frozen=True)
class Question(Generic[T]):
    """`event` is the one of ROWS that a yes brings about."""

    event: str
    reason: Reason
    applies: Callable[[T], bool]


@dataclass(frozen=True)
class Decision:
    """reason None: it agrees."""

    event: str
    reason: Reason | None = None


AGREES = Decision("agrees")
NOT_THE_SAME = Decision("does not agree", Reason.ID_NAME_DIFF)  # a person says so
TOO_OFTEN = Decision("does not agree", Reason.ID_LIMIT)


def decide(questions: Iterable[Question[T]], subject: T) -> Decision:
    first = next((each for each in questions if each.applies(subject)), None)
    return Decision(first.event, first.reason) if first else AGREES


def is_too_often(of_identity: int, of_source: int, policy: IdentityPolicy) -> bool:
    """Attempts within the campaign's hours, this one included."""
    return of_identity > policy.attempts_per_identity or of_source > policy.attempts_per_source


def may_make_entry(identity: Identity, number_is_valid: bool, policy: IdentityPolicy) -> bool:
    """An individual collection needs no roster: who is not on it is entered from what they say of themselves."""
    allowed = identity.collection == "individual" and "individual" in policy.collection
    return allowed and number_is_valid and bool(identity.name) and identity.document_type in policy.document_types


def _agrees_so_far(each: Comparison) -> bool:
    return each.found and _type_is_right(each) and each.level_agrees


def _type_is_right(each: Comparison) -> bool:
    """Where the number alone identifies, the student is not asked for a document type."""
    return each.type_agrees or each.policy.strategy == "id_number"


def _is_banned(each: Comparison) -> bool:
    """Said before anything else, but only to whoever has shown to be that person."""
    return each.banned and _agrees_so_far(each) and each.name == Likeness.SAME


def _is_mistyped(each: Comparison) -> bool:
    """Only an explanation: what the roster knows is right, whatever its check digit."""
    return not each.found and not each.number_is_valid


QUESTIONS: tuple[Question[Comparison], ...] = (
    Question("does not agree", Reason.ID_LIMIT, lambda each: each.too_often),
    Question("is banned", Reason.ID_BANNED, _is_banned),
    Question("does not agree", Reason.ID_CHECKSUM, _is_mistyped),
    Question("does not agree", Reason.ID_NOT_FOUND, lambda each: not _agrees_so_far(each)),
    Question("does not agree", Reason.ID_NAME_DIFF, lambda each: each.name == Likeness.OTHER),
    Question("nearly agrees", Reason.ID_NAME_DIFF, lambda each: each.name == Likeness.CLOSE),
    Question("has a photo", Reason.ID_DONE, lambda each: each.excluded),
)

CODE_QUESTIONS: tuple[Question[CodeReading], ...] = (
    Question("does not agree", Reason.CODE_INVALID, lambda each: not each.valid),
    Question("does not agree", Reason.CODE_MISMATCH, lambda each: not each.school_agrees),
    Question("does not agree", Reason.CODE_MISMATCH, lambda each: not each.last_four_agrees),
    Question("is banned", Reason.ID_BANNED, lambda each: each.banned),
    Question("has a photo", Reason.ID_DONE, lambda each: each.excluded),
)
