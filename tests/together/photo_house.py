"""Matcher, validator and exporter: who is entitled, whether the photo is good enough, what the school gets."""

from dataclasses import replace
from typing import Any, ClassVar
from uuid import UUID

from services.exporter import rules as exporting
from services.exporter.rules import Standing
from services.matcher import rules as matching
from services.matcher.matching import Answer, fact_of, settled
from services.matcher.rules import Comparison, Likeness
from services.matcher.store.claims import Claim
from services.matcher.store.rosters import RosterEntry
from services.validator import rules as judging
from services.validator.rules import JUDGE, Pictures, State, Verdict
from shared.events import (
    ApplicationBounced,
    ApplicationDelivered,
    ApplicationEvent,
    ApplicationLapsed,
    ApplicationWithdrawn,
    ErasureCompleted,
    ErasureRequested,
    IdentityConfirmed,
    IdentitySubmitted,
    PaymentRefunded,
    PaymentSucceeded,
    PhotoAccepted,
    PhotoAppealed,
    PhotoQueued,
    PhotoReferred,
    PhotoRefused,
    PhotoRevoked,
    PhotoSubmitted,
    PhotoUploaded,
    PhotoWithdrawn,
)
from shared.reasons import Reason
from tests.together.bag import APPLICATION_ID, Bag, Hears
from tests.together.door import ENTRY, FRAME, Intake

Ending = ApplicationWithdrawn | ApplicationLapsed | ErasureRequested
NAMES = {"same": Likeness.SAME, "close": Likeness.CLOSE, "other": Likeness.OTHER}


class Matcher:
    name = "matcher"

    def __init__(self, bag: Bag, intake: Intake) -> None:
        self.bag, self.intake = bag, intake
        self.claim: Claim | None = None
        self.is_over = False
        self.hears: Hears = {IdentitySubmitted: self.match, PhotoRevoked: lambda _: None}
        self.hears |= dict.fromkeys((ApplicationWithdrawn, ApplicationLapsed, ErasureRequested), self.end)

    def match(self, fact: IdentitySubmitted) -> None:
        if self.is_over or (self.claim and self.claim.submission >= fact.submission):
            return
        claim = Claim(**self.bag.named, submission=fact.submission, identity=fact.identity, number_print="")
        self._settle(claim, NAMES[self.intake.claims[fact.submission]])

    def support(self, *, is_same: bool) -> None:
        """A person compares two names, or corrects the roster."""
        if self.claim and not self.is_over and self.claim.state in matching.WAITING:
            self._settle(self.claim, Likeness.SAME if is_same else Likeness.OTHER)

    def end(self, fact: Ending) -> None:
        self.is_over = True
        if isinstance(fact, ErasureRequested):
            self.bag.tell(self.name, ErasureCompleted(**self.bag.named, service=self.name))

    def _settle(self, claim: Claim, name: Likeness) -> None:
        policy = self.bag.campaign.identity.model_copy(update={"strategy": "name_and_id"})
        compared = Comparison(policy, too_often=False, number_is_valid=True, found=True, name=name)
        entry = RosterEntry(UUID(int=9), "resident_id", excluded=False, sealed=ENTRY)
        answer = Answer(matching.decide(matching.QUESTIONS, compared), entry)
        decided = settled(claim, answer)
        if self.claim is None or decided.submission > self.claim.submission or decided != claim:
            self.claim = decided
            self.bag.tell(self.name, fact_of(decided, answer))


class Validator:
    name = "validator"

    def __init__(self, bag: Bag, intake: Intake) -> None:
        self.bag, self.intake = bag, intake
        self.case = judging.Case(**bag.named)
        self.refusals: list[Reason] = []
        self.hears: Hears = {
            PhotoUploaded: self.prepare,
            PhotoSubmitted: self.take,
            PaymentSucceeded: lambda fact: self._take_turn(judging.with_paid(self.case, fact.order_no)),
            PaymentRefunded: lambda fact: self._keep(judging.with_refunded(self.case, fact.order_no)),
            PhotoWithdrawn: lambda fact: self._keep(judging.with_withdrawn(self.case, fact)),
            ApplicationBounced: lambda fact: self._keep(judging.with_bounced(self.case, fact)),
            PhotoAppealed: self.take_appeal,
            PhotoQueued: self.judge,
        }
        self.hears |= dict.fromkeys((ApplicationWithdrawn, ApplicationLapsed, ErasureRequested), self.end)

    def prepare(self, fact: PhotoUploaded) -> None:
        if self.case.state is State.ENDED:
            return
        if self.intake.pictures[fact.photo_id] == "hopeless":
            self._tell(judging.unprepared_fact(fact, (Reason.FACE_NONE,)))
        else:
            self._tell(judging.prepared_fact(fact, "prepared", FRAME))

    def take(self, fact: PhotoSubmitted) -> None:
        case = judging.with_submitted(self.case, fact)
        if case is not self.case:
            self._take_turn(case)

    def judge(self, fact: PhotoQueued) -> None:
        if not judging.awaits_judge(self.case, fact):
            return
        decisions = {"good": "accepted", "doubtful": "referred"}
        decision = decisions.get(self.intake.pictures[fact.photo_id], "refused")
        codes = () if decision == "accepted" else (Reason.BLUR,)
        judged = judging.under_review(Verdict(decision, codes), self.bag.campaign.review, fact.photo_id)  # type: ignore[arg-type]  # one of the three
        self._decided(judging.with_verdict(self.case, judged, JUDGE, self.bag.now, Pictures("s", "o", "r")))

    def review(self, decision: Any, reviewer: str) -> None:
        """A person's word, where one is asked for and this person may give it."""
        codes = () if decision == "accepted" else (Reason.MAKEUP,)
        try:
            verdict = Verdict(decision, codes)
            case = judging.with_decision(self.case, verdict, reviewer, self.bag.campaign.review, self.bag.now)
        except judging.IllegalStepError as no:
            self.refusals.append(no.reason)
        else:
            self._decided(case)

    def revoke(self) -> None:
        """After the technical check."""
        if self.bag.now < self.bag.campaign.window.closes_at:
            return
        try:
            self._decided(judging.with_revoked(self.case, "r1", self.bag.now))
        except judging.IllegalStepError as no:
            self.refusals.append(no.reason)

    def take_appeal(self, fact: PhotoAppealed) -> None:
        case = judging.with_appealed(self.case, fact, self.bag.campaign.review, self.bag.now)
        if case is not self.case:
            self._decided(case)

    def end(self, fact: Ending) -> None:
        is_erasure = isinstance(fact, ErasureRequested)
        self._keep(judging.ended(self.case, erasing=not isinstance(fact, ApplicationLapsed), asked=is_erasure))
        if is_erasure:
            self._keep(judging.erased(self.case))
            self._tell(ErasureCompleted(**self.bag.named, service=self.name))

    def _take_turn(self, case: judging.Case) -> None:
        if judging.its_turn_has_come(case, self.bag.campaign.payment):
            case = judging.queued(case)
            self._tell(judging.queued_fact(case))
        self._keep(case)

    def _decided(self, case: judging.Case) -> None:
        self._keep(case)
        if fact := judging.verdict_fact(case, self.bag.campaign):
            self._tell(fact)

    def _keep(self, case: judging.Case) -> None:
        self.case = case

    def _tell(self, fact: ApplicationEvent) -> None:
        self.bag.tell(self.name, fact)


class Exporter:
    name = "exporter"
    KEPT: ClassVar[tuple[type[ApplicationEvent], ...]] = (
        IdentityConfirmed,
        PhotoSubmitted,
        PhotoAccepted,
        PhotoRefused,
        PhotoReferred,
        PhotoRevoked,
        PhotoWithdrawn,
        PaymentSucceeded,
        PaymentRefunded,
        ApplicationLapsed,
        ApplicationWithdrawn,
    )

    def __init__(self, bag: Bag) -> None:
        self.bag = bag
        terms = bag.campaign.payment
        takes_fee, pays_first = terms.moment != "none", terms.is_before_review
        self.case = exporting.Case(APPLICATION_ID, takes_fee, pays_first)
        self.listed: exporting.Turn | None = None  # in the bundle that is being written
        self.hears: Hears = {**dict.fromkeys(self.KEPT, self.keep), ErasureRequested: self.forget}

    def keep(self, fact: Any) -> None:
        self.case = exporting.with_fact(self.case, fact)

    def forget(self, _: ErasureRequested) -> None:
        self.case = replace(self.case, identity=None, photo=None, erased=True)
        self.bag.tell(self.name, ErasureCompleted(**self.bag.named, service=self.name))

    def begin_bundle(self) -> None:
        self.listed = self._complete()
        if self.listed:
            self.case = exporting.with_handover(self.case, "picked up") or self.case

    def publish_bundle(self) -> None:
        """Whatever has changed since it was begun: then it is begun again."""
        if self.listed is None or self.listed != self._complete():
            self.listed = None
            return
        is_new = self.case.delivered != self.listed
        if is_new:
            after = exporting.with_handover(self.case, "published")
            assert after, "delivered without a row that leads there"
            self.case = after
            attempt, revision = self.listed
            about = {"bundle_id": UUID(int=7), "attempt": attempt, "revision": revision}
            self.bag.tell(self.name, ApplicationDelivered(**self.bag.named, **about))
        self.listed = None

    def outcome(self, event: Any) -> None:
        """What the school or CHSI says of a delivered photo."""
        after = exporting.with_handover(self.case, event) if self.case.delivered else None
        if after is None:
            return
        self.case = after
        assert after.handed
        (attempt, revision), _ = after.handed
        if event == "bounced":
            by = self.bag.campaign.resubmission.enforced_by(self.bag.now) or self.bag.now
            back = {"attempt": attempt, "revision": revision, "codes": (Reason.CMP_FAIL,), "resubmit_by": by}
            self.bag.tell(self.name, ApplicationBounced(**self.bag.named, **back))

    def _complete(self) -> exporting.Turn | None:
        is_complete = exporting.standing(self.case) == Standing.COMPLETE
        return exporting.turn(self.case.photo) if is_complete and self.case.photo else None
