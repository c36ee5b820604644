"""Is the decision right? Tables of cases, nothing else."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.payment import rules
from services.payment.rules import Case, Chase, Money, Order, OrderState, RefundState
from shared.campaign import Payment
from shared.events import Payer
from shared.reasons import Reason
from shared.sealed import Sealed

NOON = datetime(2020, 6, 9, 12, tzinfo=UTC)
TERMS = Payment(moment="after_approval", fee_fen=2000)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def case(money: Money = Money.DUE, unpaid_until: datetime | None = NOON + 3 * DAY) -> Case:
    return Case(UUID(int=1), "buct-2020", 1, money, 2000, NOON, unpaid_until, None)


def order(
    state: OrderState = OrderState.OPEN, prepared_at: datetime | None = NOON, closed_at: datetime | None = None
) -> Order:
    payer = Sealed[Payer](key_id="k1", box="")
    expires_at = NOON + 30 * MINUTE
    return Order("N1", UUID(int=1), payer, "毕业图像采集", 2000, state, expires_at, "P1", prepared_at, closed_at)


@pytest.mark.parametrize(
    ("state", "event", "then"),
    [
        (Money.NOT_DUE, "identity confirmed", Money.DUE),
        (Money.NOT_DUE, "photo submitted", Money.DUE),
        (Money.SETTLED, "photo submitted", Money.DUE),
        (Money.LAPSED, "photo submitted", None),
        (Money.NOT_DUE, "photo accepted", Money.DUE),
        (Money.SETTLED, "application ended", Money.ENDED),
        (Money.ENDED, "application ended", None),
        (Money.ENDED, "photo accepted", None),
        (Money.ENDED, "paid", Money.ENDED),
        (Money.SETTLED, "photo accepted", None),
        (Money.DUE, "grace over", Money.LAPSED),
        (Money.SETTLED, "grace over", None),
        (Money.LAPSED, "paid", Money.LAPSED),
        (Money.SETTLED, "paid", Money.SETTLED),
        (Money.NOT_DUE, "paid", None),
        (OrderState.PLACING, "prepared", OrderState.OPEN),
        (OrderState.PAID, "prepared", None),
        (OrderState.PLACING, "paid", OrderState.PAID),
        (OrderState.OPEN, "paid", OrderState.PAID),
        (OrderState.CLOSED, "paid", OrderState.PAID),
        (OrderState.PAID, "closed", None),
        (RefundState.REFUNDING, "refund failed", RefundState.ABNORMAL),
        (RefundState.ABNORMAL, "refund succeeded", RefundState.REFUNDED),
        (RefundState.REFUNDED, "refund failed", None),
    ],
)
def test_every_event_leads_where_the_state_machine_says_and_nowhere_else(
    state: rules.State, event: str, then: rules.State | None
) -> None:
    assert rules.after(state, event) is then


def test_the_rows_are_those_of_money() -> None:
    assert {row.number for row in rules.ROWS} == {13, 19, 20, 21, 22, 23, 31, 33, 40, 41}


@pytest.mark.parametrize(
    ("moment", "event", "attempt", "number"),
    [
        ("before_upload", "identity confirmed", 1, 1),
        ("before_upload", "photo submitted", 1, None),
        ("after_upload", "photo submitted", 1, 1),
        ("after_upload", "photo submitted", 3, 1),
        ("after_upload", "photo accepted", 1, None),
        ("at_order", "photo submitted", 1, 1),
        ("after_approval", "photo accepted", 1, 1),
        ("offline", "photo accepted", 1, 1),
    ],
)
def test_a_fee_falls_due_at_the_campaigns_moment(moment: str, event: str, attempt: int, number: int | None) -> None:
    terms = Payment.model_validate({"moment": moment, "fee_fen": 2000})
    assert rules.fee_due(terms, event, attempt) == number


def test_a_retake_costs_after_the_free_attempts_where_the_campaign_says_so() -> None:
    terms = Payment(moment="after_upload", fee_fen=2000, retake_fee_fen=500, free_attempts=2)
    assert [rules.fee_due(terms, "photo submitted", attempt) for attempt in (1, 2, 3, 4)] == [1, 1, 2, 3]
    assert [terms.fee_of(number) for number in (1, 2, 3)] == [2000, 500, 500]


@pytest.mark.parametrize("ends", [(), ("withdrawn",), ("lapsed", "revoked", "erased")])
def test_only_the_ends_that_a_campaign_names_give_the_fee_back(ends: tuple[rules.End, ...]) -> None:
    terms = Payment(moment="after_approval", fee_fen=2000, refund_when=ends)
    every: tuple[rules.End, ...] = ("withdrawn", "lapsed", "revoked", "erased")
    assert tuple(end for end in every if rules.is_given_back(terms, end)) == ends


def test_grace_reminders_and_orders_last_as_long_as_the_campaign_says() -> None:
    terms = Payment(moment="after_approval", fee_fen=2000, grace_days=2, remind_after_hours=(6,), order_minutes=90)
    assert rules.chases(terms, NOON) == [Chase(NOON + 6 * HOUR, 1), Chase(NOON + 2 * DAY, None)]
    assert rules.order_expires_at(terms, NOON + 2 * DAY, NOON) == NOON + 90 * MINUTE


def test_an_order_is_numbered_as_xinhua_prints_it() -> None:
    moment = datetime(2020, 7, 14, 8, 0, 54, 374_000, tzinfo=UTC)
    assert rules.order_no_at("0000", moment) == "0000-20200714160054374"


@pytest.mark.parametrize(
    ("money", "reason"),
    [
        (Money.DUE, None),
        (Money.SETTLED, Reason.PAY_DUP),
        (Money.LAPSED, Reason.PAY_LAPSED),
        (Money.ENDED, Reason.REFUND_WITHDRAWN),
    ],
)
def test_a_payment_settles_what_is_due_and_is_given_back_otherwise(money: Money, reason: Reason | None) -> None:
    assert rules.why_refunded(money, 2000, 2000) is reason


def test_a_late_payment_of_the_first_fee_is_none_of_a_retakes() -> None:
    assert rules.why_refunded(Money.DUE, 2000, 500) is Reason.PAY_DUP


@pytest.mark.parametrize(
    ("money", "now", "reason"),
    [
        (Money.DUE, NOON, None),
        (Money.DUE, NOON + 3 * DAY, Reason.PAY_LAPSED),
        (Money.LAPSED, NOON, Reason.PAY_LAPSED),
        (Money.SETTLED, NOON, Reason.PAY_NOT_DUE),
        (Money.NOT_DUE, NOON, Reason.PAY_NOT_DUE),
    ],
)
def test_only_what_is_due_and_within_its_grace_can_be_paid(money: Money, now: datetime, reason: Reason | None) -> None:
    assert rules.why_not_payable(case(money), now) is reason


@pytest.mark.parametrize(
    ("amount_fen", "currency", "paid_by", "fits"),
    [
        (2000, "CNY", "o-zhang", True),
        (1999, "CNY", "o-zhang", False),
        (2000, "USD", "o-zhang", False),
        (2000, "CNY", "o-li", False),
        (2000, "CNY", None, False),
    ],
)
def test_a_payment_must_be_of_the_amount_the_currency_and_the_person(
    amount_fen: int, currency: str, paid_by: str | None, fits: bool
) -> None:
    wrong = rules.mismatch(order(), "o-zhang", amount_fen, currency, paid_by)
    assert (wrong is None) == fits
    assert "o-" not in (wrong or "")


def test_an_order_ends_with_the_grace_but_is_never_shorter_than_wechat_allows() -> None:
    assert rules.order_expires_at(TERMS, NOON + DAY, NOON) == NOON + 30 * MINUTE
    assert rules.order_expires_at(TERMS, NOON + 5 * MINUTE, NOON) == NOON + 5 * MINUTE
    assert rules.order_expires_at(TERMS, NOON + timedelta(seconds=5), NOON) == NOON + MINUTE


def test_a_prepay_id_is_used_as_long_as_wechat_keeps_it() -> None:
    assert rules.can_be_paid(order(), NOON + HOUR)
    assert not rules.can_be_paid(order(), NOON + 2 * HOUR)
    assert not rules.can_be_paid(order(OrderState.PLACING, prepared_at=None), NOON)


@pytest.mark.parametrize(
    ("seen", "now", "then"),
    [
        (order(), NOON, NOON + MINUTE),
        (order(), NOON + 2 * MINUTE, NOON + 5 * MINUTE),
        (order(), NOON + 15 * MINUTE, NOON + 30 * MINUTE),
        (order(), NOON + 40 * MINUTE, NOON + 40 * MINUTE),
        (order(OrderState.PLACING, prepared_at=None), NOON, NOON + 30 * MINUTE),
        (order(OrderState.CLOSED, closed_at=NOON), NOON, NOON + DAY),
        (order(OrderState.CLOSED, closed_at=NOON), NOON + DAY, None),
        (order(OrderState.PAID), NOON, None),
    ],
)
def test_an_order_is_looked_at_until_its_fate_is_known(seen: Order, now: datetime, then: datetime | None) -> None:
    assert rules.next_look(seen, case(), now) == then


def test_an_order_of_what_is_already_paid_is_looked_at_now() -> None:
    assert rules.next_look(order(), case(Money.SETTLED), NOON) == NOON


def test_an_unpaid_fee_is_recalled_within_the_grace_and_then_given_up() -> None:
    chases = rules.chases(TERMS, NOON)
    assert chases == [Chase(NOON + DAY, 1), Chase(NOON + 2 * DAY, 2), Chase(NOON + 3 * DAY, None)]
    late = TERMS.model_copy(update={"remind_after_hours": (80, 24)})
    assert rules.chases(late, NOON) == [Chase(NOON + DAY, 1), Chase(NOON + 3 * DAY, None)]


def test_refunds_are_polled_every_minute_at_first() -> None:
    assert [rules.refund_wait(attempts) for attempts in (1, 5, 6)] == [MINUTE, MINUTE, 10 * MINUTE]
