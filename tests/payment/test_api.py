"""What the webhook makes of WeChat Pay's notifications: real signatures, sent by the sandbox."""

import asyncio
import json
import time
from typing import Any

import httpx
import pytest

from services.payment import wechatpay
from services.payment.api import notifications
from services.payment.rules import LOOKS_AFTER
from shared.events import PaymentPrepared, PaymentSucceeded
from tests.payment.till import Till

PATH = "/wechatpay/notifications"


@pytest.fixture
async def prepared(till: Till) -> PaymentPrepared:
    await till.handlers.charge(till.accepted())
    return await till.request()


async def attempts(till: Till, deliveries: int = 1) -> list[dict[str, Any]]:
    """What WeChat Pay was answered: one list of attempts per delivery, as soon as each has one."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        seen = [delivery["attempts"] for order in await till.orders() for delivery in order["deliveries"]]
        if len(seen) == deliveries and all(seen):
            return [attempt for each in seen for attempt in each]
        await asyncio.sleep(0.01)
    raise AssertionError("WeChat Pay's notification was not answered")


async def test_row_21_a_payment_that_is_notified_settles_the_application(till: Till, prepared: PaymentPrepared) -> None:
    await till.pay(prepared)
    assert [attempt["status"] for attempt in await attempts(till)] == [204]
    [paid] = await till.facts(PaymentSucceeded)
    assert (paid.order_no, paid.amount_fen, paid.how) == (prepared.order_no, 2000, "wechat")


async def test_the_same_notification_twice_is_taken_twice_and_settles_once(
    till: Till, prepared: PaymentPrepared
) -> None:
    await till.pay(prepared, notify="twice")
    assert [attempt["status"] for attempt in await attempts(till, deliveries=2)] == [204, 204]
    assert len(await till.facts(PaymentSucceeded)) == 1


@pytest.mark.parametrize(
    "trigger",
    [
        "signature_bad",
        "signature_test",
        "signature_missing",
        "serial_unknown",
        "day_old",
        "ciphertext_bad",
        "wrong_amount",
        "wrong_currency",
        "wrong_mchid",
        "wrong_appid",
        "wrong_openid",
    ],
)
async def test_a_notification_that_is_not_right_is_refused_and_the_query_tells_the_truth(
    till: Till, prepared: PaymentPrepared, trigger: str
) -> None:
    await till.pay(prepared, notify=trigger)
    answer = (await attempts(till))[0]
    assert (answer["status"], json.loads(answer["answer"])["code"]) == (400, "FAIL")
    assert await till.facts(PaymentSucceeded) == []
    till.move_clock(by=LOOKS_AFTER[0])
    await till.run("watch_order")
    assert len(await till.facts(PaymentSucceeded)) == 1


async def test_a_notification_before_the_order_call_has_answered_is_taken(till: Till) -> None:
    await till.handlers.charge(till.accepted())
    await till.arm("order", "paid_before_answer")
    await till.handlers.answer_request(till.requested())
    await till.run("prepare_payment")
    assert [attempt["status"] for attempt in await attempts(till)] == [204]
    assert len(await till.facts(PaymentSucceeded)) == 1
    assert await till.facts(PaymentPrepared) == []  # never "please pay" after "paid"


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b"null", b"\xff\xfe", b'{"id": 1}', b"{" * 3000, b"x" * (notifications.MOST_BYTES + 1)]
)
async def test_nonsense_from_anybody_is_refused_without_a_crash(till: Till, body: bytes) -> None:
    headers = {
        "Wechatpay-Serial": "PUB_KEY_ID_0119000001092026",
        "Wechatpay-Timestamp": str(int(time.time())),
        "Wechatpay-Nonce": "n",
        "Wechatpay-Signature": "AAAA",
        "Wechatpay-Signature-Type": "WECHATPAY2-SHA256-RSA2048",
    }
    bare: list[httpx.Response] = [await till.service.post(PATH, content=body)]
    bare.append(await till.service.post(PATH, content=body, headers=headers))
    assert [(answer.status_code, answer.json()["code"]) for answer in bare] == [(400, "FAIL")] * 2


@pytest.mark.parametrize("content", [{}, {"id": "1", "event_type": "TRANSACTION.SUCCESS", "resource": {"mchid": 1}}])
def test_a_proven_notification_of_an_unknown_shape_is_refused(till: Till, content: dict[str, Any]) -> None:
    with pytest.raises(wechatpay.BadNotification):
        till.wechatpay._for_us(content)
