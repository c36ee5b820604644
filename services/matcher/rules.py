"""What do we decide? Whether an identity is one entry of the roster.

REFUSALS are this service's "no"s of the life of an application, in the order they are asked; `row` is the transition
in domain research §7(b). Row 4 is what remains; row 8 (banned) needs bans, which no campaign has yet; row 11 is a
corrected roster and the student's next submission. The student is told none of these apart.
"""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from shared.campaign import IdentityPolicy
from shared.reasons import Reason


@dataclass(frozen=True)
class Claim:
    """What the applicant says, comparable but unreadable. name_print None: no name was given."""

    document_type: str
    number_is_valid: bool
    name_print: str | None


@dataclass(frozen=True)
class KnownEntry:
    """The roster's entry of the claimed number. excluded: the roster says 已有照片."""

    entry_id: UUID
    document_type: str
    name_print: str
    excluded: bool


@dataclass(frozen=True)
class Attempts:
    """Within the campaign's hours, this one included."""

    of_identity: int
    of_source: int


Question = Callable[[Claim, KnownEntry | None, Attempts, IdentityPolicy], bool]


@dataclass(frozen=True)
class Refusal:
    row: int
    reason: Reason
    applies: Question


def why_not(claim: Claim, entry: KnownEntry | None, attempts: Attempts, policy: IdentityPolicy) -> Reason | None:
    """The first refusal that applies; None: the claim is matched, and there is an entry."""
    return next((each.reason for each in REFUSALS if each.applies(claim, entry, attempts, policy)), None)


def _too_often(_: Claim, __: KnownEntry | None, attempts: Attempts, policy: IdentityPolicy) -> bool:
    of_identity = attempts.of_identity > policy.attempts_per_identity
    return of_identity or attempts.of_source > policy.attempts_per_source


def _mistyped(claim: Claim, entry: KnownEntry | None, _: Attempts, __: IdentityPolicy) -> bool:
    """Only an explanation: what the roster knows is right, whatever its check digit."""
    return entry is None and not claim.number_is_valid


def _nobody(claim: Claim, entry: KnownEntry | None, _: Attempts, policy: IdentityPolicy) -> bool:
    """Where the number alone identifies, the student is not asked for a document type."""
    if entry is None:
        return True
    if policy.strategy == "id_number":
        return False
    return claim.document_type not in policy.document_types or claim.document_type != entry.document_type


def _named_otherwise(claim: Claim, entry: KnownEntry | None, _: Attempts, policy: IdentityPolicy) -> bool:
    return policy.strategy == "name_and_id" and entry is not None and claim.name_print != entry.name_print


def _has_a_photo(_: Claim, entry: KnownEntry | None, __: Attempts, ___: IdentityPolicy) -> bool:
    return entry is not None and entry.excluded


REFUSALS = (
    Refusal(5, Reason.ID_LIMIT, _too_often),
    Refusal(5, Reason.ID_CHECKSUM, _mistyped),
    Refusal(5, Reason.ID_NOT_FOUND, _nobody),
    Refusal(6, Reason.ID_NAME_DIFF, _named_otherwise),
    Refusal(7, Reason.ID_DONE, _has_a_photo),
)
