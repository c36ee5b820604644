"""One application's case, moved by facts in any order: pure."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.validator.rules import (
    JUDGE,
    UNDECIDED,
    Case,
    IllegalStepError,
    Pictures,
    State,
    Verdict,
    awaits_judge,
    awaits_person,
    ended,
    erased,
    is_sampled,
    its_turn_has_come,
    like_a_refused_one,
    may_accept,
    needs_a_new_shot,
    queued,
    queued_fact,
    under_review,
    verdict_fact,
    why_no_technical_check,
    with_appealed,
    with_bounced,
    with_decision,
    with_paid,
    with_refunded,
    with_revoked,
    with_submitted,
    with_verdict,
    with_withdrawn,
)
from shared.campaign import Campaign, Payment, Review
from shared.events import (
    ApplicationWithdrawn,
    Event,
    PaymentRefunded,
    PaymentSucceeded,
    PhotoAccepted,
    PhotoQueued,
    PhotoReferred,
    PhotoRefused,
    PhotoRevoked,
    PhotoSubmitted,
    PhotoWithdrawn,
)
from shared.reasons import Reason
from tests.validator import facts
from tests.validator.facts import APPLICATION, NOW, submitted

LATER_FEE = Payment(moment="after_approval", fee_fen=2000)
FEE_FIRST = Payment(moment="after_upload", fee_fen=2000)
PICTURES = Pictures("s", "o", "r")
ONE, TWO, NOBODY = Review(people=1), Review(people=2), Review(people=0)
YES, NO = Verdict("accepted"), Verdict("refused", (Reason.EXPRESSION,))
EMPTY = Case(APPLICATION, "buct-2020", 1)


def judged(verdict: Verdict, case: Case = EMPTY) -> Case:
    case = queued(with_submitted(case, submitted(case.attempt + 1)))
    return with_verdict(case, verdict, JUDGE, NOW, PICTURES)


def referred() -> Case:
    return judged(Verdict("referred", (Reason.POSE_ROLL,)))


def test_an_older_attempt_that_comes_late_changes_nothing() -> None:
    newer = with_submitted(EMPTY, submitted(attempt=2))
    assert newer.attempt == 2
    assert with_submitted(newer, submitted(attempt=1)) is newer


def test_a_newer_attempt_starts_with_no_verdict() -> None:
    again = with_submitted(judged(NO), submitted(attempt=2))
    assert (again.state, again.revision, again.codes, again.pictures) == (State.SUBMITTED, 0, (), Pictures())


def test_a_photos_turn_comes_once() -> None:
    case = with_submitted(EMPTY, submitted())
    assert not its_turn_has_come(EMPTY, LATER_FEE)
    assert its_turn_has_come(case, LATER_FEE)
    assert not its_turn_has_come(queued(case), LATER_FEE)


def test_24_where_the_fee_comes_first_the_turn_comes_when_it_is_paid() -> None:
    case = with_submitted(EMPTY, submitted())
    assert not its_turn_has_come(case, FEE_FIRST)
    assert its_turn_has_come(with_paid(case, "A"), FEE_FIRST)
    assert not its_turn_has_come(with_refunded(with_paid(case, "A"), "A"), FEE_FIRST)
    assert its_turn_has_come(with_paid(with_refunded(with_paid(case, "A"), "A"), "B"), FEE_FIRST)


def test_a_refund_heard_before_its_payment_counts_the_same() -> None:
    payments = (with_paid, "A"), (with_paid, "B"), (with_refunded, "A"), (with_refunded, "A")
    ends = set()
    for order in permutations(payments):
        case = with_submitted(EMPTY, submitted())
        for step, order_no in order:
            case = step(case, order_no)
        ends.add((case.fees_standing, its_turn_has_come(case, FEE_FIRST)))
    assert ends == {(1, True)}


def test_a_retake_that_costs_waits_for_its_own_fee_and_one_after_a_bounce_does_not() -> None:
    costs = Payment(moment="after_upload", fee_fen=2000, retake_fee_fen=500)
    case = with_submitted(with_paid(EMPTY, "A"), submitted(2))
    assert not its_turn_has_come(case, costs)
    assert its_turn_has_come(with_paid(case, "B"), costs)
    free = with_submitted(with_paid(EMPTY, "A"), submitted(2, charged_attempt=1, follows="bounce"))
    assert its_turn_has_come(free, costs)


def test_the_judge_is_awaited_by_the_queued_photo_only() -> None:
    waiting = queued(with_submitted(EMPTY, submitted()))
    fact = queued_fact(waiting)
    assert awaits_judge(waiting, fact)
    assert not awaits_judge(waiting, fact.model_copy(update={"photo_id": uuid4()}))
    assert not awaits_judge(with_submitted(EMPTY, submitted()), fact)


@pytest.mark.parametrize(
    ("review", "decision", "codes"),
    [
        (NOBODY, "accepted", ()),
        (ONE, "referred", (Reason.REVIEW_PLANNED,)),
        (TWO, "referred", (Reason.REVIEW_PLANNED,)),
        (Review(sample_percent=100), "referred", (Reason.REVIEW_PLANNED,)),
        (Review(sample_percent=0), "accepted", ()),
    ],
)
def test_24_the_campaign_says_what_the_judges_yes_is_worth(
    review: Review, decision: str, codes: tuple[Reason, ...]
) -> None:
    assert under_review(YES, review, facts.photo_id(1)) == Verdict(decision, codes)  # type: ignore[arg-type]
    assert under_review(NO, review, facts.photo_id(1)) == NO


def test_about_as_many_photos_are_sampled_as_the_campaign_asks_and_always_the_same_ones() -> None:
    photos = [facts.photo_id(number) for number in range(2_000)]
    sampled = [each for each in photos if is_sampled(each, 10)]
    assert 150 < len(sampled) < 250
    assert sampled == [each for each in photos if is_sampled(each, 10)]


def test_25_a_repeated_picture_is_refused_with_the_judge_and_referred_without() -> None:
    blurred = Verdict("refused", (Reason.BLUR,))
    assert like_a_refused_one(blurred) == Verdict("refused", (Reason.DUP_REJECTED_IMAGE, Reason.BLUR))
    assert like_a_refused_one(YES) == Verdict("referred", (Reason.DUP_REJECTED_IMAGE,))
    assert judged(like_a_refused_one(blurred)).state is State.REFUSED


def test_25_a_better_frame_or_file_of_the_same_shot_is_no_repetition() -> None:
    assert not needs_a_new_shot((Reason.GEO_EYES, Reason.BLUR))
    assert needs_a_new_shot((Reason.GEO_EYES, Reason.EYES_CLOSED))


def test_27_of_two_people_the_first_yes_opens_the_final_review_and_tells_nothing(campaign: Campaign) -> None:
    first = with_decision(referred(), YES, "li", TWO, NOW)
    assert (first.state, first.first_by, first.revision) == (State.FINAL_REVIEW, "li", 1)
    assert verdict_fact(first, campaign) is None
    final = with_decision(first, YES, "wang", TWO, NOW)
    assert (final.state, final.decided_by, final.revision) == (State.ACCEPTED, "wang", 2)
    assert isinstance(verdict_fact(final, campaign), PhotoAccepted)


@pytest.mark.parametrize("decision", [YES, NO])
def test_27_the_final_review_is_another_persons(decision: Verdict) -> None:
    first = with_decision(referred(), YES, "li", TWO, NOW)
    with pytest.raises(IllegalStepError) as refused:
        with_decision(first, decision, "li", TWO, NOW)
    assert refused.value.reason is Reason.SAME_REVIEWER


@pytest.mark.parametrize("review", [ONE, NOBODY])
def test_30_one_persons_yes_is_enough_elsewhere(review: Review) -> None:
    assert with_decision(referred(), YES, "li", review, NOW).state is State.ACCEPTED


def test_28_either_persons_no_is_a_no(campaign: Campaign) -> None:
    first = with_decision(referred(), YES, "li", TWO, NOW)
    for case, reviewer in ((referred(), "li"), (first, "wang")):
        refused = verdict_fact(with_decision(case, NO, reviewer, TWO, NOW), campaign)
        assert isinstance(refused, PhotoRefused)
        assert (refused.codes, refused.decided_by) == ((Reason.EXPRESSION,), "person")
        assert (refused.advised_by, refused.resubmit_by) == (NOW + timedelta(days=2), NOW + timedelta(days=7))


@pytest.mark.parametrize("case", [judged(YES), judged(NO), queued(with_submitted(EMPTY, submitted()))])
def test_what_does_not_wait_for_a_person_is_not_decided_by_one(case: Case) -> None:
    with pytest.raises(IllegalStepError):
        with_decision(case, YES, "li", ONE, NOW)
    assert not awaits_person(case)


def test_only_a_cut_photo_may_be_accepted() -> None:
    assert may_accept(referred())
    assert not may_accept(replace(referred(), pictures=Pictures()))


def test_44_an_automatic_refusal_is_looked_at_by_a_person_once(campaign: Campaign) -> None:
    refused = judged(NO)
    again = with_appealed(refused, facts.appealed(), Review(), NOW)
    fact = verdict_fact(again, campaign)
    assert isinstance(fact, PhotoReferred)
    assert (fact.revision, fact.codes) == (2, (Reason.APPEALED, Reason.EXPRESSION))
    upheld = with_decision(again, NO, "li", NOBODY, NOW)
    assert with_appealed(upheld, facts.appealed(revision=3), Review(), NOW) is upheld


@pytest.mark.parametrize(
    ("case", "fact", "review"),
    [
        (judged(NO), facts.appealed(), Review(may_appeal=False)),
        (judged(NO), facts.appealed(attempt=2), Review()),
        (judged(NO), facts.appealed(revision=2), Review()),
        (judged(YES), facts.appealed(), Review()),
        (with_decision(referred(), NO, "li", NOBODY, NOW), facts.appealed(revision=2), Review()),
        (ended(judged(NO), erasing=False), facts.appealed(), Review()),
        (EMPTY, facts.appealed(), Review()),
    ],
    ids=["not allowed", "another photo", "another verdict", "accepted", "a person's no", "ended", "nothing yet"],
)
def test_44_nothing_else_is_appealed_against(case: Case, fact: object, review: Review) -> None:
    assert with_appealed(case, fact, review, NOW) is case  # type: ignore[arg-type]  # parametrize knows no types


@pytest.mark.parametrize("state", UNDECIDED)
def test_26_an_undecided_photo_is_taken_back(state: State) -> None:
    case = replace(with_submitted(EMPTY, submitted()), state=state)
    assert with_withdrawn(case, facts.withdrawn()).state is State.WITHDRAWN


def test_26_a_withdrawal_heard_before_its_photo_holds_and_the_next_attempt_is_free_of_it() -> None:
    case = with_submitted(with_withdrawn(EMPTY, facts.withdrawn(1)), submitted(1))
    assert case.state is State.WITHDRAWN
    assert with_submitted(case, submitted(2)).state is State.SUBMITTED


def test_26_a_decision_that_was_made_before_stands() -> None:
    assert with_withdrawn(judged(YES), facts.withdrawn()).state is State.ACCEPTED


def test_38_a_bounced_photo_makes_room_for_the_next() -> None:
    case = with_bounced(judged(YES), facts.bounced())
    assert (case.state, case.codes) == (State.BOUNCED, (Reason.CHSI_QUALITY,))
    assert with_submitted(case, submitted(2, follows="bounce")).state is State.SUBMITTED
    assert with_bounced(judged(NO), facts.bounced()).state is State.REFUSED


def test_36_an_accepted_photo_is_revoked_by_a_person_with_the_campaigns_sanction(campaign: Campaign) -> None:
    sanctions = campaign.sanctions.model_copy(update={"ban_for_term": True})
    fact = verdict_fact(with_revoked(judged(YES), "li", NOW), campaign.model_copy(update={"sanctions": sanctions}))
    assert isinstance(fact, PhotoRevoked)
    assert (fact.revision, fact.codes, fact.banned, fact.decided_by) == (2, (Reason.REVOKED_BEAUTY,), True, "person")
    with pytest.raises(IllegalStepError):
        with_revoked(judged(NO), "li", NOW)


def test_36_a_revocation_ends_the_application_also_for_an_attempt_that_was_on_its_way() -> None:
    revoked = with_revoked(judged(YES), "r1", NOW)
    assert with_submitted(revoked, submitted(attempt=2, follows="bounce")) is revoked


def test_the_technical_check_waits_for_the_end_of_the_window(campaign: Campaign) -> None:
    wants = campaign.model_copy(update={"review": Review(technical_check=True)})
    closes = campaign.window.closes_at
    assert why_no_technical_check(wants, closes - timedelta(seconds=1)) is Reason.CHECK_TOO_EARLY
    assert why_no_technical_check(wants, closes) is None
    assert why_no_technical_check(campaign, closes) is Reason.NO_CAMPAIGN


def test_42_nothing_has_an_effect_on_what_has_ended() -> None:
    over = ended(judged(NO), erasing=False)
    assert with_submitted(over, submitted(2)) is over
    assert with_paid(over, "A") is over
    assert with_withdrawn(over, facts.withdrawn()) is over
    assert with_bounced(over, facts.bounced()) is over


def test_43_an_erased_case_keeps_that_there_was_one() -> None:
    assert erased(ended(judged(NO), erasing=True, asked=True)) == Case(
        APPLICATION, "buct-2020", 1, State.ENDED, erasing=True
    )


class World:
    """A validator in memory: what `handlers/` does, without its tables."""

    def __init__(self, payment: Payment, review: Review) -> None:
        self.case, self.payment, self.review = EMPTY, payment, review
        self.queue: list[PhotoQueued] = []
        self.verdicts: list[tuple[int, int]] = []

    def hear(self, fact: Event) -> None:
        steps: dict[type[Event], Callable[[], Case]] = {
            PhotoSubmitted: lambda: with_submitted(self.case, fact),  # type: ignore[arg-type]
            PaymentSucceeded: lambda: with_paid(self.case, fact.order_no),  # type: ignore[attr-defined]
            PaymentRefunded: lambda: with_refunded(self.case, fact.order_no),  # type: ignore[attr-defined]
            PhotoWithdrawn: lambda: with_withdrawn(self.case, fact),  # type: ignore[arg-type]
            ApplicationWithdrawn: lambda: ended(self.case, erasing=True),
        }
        self.case = steps[type(fact)]()
        if its_turn_has_come(self.case, self.payment):
            self.case = queued(self.case)
            self.queue.append(queued_fact(self.case))

    def judge(self, verdict: Verdict) -> None:
        for fact in self.queue:  # every one again: a queue delivers twice
            if awaits_judge(self.case, fact):
                decided = under_review(verdict, self.review, fact.photo_id)
                self.case = with_verdict(self.case, decided, JUDGE, NOW, PICTURES)
                self.verdicts.append((self.case.attempt, self.case.revision))

    def review_by(self, reviewer: str, verdict: Verdict) -> None:
        if awaits_person(self.case) and self.case.first_by != reviewer:
            self.case = with_decision(self.case, verdict, reviewer, self.review, NOW)
            if self.case.state is not State.FINAL_REVIEW:
                self.verdicts.append((self.case.attempt, self.case.revision))


FACTS: list[Event] = [
    submitted(1),
    submitted(2),
    facts.paid("A"),
    facts.paid("B"),
    facts.refunded("A"),
    facts.withdrawn(1),
]
WORK = st.sampled_from(["judge yes", "judge no", "judge doubts", "li yes", "wang yes", "wang no"])


def work(world: World, what: str) -> None:
    who, answer = what.split()
    verdict = {"yes": YES, "no": NO, "doubts": Verdict("referred", (Reason.POSE_ROLL,))}[answer]
    if who == "judge":
        world.judge(verdict)
    else:
        world.review_by(who, verdict)


@given(
    order=st.permutations(FACTS),
    repeats=st.lists(st.sampled_from(FACTS), max_size=4),
    between=st.lists(WORK, max_size=12),
    payment=st.sampled_from([LATER_FEE, FEE_FIRST]),
    review=st.sampled_from([NOBODY, ONE, TWO]),
)
def test_whatever_the_order_the_newest_photo_ends_decided_and_none_is_told_twice(
    order: list[Event], repeats: list[Event], between: list[str], payment: Payment, review: Review
) -> None:
    world = World(payment, review)
    played: list[Event | str] = [*order, *repeats]
    step = max(len(played) // (len(between) + 1), 1)
    for place, what in enumerate(between):
        played.insert((place + 1) * step + place, what)
    for each in played:
        if isinstance(each, str):
            work(world, each)
        else:
            world.hear(each)
    for what in ("judge yes", "li yes", "wang yes"):  # and the work is done to its end
        work(world, what)
    assert world.case.attempt == 2, "the newest attempt is lost"
    assert world.case.state in {State.ACCEPTED, State.REFUSED}, "nobody waits for it and nothing is decided"
    assert len(world.verdicts) == len(set(world.verdicts)), "one verdict was told twice"
    attempts = [fact.attempt for fact in world.queue]
    assert len(attempts) == len(set(attempts)), "a photo was queued twice"


@given(order=st.permutations([*FACTS, facts.given_up()]), between=st.lists(WORK, max_size=6))
def test_whatever_comes_after_the_end_changes_nothing(order: list[Event], between: list[str]) -> None:
    world = World(FEE_FIRST, TWO)
    over: Case | None = None
    for fact in order:
        world.hear(fact)
        over = over or (world.case if isinstance(fact, ApplicationWithdrawn) else None)
        for what in between:
            work(world, what)
        assert over is None or world.case == over
    assert world.case.state is State.ENDED


@given(order=st.permutations(FACTS))
def test_without_any_verdict_every_order_leads_to_the_same_end(order: list[Event]) -> None:
    world = World(FEE_FIRST, NOBODY)
    for fact in order:
        world.hear(fact)
    assert (world.case.attempt, world.case.state, world.case.fees_standing) == (2, State.QUEUED, 1)
    assert [fact.attempt for fact in world.queue][-1] == 2
