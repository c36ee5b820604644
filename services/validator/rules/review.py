"""Who looks, and what their word is worth: the judge, the picture's past, one person or two."""

from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from services.validator.rules.findings import Decision, Verdict
from services.validator.rules.life import Case, awaits_person, with_verdict
from services.validator.rules.machine import IllegalStepError, State, after
from shared.campaign import Campaign, Review
from shared.reasons import Reason

# What another frame or another file of the same shot mends, and the student is asked for just that.
MENDED_WITHOUT_A_NEW_SHOT = frozenset(
    {
        Reason.GEO_HAIRLINE,
        Reason.GEO_EYES,
        Reason.GEO_FACE_WIDTH,
        Reason.GEO_CENTER,
        Reason.GEO_BODY,
        Reason.BLUR,
        Reason.NOISE_JPEG,
        Reason.SRC_ENLARGED,
        Reason.COLOR_MODE,
        Reason.DISTORTED,
        Reason.EDIT_OVERLAY,
    }
)


def under_review(judged: Verdict, review: Review, photo_id: UUID) -> Verdict:
    """What the judge's yes is worth: the last word, or a planned look by a person.

    A sampled photo is looked at before it is accepted, like any other, not afterwards: an acceptance that a person
    could still take back would already have asked the student for money.
    """
    if judged.decision == "accepted" and (review.people or is_sampled(photo_id, review.sample_percent)):
        return Verdict("referred", (Reason.REVIEW_PLANNED,))
    return judged


def is_sampled(photo_id: UUID, percent: int) -> bool:
    """The same answer each time it is asked of one photo."""
    return int.from_bytes(sha256(photo_id.bytes).digest()[:4]) % 100 < percent


def like_a_refused_one(judged: Verdict) -> Verdict:
    """The picture looks like one that was refused in this application (perceptual hash).

    Refused again by the judge, it is refused as a repetition. What the judge has nothing certain against goes to a
    person: only a person sees whether the fault was mended or hidden.
    """
    decision: Decision = "refused" if judged.decision == "refused" else "referred"
    return Verdict(decision, (Reason.DUP_REJECTED_IMAGE, *judged.codes))


def needs_a_new_shot(codes: tuple[Reason, ...]) -> bool:
    """Refused for something that only another photograph can mend."""
    return not MENDED_WITHOUT_A_NEW_SHOT.issuperset(codes)


def with_decision(case: Case, decided: Verdict, reviewer: str, review: Review, now: datetime) -> Case:
    """A person's word: the first yes of two opens the final review, which another person gives; a no is a no.

    Raises IllegalStepError.
    """
    if case.state is State.FINAL_REVIEW and reviewer == case.first_by:
        raise IllegalStepError(Reason.SAME_REVIEWER, f"{reviewer} gave the first review of this photo")
    if case.state is State.REFERRED and decided.decision == "accepted" and review.people == 2:
        return replace(case, state=after(case.state, "first review ok"), first_by=reviewer)
    if not awaits_person(case):
        after(case.state, "first review ok")  # says why not
    return with_verdict(case, decided, reviewer, now, case.pictures)


def why_no_technical_check(campaign: Campaign, now: datetime) -> Reason | None:
    """None: it may be started. `campaign`: the newest version, whose window counts."""
    if not campaign.review.technical_check:
        return Reason.NO_CAMPAIGN
    return Reason.CHECK_TOO_EARLY if now < campaign.window.closes_at else None
