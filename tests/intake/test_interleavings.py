"""Facts come in any order, twice or late: the same end, whatever was lost on the way."""

from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from services.intake.rules import (
    Application,
    CaseState,
    IdentityRegion,
    IdentityState,
    MoneyRegion,
    PhotoRegion,
    PhotoState,
    taken_back,
    with_appeal,
    with_erasure,
    with_fact,
    with_upload,
    with_withdrawal,
)
from shared import events
from shared.events import ApplicationEvent
from shared.reasons import Reason
from tests.intake.cases import FRAME, NAMED, case
from tests.intake.facts import ERASED, FINAL, MONEY, PHOTOS, REQUEST, SEALED, bounced, delivered, verdict

FAST = settings(deadline=None, suppress_health_check=list(HealthCheck))
CHECKING = case(
    photo=PhotoRegion(state=PhotoState.CHECKING, photo_id=PHOTOS[2], attempt=2, charged_attempt=2),
    money=MoneyRegion(requested=REQUEST),
)
REFUSED = with_fact(CHECKING, verdict("refused", 2, 1))
STARTS = {
    "checking": CHECKING,
    "appealed": CHECKING.model_copy(update={"photo": with_appeal(REFUSED.photo)}),
    "taken back": CHECKING.model_copy(update={"photo": taken_back(CHECKING.photo)}),
    "the third attempt": CHECKING.model_copy(
        update={"photo": PhotoRegion(state=PhotoState.CHECKING, photo_id=PHOTOS[3], attempt=3, charged_attempt=2)}
    ),
    "another picture": REFUSED.model_copy(update={"photo": with_upload(REFUSED.photo, UUID(int=60), "s", "o")}),
}
TWO_REVOKED = [verdict("revoked", 1, 3), verdict("revoked", 2, 3)]


@st.composite
def judgements(draw: st.DrawFn) -> list[ApplicationEvent]:
    """What is said about two attempts: one verdict per revision, and where the last accepts, a delivery, perhaps a
    return or a revocation. The first attempt may have come back from the school too. More than the validator ever
    says: it revokes once, and judges nothing afterwards; intake does not rely on it."""
    told: list[ApplicationEvent] = []
    for attempt in (1, 2):
        kinds = ["refused", *draw(st.lists(st.sampled_from(["accepted", "refused", "referred"]), max_size=2))]
        told += [verdict(kind, attempt, revision) for revision, kind in enumerate(kinds, start=1)]
        if kinds[-1] == "accepted":
            last = len(kinds)
            after = [delivered(attempt, last), delivered(attempt, last, day=1), bounced(attempt, last)]
            told += draw(st.lists(st.sampled_from([*after, verdict("revoked", attempt, last + 1)]), unique_by=str))
    told.append(events.PhotoPrepared(**NAMED, photo_id=UUID(int=60), prepared_key="p", frame=FRAME))
    return told


@st.composite
def orders_of(draw: st.DrawFn, facts: st.SearchStrategy[list[ApplicationEvent]]) -> tuple[Any, Any]:
    """A history, and the same in another order with repeats."""
    told = draw(facts)
    again = draw(st.lists(st.sampled_from(told), max_size=3)) if told else []
    return told, draw(st.permutations(told + again))


def end(application: Application) -> object:
    """What can still be seen or can still happen: of a case that is over its ending and its money."""
    over = application.case is not CaseState.OPEN
    return (application.case, application.money, application.ending) if over else application


def after_all(application: Application, facts: list[ApplicationEvent]) -> Application:
    for fact in facts:
        application = with_fact(application, fact)
    return application


@settings(FAST, max_examples=300)
@given(orders_of(judgements()), st.sampled_from(sorted(STARTS)))
@example((TWO_REVOKED, TWO_REVOKED[::-1]), "another picture")
@example((TWO_REVOKED, TWO_REVOKED[::-1]), "the third attempt")
def test_what_is_said_about_photos_comes_to_the_same_end_in_every_order(orders: Any, start: str) -> None:
    one, other = (end(after_all(STARTS[start], facts)) for facts in orders)
    assert one == other


@FAST
@given(orders_of(st.lists(st.sampled_from([*MONEY, FINAL]), unique_by=str)))
def test_what_is_said_about_money_comes_to_the_same_end_in_every_order(orders: Any) -> None:
    one, other = (end(after_all(CHECKING, facts)) for facts in orders)
    assert one == other


@FAST
@given(orders_of(judgements()), orders_of(st.lists(st.sampled_from([*MONEY, FINAL, *ERASED]), unique_by=str)))
def test_photos_and_money_do_not_disturb_each_other(photos: Any, money: Any) -> None:
    one = end(after_all(CHECKING, photos[0] + money[0]))
    assert one == end(after_all(CHECKING, money[1] + photos[1]))


@FAST
@given(judgements(), st.data())
def test_what_was_lost_and_comes_late_changes_nothing_about_the_end(facts: list[Any], data: st.DataObject) -> None:
    late = data.draw(st.lists(st.sampled_from(facts), unique_by=str))
    in_time = [fact for fact in facts if fact not in late]
    assert end(after_all(CHECKING, in_time + late)) == end(after_all(CHECKING, facts))


@FAST
@given(st.permutations(["matched", "refused", "referred", "old"]), st.sets(st.integers(0, 3)))
def test_a_match_wins_over_any_other_answer_to_the_same_claim(order: list[str], lost: set[int]) -> None:
    about = {**NAMED, "submission": 2}
    facts = {
        "matched": events.IdentityMatched(**about, entry_id=UUID(int=9), entry=SEALED),
        "refused": events.IdentityRefused(**about, reason=Reason.ID_NOT_FOUND),
        "referred": events.IdentityReferred(**about, reason=Reason.ID_NAME_DIFF),
        "old": events.IdentityMatched(**about | {"submission": 1}, entry_id=UUID(int=8), entry=SEALED),
    }
    heard = [name for index, name in enumerate(order) if index not in lost]
    asked = case(identity=IdentityRegion(state=IdentityState.MATCHING, submission=2))
    state = after_all(asked, [facts[name] for name in heard]).identity.state
    expected = "matched" if "matched" in heard else "unmatched" if "refused" in heard else "matching"
    assert state == expected


@FAST
@given(st.tuples(judgements(), st.lists(st.sampled_from([*MONEY, *ERASED]))).map(lambda both: both[0] + both[1]))
def test_a_case_that_the_student_ended_hears_of_its_money_only(facts: list[ApplicationEvent]) -> None:
    for ended in (with_withdrawal(CHECKING), with_erasure(CHECKING, "student")):
        told = after_all(ended, facts)
        kept = {"money": ended.money, "ending": ended.ending}
        assert told.model_copy(update=kept) == ended
