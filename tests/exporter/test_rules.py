from collections.abc import Callable
from dataclasses import replace
from itertools import permutations
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.exporter.roster import RosterLine, everybody
from services.exporter.rules import (
    DELIVERED,
    FOLLOWED,
    ROWS,
    Case,
    Fact,
    Handover,
    Standing,
    handover,
    one_each,
    photo_names,
    standing,
    why_missing,
    with_fact,
    with_handover,
)
from shared.campaign import Delivery
from shared.reasons import Reason
from tests.exporter.stories import SEALER, Story, student


def case_of(story: Story, *facts: Fact, takes_fee: bool = True) -> Case:
    case = Case(story.application_id, takes_fee)
    for fact in facts:
        case = with_fact(case, fact)
    return case


def appealed(story: Story) -> Fact:
    return story.referred(1, 2).model_copy(update={"codes": (Reason.APPEALED, Reason.BLUR)})


TABLE: list[tuple[str, Callable[[Story], list[Fact]], Standing]] = [
    ("nothing confirmed", lambda s: [s.submitted()], Standing.ABSENT),
    ("confirmed, no photo", lambda s: [s.confirmed()], Standing.NO_PHOTO),
    ("submitted", lambda s: [s.confirmed(), s.submitted()], Standing.JUDGING),
    ("referred", lambda s: [s.confirmed(), s.submitted(), s.referred()], Standing.REFERRED),
    ("refused", lambda s: [s.confirmed(), s.submitted(), s.refused()], Standing.REFUSED),
    ("resubmitted", lambda s: [s.confirmed(), s.submitted(), s.refused(), s.submitted(2)], Standing.JUDGING),
    ("accepted", lambda s: [s.confirmed(), s.submitted(), s.accepted()], Standing.UNPAID),
    ("a person overrules", lambda s: [s.confirmed(), s.referred(1, 1), s.accepted(1, 2), s.paid()], Standing.COMPLETE),
    (
        "a person overrules the other way",
        lambda s: [s.confirmed(), s.accepted(1, 1), s.refused(1, 2)],
        Standing.REFUSED,
    ),
    ("paid before it is accepted", lambda s: [s.confirmed(), s.paid(), s.submitted()], Standing.JUDGING),
    ("accepted and paid", lambda s: s.complete(), Standing.COMPLETE),
    ("refunded", lambda s: [*s.complete(), s.refunded()], Standing.UNPAID),
    ("paid twice, one refunded", lambda s: [*s.complete(), s.paid("2"), s.refunded("2", True)], Standing.COMPLETE),
    ("never paid", lambda s: [s.confirmed(), s.accepted(), s.lapsed()], Standing.LAPSED_UNPAID),
    ("never resubmitted", lambda s: [s.confirmed(), s.refused(), s.lapsed(Reason.RESUBMIT_LATE)], Standing.LAPSED),
    ("withdrawn photo", lambda s: [s.confirmed(), s.submitted(), s.referred(), s.photo_withdrawn()], Standing.NO_PHOTO),
    ("withdrawn when it was decided", lambda s: [*s.complete(), s.photo_withdrawn()], Standing.COMPLETE),
    ("withdrawn when it was refused", lambda s: [s.confirmed(), s.refused(), s.photo_withdrawn()], Standing.REFUSED),
    (
        "withdrawn when it was refused, and appealed",
        lambda s: [s.confirmed(), s.refused(), s.photo_withdrawn(), appealed(s)],
        Standing.REFERRED,
    ),
    ("withdrawn", lambda s: [s.confirmed(), s.submitted(), s.withdrawn()], Standing.WITHDRAWN),
    ("revoked", lambda s: [*s.complete(), s.revoked()], Standing.REVOKED),
    (
        "revoked while the next was on its way",
        lambda s: [*s.complete(), s.submitted(2), s.accepted(2), s.revoked()],
        Standing.REVOKED,
    ),
    ("paid after it lapsed", lambda s: [s.confirmed(), s.accepted(), s.lapsed(), s.paid()], Standing.LAPSED_UNPAID),
]


@pytest.mark.parametrize(("what", "facts", "expected"), TABLE, ids=[row[0] for row in TABLE])
def test_an_application_stands_where_its_facts_say(
    what: str, facts: Callable[[Story], list[Fact]], expected: Standing
) -> None:
    story = Story()
    assert standing(case_of(story, *facts(story))) == expected


def test_where_the_fee_comes_before_the_review_an_unpaid_photo_is_not_judged() -> None:
    story = Story()
    case = Case(story.application_id, takes_fee=True, pays_first=True)
    for fact in (story.confirmed(), story.submitted()):
        case = with_fact(case, fact)
    assert standing(case) == Standing.UNPAID
    assert standing(with_fact(case, story.paid())) == Standing.JUDGING


def handed(case: Case, *events: str) -> Case:
    for event in events:
        after = with_handover(case, event)
        assert after, f"{event} leads nowhere from {handover(case)}"
        case = after
    return case


def test_row_32_approved_and_settled_is_ready() -> None:
    story = Story()
    assert handover(case_of(story, story.confirmed(), story.accepted())) == Handover.HOLD
    assert handover(case_of(story, *story.complete())) == Handover.READY


def test_rows_34_35_37_39_a_delivered_photo_is_accepted_and_then_proofread() -> None:
    story = Story()
    case = handed(case_of(story, *story.complete()), "picked up", "published")
    assert (handover(case), case.delivered) == (Handover.EXPORTED, (1, 1))
    assert with_handover(case, "verified") is None, "nobody has accepted it yet"
    assert handover(handed(case, "accepted", "verified")) == Handover.VERIFIED


def test_row_38_what_comes_back_is_asked_for_again_and_the_next_photo_is_ready() -> None:
    story = Story()
    case = handed(case_of(story, *story.complete()), "picked up", "published", "bounced")
    assert (handover(case), standing(case), case.delivered) == (Handover.REOPENED, Standing.BOUNCED, None)
    for fact in (story.submitted(2), story.accepted(2)):
        case = with_fact(case, fact)
    assert (handover(case), standing(case)) == (Handover.READY, Standing.COMPLETE)


def test_row_36_a_revoked_photo_is_handed_to_nobody() -> None:
    story = Story()
    case = with_fact(handed(case_of(story, *story.complete()), "picked up", "published"), story.revoked())
    assert handover(case) == Handover.CLOSED
    assert with_handover(case, "bounced") is None


def test_the_hand_over_leads_only_where_its_rows_say() -> None:
    story = Story()
    complete = case_of(story, *story.complete())
    for state in (Handover.IN_PRODUCTION, *DELIVERED, Handover.REOPENED):
        case = replace(complete, handed=((1, 1), state))
        for event in {row.event for row in (*ROWS, *FOLLOWED)}:
            led = with_handover(case, event)
            allowed = [row.after for row in (*ROWS, *FOLLOWED) if row.event == event and state in row.before]
            assert (led and handover(led)) == (allowed[0] if allowed else None)


def test_who_is_erased_comes_back_by_no_fact() -> None:
    story = Story()
    case = replace(Case(story.application_id, takes_fee=True), erased=True)
    for fact in story.complete():
        case = with_fact(case, fact)
    assert (standing(case), handover(case)) == (Standing.ABSENT, Handover.CLOSED)


def test_a_campaign_without_a_fee_needs_no_payment() -> None:
    story = Story()
    assert standing(case_of(story, story.confirmed(), story.accepted(), takes_fee=False)) == Standing.COMPLETE


@pytest.mark.parametrize(
    "facts",
    [
        lambda s: [s.confirmed(), s.submitted(), s.refused(), s.submitted(2), s.accepted(2), s.paid()],
        lambda s: [s.confirmed(), s.submitted(), s.referred(1, 1), s.accepted(1, 2), s.lapsed()],
        lambda s: [s.confirmed(), s.accepted(), s.paid("1"), s.paid("2"), s.refunded("1", True)],
        lambda s: [s.confirmed(), s.accepted(), s.paid("1"), s.refunded("1"), s.refused(1, 2)],
        lambda s: [s.confirmed(), s.submitted(), s.referred(1, 1), s.photo_withdrawn(), s.submitted(2)],
        lambda s: [s.confirmed(), s.submitted(), s.referred(1, 1), s.photo_withdrawn(), s.accepted(1, 2)],
        lambda s: [s.submitted(), s.refused(1, 1), s.photo_withdrawn(), appealed(s), s.accepted(1, 3)],
        lambda s: [s.confirmed(), s.accepted(), s.revoked(), s.submitted(2), s.accepted(2)],
        lambda s: [s.confirmed(), s.submitted(2), s.revoked(1), s.revoked(2)],
    ],
)
def test_the_same_facts_give_the_same_case_in_every_order(facts: Callable[[Story], list[Fact]]) -> None:
    story = Story()
    told = facts(story)
    expected = case_of(story, *told)
    for order in permutations(told):
        assert case_of(story, *order) == expected
        assert case_of(story, *order, *order) == expected  # and twice


def test_a_late_verdict_on_an_earlier_photo_changes_nothing() -> None:
    story = Story()
    now = case_of(story, story.confirmed(), story.accepted(2, 1))
    assert with_fact(now, story.refused(1, 3)) == now
    assert with_fact(now, story.submitted(2)) == now


def test_a_refusal_names_what_was_wrong() -> None:
    story = Story()
    case = case_of(story, story.confirmed(), story.refused(codes=(Reason.BLUR, Reason.GEO_CENTER)))
    assert why_missing(standing(case), case) == "未通过（照片模糊不清晰、头像未居中）"


def test_everybody_on_the_roster_has_one_standing_in_its_order() -> None:
    absent, excluded, done = uuid4(), uuid4(), Story()
    lines = [
        RosterLine(entry_id=absent, entry=SEALER.seal(student(1))),
        RosterLine(entry_id=excluded, entry=SEALER.seal(student(2)), excluded=True),
        RosterLine(entry_id=done.entry_id, entry=SEALER.seal(student(3))),
    ]
    gone = Story()  # has confirmed a line that the newest roster no longer has
    nobody = Story()
    cases = [case_of(done, *done.complete()), case_of(gone, *gone.complete()), case_of(nobody, nobody.submitted())]
    found = [person.standing for person in everybody(lines, cases)]
    assert found == [Standing.ABSENT, Standing.EXCLUDED, Standing.COMPLETE, Standing.COMPLETE]


def test_who_paid_is_delivered_although_the_roster_now_says_that_there_is_a_photo() -> None:
    story = Story()
    lines = [RosterLine(entry_id=story.entry_id, entry=SEALER.seal(story.entry), excluded=True)]
    assert everybody(lines, [case_of(story, *story.complete())])[0].standing == Standing.COMPLETE


def test_two_applications_of_one_person_give_one_photo() -> None:
    entry_id = uuid4()
    first, second, third = (Story(entry_id=entry_id) for _ in range(3))
    ended = case_of(first, first.confirmed(), first.lapsed())
    complete = case_of(second, *second.complete())
    delivered = replace(case_of(third, *third.complete()), handed=((1, 1), Handover.EXPORTED))
    for cases in permutations([ended, complete, delivered]):
        assert one_each(cases) == {entry_id: delivered}


def names_of(*student_numbers: str) -> list[str]:
    entries = {UUID(int=at): student(student_no=number) for at, number in enumerate(student_numbers)}
    return list(photo_names(entries, Delivery()).values())


def test_a_photo_is_named_as_the_campaign_says() -> None:
    entry, application_id = student(7), uuid4()
    named = {by: photo_names({application_id: entry}, Delivery(photo_name=by))[application_id] for by in NAMINGS}
    assert named == {
        "student_no": "2017000007",
        "document_number": "110105194912310007",
        "application_id": str(application_id),
    }


NAMINGS = ("student_no", "document_number", "application_id")


def test_names_that_a_file_system_takes_for_one_are_told_apart() -> None:
    assert names_of("A1", "a1", "b") == [f"A1_{UUID(int=0)}", f"a1_{UUID(int=1)}", "b"]


def test_an_unsafe_name_stays_inside_its_folder() -> None:
    assert names_of("../../etc/passwd", "C:\\x", "CON", "..", "a\x00b\n", "学号 1") == [
        "_.._etc_passwd",
        "C__x",
        "_CON",
        "_",
        "a_b_",
        "学号_1",
    ]


def test_a_student_without_a_number_is_named_by_the_application() -> None:
    assert names_of("") == [str(UUID(int=0))]


@given(st.lists(st.text(max_size=80), max_size=20))
def test_no_names_collide_or_lead_outside(numbers: list[str]) -> None:
    names = names_of(*numbers)
    assert len({name.casefold() for name in names}) == len(names)
    assert all(name and not set(name) & set('/\\:*?"<>|\0') and name.strip(".") for name in names)
