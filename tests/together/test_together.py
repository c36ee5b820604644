"""Photo, money, identity and delivery together: whatever the order of facts, no lost photo and no money unowned."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.intake.rules import CaseState
from services.payment.rules import Money
from services.validator.rules import State
from shared.events import ErasureCompleted, PaymentRefunded, PaymentRefused
from tests.together.door import Picture
from tests.together.world import CAMPAIGNS, World

pytestmark = pytest.mark.timeout(600)  # ten seconds on an idle machine

DAY = timedelta(days=1)
ANSWERS = (PaymentRefunded, PaymentRefused, ErasureCompleted)  # money that goes back, and "no" to who asks
WHICH = st.integers(0, 30)
ACTS = ("accept", "accept", "retake", "take_back", "take_back", "appeal", "appeal", "pay", "pay", "withdraw", "erase")
NAME = st.sampled_from(sorted(CAMPAIGNS))
DEAF = st.sets(st.sampled_from(["intake", "matcher", "validator", "payment", "exporter"]), max_size=3)
PICTURE: st.SearchStrategy[Picture] = st.sampled_from(["good", "good", "bad", "doubtful", "hopeless"])


class Together(World, RuleBasedStateMachine):
    """A student, the staff, WeChat Pay, the clock and Kafka, each at random; in the end everything is heard."""

    def __init__(self) -> None:
        RuleBasedStateMachine.__init__(self)
        self.begin(CAMPAIGNS["after the approval"])

    @initialize(name=NAME, steps=st.integers(0, 10), pictures=st.lists(PICTURE, max_size=3), deaf=DEAF)
    def a_campaign(self, name: str, steps: int, pictures: list[Picture], deaf: set[str]) -> None:
        """Some way along the straight road, and one step whose facts are half heard: the crooked roads begin here."""
        self.begin(CAMPAIGNS[name])
        for _ in range(steps):
            self.go_on(pictures.pop() if pictures else "good")
            self.settle_down()
        self.go_on("good")
        self.bag.deliver_to_all_but(deaf)

    @precondition(lambda self: self.bag.waiting)
    @rule(at=WHICH)
    def a_fact_is_heard(self, at: int) -> None:
        self.bag.deliver(at)

    @rule(deaf=DEAF)
    def some_hear_everything(self, deaf: set[str]) -> None:
        self.bag.deliver_to_all_but(deaf)

    @precondition(lambda self: self.bag.waiting)
    @rule(at=WHICH)
    def a_fact_is_lost_for_now(self, at: int) -> None:
        self.bag.lose(at)

    @precondition(lambda self: self.bag.heard)
    @rule(at=WHICH)
    def a_fact_comes_again(self, at: int) -> None:
        self.bag.repeat(at)

    @rule(picture=PICTURE)
    def the_student_goes_on(self, picture: Picture) -> None:
        self.go_on(picture)

    @rule(answer=st.sampled_from(["same", "same", "close", "other"]))
    def the_student_claims(self, answer: str) -> None:
        self.intake.claim(answer)

    @rule(correct=st.booleans())
    def the_student_confirms(self, correct: bool) -> None:
        self.intake.confirm(correct)

    @rule(picture=PICTURE)
    def the_student_uploads(self, picture: Picture) -> None:
        self.intake.upload(picture)

    @rule(act=st.sampled_from(ACTS))
    def the_student_acts(self, act: str) -> None:
        self.intake.act(act)

    @precondition(lambda self: self.payment.orders)
    @rule(at=WHICH)
    def the_money_of_an_order_arrives(self, at: int) -> None:
        orders = list(self.payment.orders)
        self.payment.arrive(orders[at % len(orders)])

    @rule(is_same=st.booleans())
    def support_answers(self, is_same: bool) -> None:
        self.matcher.support(is_same=is_same)

    @rule(decision=st.sampled_from(["accepted", "refused"]), reviewer=st.sampled_from(["r1", "r2"]))
    def a_person_reviews(self, decision: str, reviewer: str) -> None:
        self.validator.review(decision, reviewer)

    @rule()
    def a_photo_is_revoked(self) -> None:
        self.validator.revoke()

    @rule()
    def a_bundle_is_begun(self) -> None:
        self.exporter.begin_bundle()

    @rule()
    def a_bundle_is_published(self) -> None:
        self.exporter.publish_bundle()

    @rule(event=st.sampled_from(["accepted", "verified", "bounced"]))
    def the_school_answers(self, event: str) -> None:
        self.exporter.outcome(event)

    @rule()
    def refunds_end(self) -> None:
        self.payment.give_back()

    @rule()
    def a_fee_is_settled_by_hand(self) -> None:
        self.payment.settle_by_hand()

    @rule(hours=st.sampled_from([1, 12, 30, 80, 200]))
    def time_passes(self, hours: int) -> None:
        self.pass_time(timedelta(hours=hours))

    @invariant()
    def every_state_can_be_shown(self) -> None:
        assert self.stage()

    @invariant()
    def who_is_refused_is_told_why(self) -> None:
        assert all(reason.text for reason in self.validator.refusals)

    @invariant()
    def no_more_is_paid_than_is_owed(self) -> None:
        """In fen: two charges for one fee, or one fee's price for another, are too much."""
        paid = sum(each.amount_fen for each in self.payment.standing)
        assert paid <= sum(self.payment.terms.fee_of(number + 1) for number in range(self.payment.case.fees))

    @invariant()
    def nothing_has_an_effect_on_what_has_ended_but_refunds(self) -> None:
        over = {"validator": self.validator.case.state is State.ENDED, "matcher": self.matcher.is_over}
        over |= {"payment": self.payment.case.money is Money.ENDED, "exporter": bool(self.exporter.case.lapsed)}
        for name, is_over in over.items():
            told = [fact for by, fact in self.bag.told if by == name]
            since = self.ended_at.setdefault(name, len(told)) if is_over else len(told)
            late = [fact for fact in told[since:] if not isinstance(fact, ANSWERS)]
            assert not late, f"{name} told {late} of an ended application"

    @invariant()
    def who_has_ended_hears_of_money_only(self) -> None:
        assert set(self.notifier.said_when_over) <= {"payment.refunded"}

    def teardown(self) -> None:
        """Everything is heard, everybody has done their part, the student does nothing more."""
        self.settle_down()
        while moment := self.next_moment():
            self.pass_time(max(moment - self.bag.now, timedelta()))
            self.settle_down()
        self.check_the_end()
        standing = len(self.payment.standing)
        was_delivered = self.stage() == "delivered"
        self.pass_time(500 * DAY)
        self.settle_down()
        assert self.intake.case.case is CaseState.ERASED
        assert not was_delivered or len(self.payment.standing) == standing, "a delivered photo's fee was given back"


# Not Phase.explain: before Python 3.12 it traces every line, and the walk takes five times as long.
Together.TestCase.settings = settings(
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
    max_examples=150,
    stateful_step_count=40,
)
TestTogether = Together.TestCase


def test_each_part_hears_what_its_service_hears_of_an_application() -> None:
    """Or the walk would prove little. Cards of documents and messages are stories of their own."""
    together = Together()
    elsewhere = {"IdCardUploaded", "RosterPublished", "ContactChanged", "MessageRequested", "CampaignPublished"}
    for part in together.bag.parts:
        contract = json.loads(Path(f"deploy/contracts/{part.name}.asyncapi.json").read_text())
        heard = {
            channel.removeprefix(f"{part.name} hears ") for channel in contract["channels"] if " hears " in channel
        }
        heard -= {*elsewhere, "IdCardRead", "IdCardRefused", "MessageSent", "MessageFailed", "MessageUnknown"}
        assert {kind.__name__ for kind in part.hears} == heard, part.name
