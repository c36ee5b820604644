"""Who pays when, what the student reads meanwhile, and what may be done: each of the notices' ways."""

from datetime import datetime, time, timedelta
from itertools import product
from typing import Any

import pytest

from services.intake.rules import (
    DOORS,
    Application,
    IdentityRegion,
    IdentityState,
    MoneyRegion,
    PhotoState,
    fees_owed,
    in_force,
    open_actions,
    stage,
    waits_for,
    why_not_appeal,
    why_not_pay,
    why_not_submit,
    why_not_take_back,
    with_attempt,
    with_fact,
)
from services.intake.views.words import action_text, stage_text
from shared.campaign import BEIJING, Campaign, Resubmission, Review, Upload, Window
from shared.events import PaymentDue
from shared.reasons import Reason
from tests.intake.cases import ENDINGS, NAMED, NEXT_ID, NOW, ORDER, OVER, PAID, campaign, case, paying, photo

DUE = PaymentDue(**NAMED, amount_fen=2000, unpaid_until=NOW + timedelta(days=3))
TWICE = MoneyRegion(paid=frozenset({ORDER, "2"}))


def owed(application: Application) -> Application:
    return with_fact(application, DUE)


@pytest.mark.parametrize(
    ("moment", "state", "money", "word"),
    [
        ("before_upload", PhotoState.NONE, MoneyRegion(), "ordering"),
        ("before_upload", PhotoState.NONE, PAID, "upload"),
        ("before_upload", PhotoState.CHECKING, PAID, "checking"),
        ("before_upload", PhotoState.ACCEPTED, PAID, "complete"),
        ("at_order", PhotoState.NONE, MoneyRegion(), "upload"),
        ("at_order", PhotoState.PREPARED, MoneyRegion(), "prepared"),
        ("at_order", PhotoState.CHECKING, MoneyRegion(), "ordering"),
        ("after_upload", PhotoState.CHECKING, MoneyRegion(), "ordering"),
        ("after_upload", PhotoState.CHECKING, PAID, "checking"),
        ("after_upload", PhotoState.REFUSED, PAID, "refused"),
        ("after_approval", PhotoState.CHECKING, MoneyRegion(), "checking"),
        ("after_approval", PhotoState.ACCEPTED, MoneyRegion(), "approved"),
        ("after_approval", PhotoState.ACCEPTED, PAID, "complete"),
        ("offline", PhotoState.ACCEPTED, MoneyRegion(), "approved"),
        ("offline", PhotoState.ACCEPTED, PAID, "complete"),
        ("none", PhotoState.CHECKING, MoneyRegion(), "checking"),
        ("none", PhotoState.ACCEPTED, MoneyRegion(), "complete"),
    ],
)
def test_a_case_waits_for_its_fee_where_the_notice_says(
    moment: str, state: PhotoState, money: MoneyRegion, word: str
) -> None:
    assert stage(case(photo=photo(state), money=money), paying(moment), NOW) == word


@pytest.mark.parametrize(
    ("moment", "state"),
    [
        ("before_upload", PhotoState.NONE),
        ("at_order", PhotoState.CHECKING),
        ("after_upload", PhotoState.CHECKING),
        ("after_approval", PhotoState.ACCEPTED),
    ],
)
def test_what_is_due_can_be_paid_and_the_case_waits_for_the_student(moment: str, state: PhotoState) -> None:
    due, terms = owed(case(photo=photo(state))), paying(moment)
    assert (stage(due, terms, NOW), waits_for(due, terms, NOW)) == ("pay", "student")
    assert "pay" in open_actions(due, terms, NOW)


def test_an_offline_fee_is_paid_to_somebody_on_the_spot() -> None:
    due = owed(case(photo=photo(PhotoState.ACCEPTED)))
    assert stage(due, paying("offline"), NOW) == "pay"
    assert why_not_pay(due, paying("offline"), NOW) is Reason.PAY_OFFLINE


def test_the_photo_waits_for_the_fee_only_where_one_pays_first() -> None:
    assert why_not_submit(case(), paying("before_upload"), NOW) is Reason.PAY_UNPAID
    assert why_not_submit(case(money=PAID), paying("before_upload"), NOW) is None
    for moment in ("at_order", "after_upload", "after_approval", "offline", "none"):
        assert why_not_submit(case(), paying(moment), NOW) is None


def test_nobody_pays_for_a_photo_that_can_no_longer_follow() -> None:
    assert why_not_pay(owed(case()), paying("before_upload"), OVER) is Reason.WIN_CLOSED


@pytest.mark.parametrize(
    ("follows", "charged"),
    [({}, 2), ({"bounced": True}, 1), ({"state": PhotoState.NONE}, 1)],
    ids=["a refusal", "a bounce", "a withdrawal"],
)
def test_only_an_attempt_after_a_refusal_may_cost_again(follows: dict[str, Any], charged: int) -> None:
    before = photo(PhotoState.REFUSED).model_copy(update=follows)
    again = case(photo=with_attempt(before, NEXT_ID, "b", "b"), money=PAID)
    assert again.photo.charged_attempt == charged
    once, each_time = paying("after_upload"), paying("after_upload", retake_fee_fen=500)
    assert stage(again, once, NOW) == "checking", "the first fee covers every attempt"
    assert fees_owed(again, each_time) == charged
    assert stage(again, each_time, NOW) == ("checking" if charged == 1 else "ordering")
    assert stage(again.model_copy(update={"money": TWICE}), each_time, NOW) == "checking"


def test_free_attempts_are_free() -> None:
    terms = paying("after_upload", retake_fee_fen=500, free_attempts=3)
    assert [terms.payment.fees_owed(attempt) for attempt in (1, 3, 4, 5)] == [1, 1, 2, 3]


def test_attempts_run_out_but_a_bounce_takes_none() -> None:
    terms = campaign(resubmission=Resubmission(attempts_max=1))
    refused = photo(PhotoState.REFUSED, resubmit_by=OVER)
    assert why_not_submit(case(), terms, NOW) is None
    assert why_not_submit(case(photo=refused), terms, NOW) is Reason.ATTEMPTS_USED
    bounced = refused.model_copy(update={"bounced": True})
    assert why_not_submit(case(photo=bounced), terms, NOW) is None


@pytest.mark.parametrize(("hour", "reason"), [(7, Reason.WIN_CLOSED), (8, None), (17, None), (18, Reason.WIN_CLOSED)])
def test_a_school_that_opens_by_day_takes_no_photo_at_night(hour: int, reason: Reason | None) -> None:
    window = Window(
        opens_at=NOW - timedelta(days=2),
        closes_at=OVER,
        daily_hours=(time(8), time(18)),
    )
    at = datetime(2020, 5, 29, hour, tzinfo=BEIJING)
    assert why_not_submit(case(), campaign(window=window), at) is reason


@pytest.mark.parametrize(("begins", "hour", "open_"), [(8, 7, False), (8, 23, True), (0, 0, True), (0, 23, True)])
def test_an_end_at_midnight_is_24_00(begins: int, hour: int, open_: bool) -> None:
    window = Window(opens_at=NOW - timedelta(days=2), closes_at=OVER, daily_hours=(time(begins), time(0)))
    assert window.is_open(datetime(2020, 5, 29, hour, 59, 59, 999_999, tzinfo=BEIJING)) is open_


def test_the_reminder_is_read_before_the_photo() -> None:
    terms = campaign(reminder="请上传原始证件照")
    assert stage(case(), terms, NOW) == "remind"
    assert why_not_submit(case(), terms, NOW) is Reason.REMINDER_UNREAD
    read = case(identity=IdentityRegion(state="confirmed", reminded=True))
    assert stage(read, terms, NOW) == "upload"
    assert why_not_submit(read, terms, NOW) is None


def test_fee_and_rights_follow_the_pinned_version_and_the_window_follows_the_newest() -> None:
    newest = campaign(
        version=2,
        window=Window(opens_at=NOW, closes_at=OVER + timedelta(days=5)),
        resubmission=Resubmission(enforced_days=9),
        payment=paying("none").payment,
        upload=Upload(max_bytes=1),
    )
    holds = in_force(campaign(), newest)
    assert (holds.version, holds.payment, holds.upload) == (1, campaign().payment, campaign().upload)
    assert (holds.window, holds.resubmission) == (newest.window, newest.resubmission)


def terms(**review: Any) -> Campaign:
    return campaign(review=Review(**review))


@pytest.mark.parametrize(
    ("changed", "policy", "reason"),
    [
        ({}, {}, None),
        ({"appealed": True}, {}, Reason.APPEAL_USED),
        ({"decided_by": "person"}, {}, Reason.REVIEW_DECIDED),
        ({"bounced": True}, {}, Reason.REVIEW_DECIDED),
        ({"resubmit_by": NOW}, {}, Reason.RESUBMIT_LATE),
        ({}, {"may_appeal": False}, Reason.NOT_OFFERED),
        ({"state": PhotoState.ACCEPTED}, {}, Reason.PHOTO_DONE),
    ],
)
def test_one_appeals_once_against_what_no_person_has_decided(
    changed: dict[str, Any], policy: dict[str, Any], reason: Reason | None
) -> None:
    refused = photo(PhotoState.REFUSED).model_copy(update=changed)
    assert why_not_appeal(case(photo=refused), terms(**policy), NOW) is reason


@pytest.mark.parametrize(
    ("changed", "may", "reason"),
    [
        ({}, True, None),
        ({}, False, Reason.NOT_OFFERED),
        ({"appealed": True}, True, Reason.APPEALED),
        ({"state": PhotoState.ACCEPTED}, True, Reason.PHOTO_DONE),
    ],
)
def test_a_waiting_photo_is_taken_back_only_where_the_campaign_offers_it(
    changed: dict[str, Any], may: bool, reason: Reason | None
) -> None:
    waiting = photo(PhotoState.REFERRED).model_copy(update=changed)
    assert why_not_take_back(case(photo=waiting), terms(may_withdraw=may), NOW) is reason


@pytest.mark.parametrize("moment", ["before_upload", "at_order", "after_upload", "after_approval", "offline", "none"])
def test_every_stage_and_every_action_has_words(moment: str) -> None:
    states = product(IdentityState, PhotoState, (MoneyRegion(), PAID), ENDINGS.values())
    for identity, photo_state, money, ending in states:
        if identity is not IdentityState.INVITED:
            region = IdentityRegion(state=identity)
            seen = case(identity=region, photo=photo(photo_state), money=money, ending=ending)
            for terms_ in (paying(moment), paying(moment).model_copy(update={"reminder": "请上传原始证件照"})):
                assert stage_text(stage(seen, terms_, NOW), terms_)
    assert all(action_text(each, attempt) for each in DOORS for attempt in (0, 1))
