"""The campaign decides when a fee falls due, what a retake costs and when money goes back."""

import pytest

from services.payment.rules import LOOKS_AFTER
from shared.events import (
    ApplicationLapsed,
    ApplicationWithdrawn,
    ErasureCompleted,
    ErasureRequested,
    PaymentDue,
    PaymentRefunded,
    PaymentRefused,
    PaymentSucceeded,
    PhotoRevoked,
)
from shared.outbox import TryLater
from shared.reasons import Reason
from tests.payment.till import Till


async def paid(till: Till) -> None:
    """Found by asking, as if no notification had come."""
    await till.pay(await till.request(), notify="not_sent")
    till.move_clock(by=LOOKS_AFTER[0])
    await till.run("watch_order")


async def test_row_13_who_pays_first_owes_as_soon_as_the_identity_is_confirmed(till: Till) -> None:
    await till.charges(moment="before_upload")
    await till.handlers.charge(till.confirmed())
    await till.handlers.charge(till.submitted())
    await till.handlers.charge(till.accepted())
    assert [due.amount_fen for due in await till.facts(PaymentDue)] == [2000]


async def test_row_19_who_pays_after_the_upload_owes_before_anybody_looks(till: Till) -> None:
    await till.charges(moment="after_upload")
    await till.handlers.charge(till.confirmed())
    assert await till.facts(PaymentDue) == []
    await till.handlers.charge(till.submitted())
    assert [due.amount_fen for due in await till.facts(PaymentDue)] == [2000]


async def test_a_refused_photo_is_taken_again_without_a_new_fee(till: Till) -> None:
    await till.charges(moment="after_upload")
    await till.handlers.charge(till.submitted(1))
    await paid(till)
    await till.handlers.charge(till.submitted(2))
    assert len(await till.facts(PaymentDue)) == 1


async def test_a_campaign_may_charge_a_retake_again(till: Till) -> None:
    await till.charges(moment="after_upload", retake_fee_fen=500)
    await till.handlers.charge(till.submitted(1))
    await paid(till)
    second = till.submitted(2)
    await till.handlers.charge(second)
    await paid(till)
    assert [due.amount_fen for due in await till.facts(PaymentDue)] == [2000, 500]
    assert [settled.amount_fen for settled in await till.facts(PaymentSucceeded)] == [2000, 500]
    assert len({settled.order_no for settled in await till.facts(PaymentSucceeded)}) == 2


async def test_orders_are_numbered_by_the_campaigns_prefix_and_never_alike(till: Till) -> None:
    await till.charges(moment="at_order", order_prefix="0000", retake_fee_fen=500)
    await till.handlers.charge(till.submitted(1))
    await paid(till)
    await till.handlers.charge(till.submitted(2))
    await paid(till)
    numbers = [settled.order_no for settled in await till.facts(PaymentSucceeded)]
    assert numbers == [due.order_no for due in await till.facts(PaymentDue)], "the student was told at once"
    assert len(set(numbers)) == 2
    assert all(number.startswith("0000-20") and len(number) == 22 for number in numbers)


async def test_what_is_paid_on_the_spot_is_not_paid_by_wechat(till: Till) -> None:
    await till.charges(moment="offline")
    await till.handlers.charge(till.accepted())
    await till.handlers.answer_request(till.requested())
    [refused] = await till.facts(PaymentRefused)
    assert refused.reason is Reason.PAY_OFFLINE


@pytest.mark.parametrize("end", [ApplicationWithdrawn, ApplicationLapsed, ErasureRequested])
async def test_row_40_money_goes_back_when_the_application_ends_as_the_campaign_says(
    till: Till, end: type[ApplicationWithdrawn | ApplicationLapsed | ErasureRequested]
) -> None:
    await till.charges(moment="before_upload")
    await till.handlers.charge(till.confirmed())
    await paid(till)
    details = {"reason": Reason.WIN_CLOSED, "cause": "student"}
    await till.handlers.end(till.heard(end.model_validate(till.about() | details)))
    await till.run("refund_payment")
    [given_back] = await till.facts(PaymentRefunded)
    assert (given_back.amount_fen, given_back.still_settled) == (2000, False)
    assert len(await till.refunds()) == 1


@pytest.mark.parametrize("cause", ["student", "retention"])
async def test_the_fee_of_a_delivered_photo_stays_when_everything_is_erased(till: Till, cause: str) -> None:
    await till.handlers.charge(till.accepted())
    await paid(till)
    asked = ErasureRequested.model_validate(till.about() | {"cause": cause, "delivered": True})
    await till.handlers.end(till.heard(asked))
    await till.run()
    assert await till.facts(PaymentRefunded) == []
    assert [answer.service for answer in await till.facts(ErasureCompleted)] == ["payment"]


async def test_a_revoked_photo_costs_the_fee_unless_the_campaign_gives_it_back(till: Till) -> None:
    await till.handlers.charge(till.accepted())
    await paid(till)
    photo = till.accepted().model_dump(include={"photo_id", "attempt", "decided_by"}) | {"revision": 2}
    revoked = PhotoRevoked(**till.about(), **photo, codes=(Reason.REVOKED_BEAUTY,), banned=True)
    await till.handlers.end(till.heard(revoked))
    assert await till.due("refund_payment") == []


async def test_an_order_of_an_ended_application_is_closed_and_a_late_payment_goes_back(till: Till) -> None:
    await till.handlers.charge(till.accepted())
    prepared = await till.request()
    await till.handlers.end(till.heard(ApplicationWithdrawn(**till.about())))
    await till.pay(prepared, notify="not_sent")
    await till.run("watch_order")
    await till.run("refund_payment")
    assert await till.facts(PaymentSucceeded) == []
    [refund] = await till.refunds()
    assert refund["out_trade_no"] == prepared.order_no


async def test_who_paid_is_forgotten_once_the_money_is_at_rest_and_the_order_stays(till: Till) -> None:
    await till.handlers.charge(till.accepted())
    prepared = await till.request()
    await till.handlers.end(till.heard(ErasureRequested(**till.about(), cause="student")))
    [errand] = await till.due("erase_payer")
    with pytest.raises(TryLater, match="an order is open"):
        await till.cashier.erase_payer(errand)
    await till.run("watch_order")
    await till.cashier.erase_payer(errand)
    [answer] = await till.facts(ErasureCompleted)
    assert (answer.service, bool(answer.kept), bool(answer.kept_until)) == ("payment", True, True)
    assert prepared.order_no in [order["out_trade_no"] for order in await till.orders()]
