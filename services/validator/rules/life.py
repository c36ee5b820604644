"""One application's newest attempt, moved by facts that may come in any order, twice and late.

What a fact cannot change it leaves as it was: the same case comes back, and nothing is told.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from services.validator.rules.findings import Verdict
from services.validator.rules.machine import OVER, UNDECIDED, WITH_PEOPLE, State, after
from shared.campaign import Payment, Review
from shared.events import (
    ApplicationBounced,
    Frame,
    PhotoAppealed,
    PhotoQueued,
    PhotoSubmitted,
    PhotoWithdrawn,
)
from shared.reasons import Reason

JUDGE = "judge"


@dataclass(frozen=True, slots=True)
class Pictures:
    """Object keys of what the judge made; None where the picture could not be decoded."""

    standard_key: str | None = None
    overlay_key: str | None = None
    report_key: str | None = None


@dataclass(frozen=True, slots=True)
class Photo:
    """What was handed in. `prepared_key`: the processed picture that the student saw and accepted."""

    photo_id: UUID
    original_key: str
    sha256: str
    frame: Frame
    prepared_key: str | None = None
    charged_attempt: int = 1


@dataclass(frozen=True, slots=True)
class Case:
    """The row of one application. `revision` counts the verdicts told of this attempt, `decided_by` names the last
    one's maker: "judge" or a reviewer. `paid`, `refunded`: order numbers, kept apart so that their order is no matter.
    """

    application_id: UUID
    campaign_id: str
    campaign_version: int
    state: State = State.NONE
    attempt: int = 0
    revision: int = 0
    photo: Photo | None = None
    paid: frozenset[str] = frozenset()
    refunded: frozenset[str] = frozenset()
    withdrawn_attempt: int = 0  # the newest that was taken back, also when that is heard before its submission
    codes: tuple[Reason, ...] = ()
    pictures: Pictures = Pictures()
    decided_by: str | None = None
    decided_at: datetime | None = None
    first_by: str | None = None  # who said yes in the first review
    appealed: bool = False
    erasing: bool = False  # nothing of it may be kept or made any more
    asked_to_erase: bool = False  # and whoever asked is to be answered

    @property
    def handed_in(self) -> Photo:
        assert self.photo is not None, f"nothing was handed in for {self.application_id}"
        return self.photo

    @property
    def fees_standing(self) -> int:
        return len(self.paid - self.refunded)


def with_submitted(case: Case, event: PhotoSubmitted) -> Case:
    """A newer attempt takes the place of the older; an older one that comes late changes nothing."""
    if event.attempt <= case.attempt or case.state in OVER:
        return case
    fields = Photo.__dataclass_fields__.keys()
    new = Case(
        case.application_id,
        event.campaign_id,
        event.campaign_version,
        after(case.state, "submitted"),
        event.attempt,
        photo=Photo(**{name: getattr(event, name) for name in fields}),
        paid=case.paid,
        refunded=case.refunded,
        withdrawn_attempt=case.withdrawn_attempt,
    )
    return replace(new, state=after(new.state, "withdrawn")) if event.attempt <= case.withdrawn_attempt else new


def with_paid(case: Case, order_no: str) -> Case:
    return case if case.state is State.ENDED else replace(case, paid=case.paid | {order_no})


def with_refunded(case: Case, order_no: str) -> Case:
    return case if case.state is State.ENDED else replace(case, refunded=case.refunded | {order_no})


def its_turn_has_come(case: Case, payment: Payment) -> bool:
    """Asked of the whole row: handed in and, where nobody looks before the fee is paid, paid."""
    if case.state is not State.SUBMITTED:
        return False
    return not payment.is_before_review or case.fees_standing >= payment.fees_owed(case.handed_in.charged_attempt)


def queued(case: Case) -> Case:
    return replace(case, state=after(case.state, "its turn comes"))


def awaits_judge(case: Case, event: PhotoQueued) -> bool:
    return case.state is State.QUEUED and case.handed_in.photo_id == event.photo_id


def awaits_person(case: Case) -> bool:
    return case.state in WITH_PEOPLE


def may_accept(case: Case) -> bool:
    """What could not be decoded has no standard photo: it can only be refused."""
    return case.pictures.standard_key is not None


_EVENTS = {"accepted": "approved", "refused": "refused", "referred": "referred"}


def with_verdict(case: Case, verdict: Verdict, decided_by: str, now: datetime, pictures: Pictures) -> Case:
    """Raises IllegalStepError."""
    repeated = verdict.decision == "refused" and Reason.DUP_REJECTED_IMAGE in verdict.codes
    return replace(
        case,
        state=after(case.state, "same as a refused one" if repeated else _EVENTS[verdict.decision]),
        revision=case.revision + 1,
        codes=verdict.codes,
        pictures=pictures,
        decided_by=decided_by,
        decided_at=now,
    )


def with_appealed(case: Case, event: PhotoAppealed, review: Review, now: datetime) -> Case:
    """A person looks at what the judge alone has refused: once (PIPL 24)."""
    automatic = case.state is State.REFUSED and case.decided_by == JUDGE
    this_one = case.photo is not None and (event.photo_id, event.revision) == (case.photo.photo_id, case.revision)
    if not (automatic and this_one and review.may_appeal) or case.appealed:
        return case
    return replace(
        case,
        state=after(case.state, "appealed"),
        revision=case.revision + 1,
        codes=(Reason.APPEALED, *case.codes),
        decided_at=now,
        appealed=True,
    )


def with_withdrawn(case: Case, event: PhotoWithdrawn) -> Case:
    """A decision that was made before counts: it cannot be taken back."""
    if case.state is State.ENDED:
        return case
    case = replace(case, withdrawn_attempt=max(case.withdrawn_attempt, event.attempt))
    mine = case.attempt == event.attempt and case.state in UNDECIDED
    return replace(case, state=after(case.state, "withdrawn")) if mine else case


def with_bounced(case: Case, event: ApplicationBounced) -> Case:
    mine = case.attempt == event.attempt and case.state is State.ACCEPTED
    return replace(case, state=after(case.state, "bounced"), codes=event.codes) if mine else case


def with_revoked(case: Case, reviewer: str, now: datetime) -> Case:
    """After the technical check, by a person. Raises IllegalStepError."""
    return replace(
        case,
        state=after(case.state, "revoked"),
        revision=case.revision + 1,
        codes=(Reason.REVOKED_BEAUTY,),
        decided_by=reviewer,
        decided_at=now,
    )


def ended(case: Case, *, erasing: bool, asked: bool = False) -> Case:
    """The tombstone: nothing has an effect on it any more."""
    new: dict[str, Any] = {"erasing": case.erasing or erasing, "asked_to_erase": case.asked_to_erase or asked}
    return replace(case, state=after(case.state, "ended"), **new)


def erased(case: Case) -> Case:
    """What is kept: that there was an application, and that it is over."""
    return Case(case.application_id, case.campaign_id, case.campaign_version, State.ENDED, erasing=True)
