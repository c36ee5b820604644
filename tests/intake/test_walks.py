"""A student, the services and time, all at random: no impossible, lost or unowned case is ever reached."""

from datetime import datetime, timedelta
from itertools import chain
from uuid import uuid4

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.intake.rules import (
    DOORS,
    Application,
    CaseState,
    PhotoRegion,
    PhotoState,
    lapses_at,
    open_actions,
    stage,
    taken_back,
    waits_for,
    why_lapsed,
    with_appeal,
    with_attempt,
    with_erasure,
    with_fact,
    with_lapse,
    with_retake,
    with_upload,
    with_withdrawal,
)
from shared import events
from shared.campaign import Campaign
from shared.events import ApplicationEvent
from shared.reasons import Reason
from tests.intake.cases import AUTOMATIC, FRAME, NAMED, NOW, campaign, case, paying
from tests.intake.facts import ATTEMPTS, ERASED, FINAL, MONEY, PHOTOS, REVISIONS, VERDICTS, bounced, delivered, verdict

CAMPAIGNS = [campaign(), AUTOMATIC, *(paying(moment) for moment in ("before_upload", "at_order", "none"))]
CAMPAIGNS.append(paying("after_upload", retake_fee_fen=500).model_copy(update={"processing": "auto_crop"}))
ENDED = (CaseState.LAPSED, CaseState.WITHDRAWN, CaseState.ERASING, CaseState.ERASED)


class Walk(RuleBasedStateMachine):
    """A student who does whatever is allowed, services that say whatever they may say, and time that passes."""

    def __init__(self) -> None:
        super().__init__()
        self.case: Application = case()
        self.before = self.case
        self.terms: Campaign = CAMPAIGNS[0]
        self.now: datetime = NOW
        self.verdicts: dict[tuple[int, int], str] = {}

    @rule(terms=st.sampled_from(CAMPAIGNS))
    def another_campaign(self, terms: Campaign) -> None:
        if self.case == case():
            self.terms = terms

    @rule(act=st.sampled_from(["upload", "accept", "retake", "take_back", "appeal", "withdraw", "erase"]))
    def student_acts(self, act: str) -> None:
        reason = DOORS[act](self.case, self.terms, self.now)
        if reason is not None:
            assert reason.text
        elif len(PHOTOS) > self.case.photo.attempt or act not in ("upload", "accept"):
            self._become(getattr(self, f"_{act}")())

    @rule(kind=st.sampled_from(VERDICTS), attempt=st.sampled_from(ATTEMPTS), revision=st.sampled_from(REVISIONS))
    def validator_says(self, kind: str, attempt: int, revision: int) -> None:
        if attempt <= self.case.photo.attempt:
            self._hear(verdict(self.verdicts.setdefault((attempt, revision), kind), attempt, revision))

    @rule(prepared=st.booleans())
    def validator_prepares(self, prepared: bool) -> None:
        waiting = self.case.photo.preparation
        photo_id = waiting.photo_id if waiting else uuid4()
        if prepared:
            self._hear(events.PhotoPrepared(**NAMED, photo_id=photo_id, prepared_key="p", frame=FRAME))
        else:
            self._hear(events.PhotoUnprepared(**NAMED, photo_id=photo_id, codes=(Reason.FACE_NONE,)))

    @rule(fact=st.sampled_from([*MONEY, FINAL]))
    def payment_says(self, fact: ApplicationEvent) -> None:
        self._hear(fact)

    @rule(returns=st.booleans(), revision=st.sampled_from(REVISIONS))
    def exporter_says(self, returns: bool, revision: int) -> None:
        photo = self.case.photo
        if photo.state is PhotoState.ACCEPTED and self.verdicts.get((photo.attempt, revision)) == "accepted":
            self._hear((bounced if returns else delivered)(photo.attempt, revision))

    @rule(fact=st.sampled_from(ERASED))
    def somebody_has_erased(self, fact: ApplicationEvent) -> None:
        if self.case.ending.erasure:
            self._hear(fact)

    @rule(hours=st.integers(1, 24 * 20))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        if reason := why_lapsed(self.case, self.terms, self.now):
            self._become(with_lapse(self.case, reason))

    @invariant()
    def attempts_never_decrease(self) -> None:
        for name in ("attempt", "charged_attempt"):
            assert getattr(self.case.photo, name) >= getattr(self.before.photo, name)
        assert self.case.photo.charged_attempt <= self.case.photo.attempt

    @invariant()
    def what_has_ended_stays_ended(self) -> None:
        assert list(CaseState).index(self.before.case) == 0 or self.case.case in ENDED
        if self.before.case in (CaseState.ERASING, CaseState.ERASED):
            assert self.case.case in (CaseState.ERASING, CaseState.ERASED)
            assert self.case.identity.entry is None
            assert self.case.photo.original_key is None

    @invariant()
    def no_state_is_impossible(self) -> None:
        photo = self.case.photo
        assert stage(self.case, self.terms, self.now)
        assert photo.shown is photo.state or photo.state in (PhotoState.NONE, PhotoState.REFUSED)
        assert (photo.attempt == 0) == (photo.photo_id is None)
        assert not photo.bounced or photo.state is PhotoState.REFUSED
        assert not (photo.appealed and photo.state is PhotoState.NONE)

    @invariant()
    def no_case_is_lost_and_no_money_without_an_owner(self) -> None:
        if waits_for(self.case, self.terms, self.now) != "student":
            return
        acts = set(open_actions(self.case, self.terms, self.now)) - {"withdraw", "erase"}
        has_something = self.case.money.standing or self.case.photo.state is PhotoState.REFUSED
        assert acts or not has_something or lapses_at(self.case, self.terms), "nobody can move it, no timer ends it"

    def _hear(self, fact: ApplicationEvent) -> None:
        self._become(with_fact(self.case, fact))

    def _become(self, after: Application) -> None:
        self.before, self.case = self.case, after

    def _with(self, photo: PhotoRegion) -> Application:
        return self.case.model_copy(update={"photo": photo})

    def _upload(self) -> Application:
        photo = self.case.photo
        if self.terms.processing == "frame_by_hand":
            return self._with(with_attempt(photo, PHOTOS[photo.attempt + 1], "s", "o"))
        return self._with(with_upload(photo, uuid4(), "s", "o"))

    def _accept(self) -> Application:
        photo = self.case.photo
        return self._with(with_attempt(photo, PHOTOS[photo.attempt + 1], "s", "o", "p"))

    def _retake(self) -> Application:
        return self._with(with_retake(self.case.photo))

    def _take_back(self) -> Application:
        return self._with(taken_back(self.case.photo))

    def _appeal(self) -> Application:
        return self._with(with_appeal(self.case.photo))

    def _withdraw(self) -> Application:
        return with_withdrawal(self.case)

    def _erase(self) -> Application:
        return with_erasure(self.case, "student")


Walk.TestCase.settings = settings(
    deadline=None, suppress_health_check=list(HealthCheck), max_examples=150, stateful_step_count=40
)
TestWalk = Walk.TestCase


def test_the_walk_can_say_everything_that_intake_hears_about_a_photo_and_its_money() -> None:
    """Or the walk would prove little."""
    said = {type(fact) for fact in chain(MONEY, [FINAL], ERASED)}
    said |= {type(verdict(kind, 1, 1)) for kind in VERDICTS}
    assert len(said) == len({fact.topic for fact in said}) == 11
