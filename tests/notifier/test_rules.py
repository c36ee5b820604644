from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from services.notifier.rules import NEWS_FOR, Case, GiveUp, expiry_of, is_old_news, next_channel, saying_of, with_fact
from tests.notifier.facts import Student

STUDENT = Student()
NOW = datetime(2020, 6, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("event", "fact"),
    [
        (STUDENT.accepted(), "photo.accepted"),
        (STUDENT.refused(), "photo.refused"),
        (STUDENT.due(), "payment.due"),
        (STUDENT.due(reminder=1), "payment.reminder"),
        (STUDENT.closed(final=True), "payment.closed"),
        (STUDENT.closed(final=False), None),
        (STUDENT.paid(), "payment.succeeded"),
        (STUDENT.refunded(), "payment.refunded"),
        (STUDENT.delivered(), "application.delivered"),
        (STUDENT.bounced(), "application.bounced"),
        (STUDENT.revoked(), "photo.revoked"),
        (STUDENT.resubmission_due(), "resubmission.due"),
        (STUDENT.identity_referred(), "identity.referred"),
        (STUDENT.identity_matched(), "identity.matched"),
        (STUDENT.reachable(), None),
    ],
)
def test_each_fact_is_announced_under_the_campaign_files_name(event: Any, fact: str | None) -> None:
    saying = saying_of(event)
    assert (saying.fact if saying else None) == fact


def test_two_reminders_are_two_sayings_and_a_person_s_verdict_is_another_than_the_judge_s() -> None:
    until = NOW + timedelta(days=3)
    abouts = [saying_of(STUDENT.due(until, reminder)) for reminder in (1, 2, 2)]
    assert len({saying.about for saying in abouts if saying}) == 2
    verdicts = [saying_of(STUDENT.refused(1, revision)) for revision in (1, 2)]
    assert len({saying.about for saying in verdicts if saying}) == 2


@pytest.mark.parametrize(
    ("fact", "photo", "case", "old"),
    [
        ("identity.matched", None, Case(), True),
        ("identity.matched", None, Case(referred=1), False),
        ("identity.referred", None, Case(referred=1, matched=1), True),
        ("resubmission.due", None, Case(1, 2), False),
        ("resubmission.due", None, Case(2, 1), True),
        ("photo.accepted", (1, 1), Case(1, 1, over=True), True),
        ("payment.refunded", None, Case(over=True), False),
        ("payment.due", None, Case(dues=2, payments=1), False),
        ("photo.refused", (1, 1), Case(1, 1), False),
        ("photo.refused", (1, 1), Case(1, 2), True),
        ("photo.refused", (1, 2), Case(2, 1), True),
        ("payment.due", None, Case(dues=1), False),
        ("payment.due", None, Case(dues=1, payments=1), True),
        ("payment.reminder", None, Case(dues=1, closed=True), True),
        ("payment.closed", None, Case(dues=1, closed=True), False),
        ("payment.succeeded", None, Case(dues=1, payments=1), False),
        ("application.delivered", None, Case(3, 3, dues=1, payments=1), False),
    ],
)
def test_what_was_overtaken_paid_or_given_up_is_old_news(
    fact: str, photo: tuple[int, int] | None, case: Case, old: bool
) -> None:
    assert is_old_news(fact, "1", photo, case) is old


def test_facts_in_any_order_make_the_same_case() -> None:
    facts = [STUDENT.refused(1, 1), STUDENT.accepted(2, 1), STUDENT.due(), STUDENT.paid(), STUDENT.closed(final=True)]
    facts += [STUDENT.identity_referred(), STUDENT.identity_matched()]
    ends = set()
    for order in permutations(facts):
        case = Case()
        for fact in order:
            case = with_fact(case, fact)
        ends.add(case)
    assert ends == {Case(2, 1, dues=1, payments=1, closed=True, referred=1, matched=1)}


@pytest.mark.parametrize(
    ("usable", "refused", "step"),
    [
        ({"subscribe", "sms"}, {}, "subscribe"),
        ({"sms"}, {}, "sms"),
        ({"subscribe", "sms"}, {"subscribe": "43101"}, "sms"),
        ({"subscribe", "sms"}, {"subscribe": "43101", "sms": "Limit"}, GiveUp("subscribe 43101, sms Limit")),
        (set(), {}, GiveUp("no channel")),
    ],
)
def test_channels_take_their_turn_as_the_campaign_orders_them(usable: Any, refused: dict[str, str], step: Any) -> None:
    assert next_channel(("subscribe", "sms"), usable, refused) == step


def test_a_demand_expires_with_its_deadline_and_other_news_after_a_week() -> None:
    deadline = NOW + timedelta(days=3)
    due, accepted = saying_of(STUDENT.due(deadline)), saying_of(STUDENT.accepted())
    assert due
    assert accepted
    assert (expiry_of(due, NOW), expiry_of(accepted, NOW)) == (deadline, NOW + NEWS_FOR)
