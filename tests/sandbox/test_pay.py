"""WeChat Pay's side of the sandbox, asked by the real client library."""

import asyncio
import json
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from tests.sandbox.serving import Receiver

OPENID = "o-zhang"
NUMBER = "G20260609000001"


@pytest.fixture
def order(receiver_url: str) -> dict[str, Any]:
    return {
        "description": "毕业证书电子注册图像采集",
        "out_trade_no": NUMBER,
        "amount": {"total": 2000, "currency": "CNY"},
        "payer": {"openid": OPENID},
        "notify_url": receiver_url,
    }


async def until(true: Callable[[], object], seconds: float = 5) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        await asyncio.sleep(0.01)


def request_payment(wechatpay: Any, prepay_id: str) -> dict[str, str]:
    stamp, nonce, package = str(int(time.time())), "nonce", f"prepay_id={prepay_id}"
    sign = wechatpay.sign(["wx1234567890abcdef", stamp, nonce, package])
    return {"timeStamp": stamp, "nonceStr": nonce, "package": package, "signType": "RSA", "paySign": sign}


async def prepay(wechatpay: Any, order: dict[str, Any]) -> str:
    status, answer = await wechatpay.pay(**order)
    assert status == 200, answer
    return str(json.loads(answer)["prepay_id"])


async def pay(http: httpx.AsyncClient, **options: object) -> httpx.Response:
    return await http.post(f"/play/orders/{NUMBER}/pay", json=options)


async def arm(http: httpx.AsyncClient, call: str, name: str, **options: object) -> None:
    (await http.post("/play/triggers", json={"call": call, "name": name, **options})).raise_for_status()


async def test_an_order_is_placed_paid_by_its_signed_parameters_notified_and_queried(
    wechatpay: Any, http: httpx.AsyncClient, order: dict[str, Any], receiver: Receiver
) -> None:
    parameters = request_payment(wechatpay, await prepay(wechatpay, order))
    answer = await http.post("/play/pay", json={"openid": OPENID, **parameters})
    assert answer.json()["errMsg"] == "requestPayment:ok"
    await until(lambda: receiver.requests)
    headers, body = receiver.requests[0]
    notification = wechatpay.callback(headers, body)
    assert notification["event_type"] == "TRANSACTION.SUCCESS"
    assert notification["resource"]["amount"]["total"] == 2000
    status, text = await wechatpay.query(out_trade_no=NUMBER)
    assert status == 200
    assert json.loads(text)["transaction_id"] == notification["resource"]["transaction_id"]


async def test_parameters_signed_by_anybody_else_or_for_another_person_pay_nothing(
    wechatpay: Any, http: httpx.AsyncClient, order: dict[str, Any]
) -> None:
    parameters = request_payment(wechatpay, await prepay(wechatpay, order))
    forged = await http.post("/play/pay", json={"openid": OPENID, **parameters, "nonceStr": "other"})
    stranger = await http.post("/play/pay", json={"openid": "o-li", **parameters})
    assert [forged.status_code, stranger.status_code] == [409, 409]
    assert (await http.get("/play/orders")).json()[0]["state"] == "NOTPAY"


async def test_the_same_order_gives_the_same_prepay_id_and_other_parameters_are_refused(
    wechatpay: Any, order: dict[str, Any]
) -> None:
    assert await prepay(wechatpay, order) == await prepay(wechatpay, order)
    status, text = await wechatpay.pay(**{**order, "amount": {"total": 1, "currency": "CNY"}})
    assert (status, json.loads(text)["code"]) == (403, "OUT_TRADE_NO_USED")


async def test_a_closed_order_takes_no_payment_but_a_late_success(
    wechatpay: Any, http: httpx.AsyncClient, order: dict[str, Any], receiver: Receiver
) -> None:
    await prepay(wechatpay, order)
    assert await wechatpay.close(out_trade_no=NUMBER) == (204, b"")
    assert json.loads((await wechatpay.query(out_trade_no=NUMBER))[1])["trade_state"] == "CLOSED"
    assert json.loads((await wechatpay.pay(**order))[1])["code"] == "ORDER_CLOSED"
    assert (await pay(http)).status_code == 409
    assert (await pay(http, even_if_closed=True)).status_code == 200
    await until(lambda: receiver.requests)


async def test_a_paid_order_cannot_be_closed_and_an_unknown_one_is_404(
    wechatpay: Any, http: httpx.AsyncClient, order: dict[str, Any]
) -> None:
    await prepay(wechatpay, order)
    await arm(http, "close", "paid_before_close")
    assert json.loads((await wechatpay.close(out_trade_no=NUMBER))[1])["code"] == "ORDERPAID"
    status, text = await wechatpay.query(out_trade_no="G00000000")
    assert (status, json.loads(text)["code"]) == (404, "ORDERNOTEXIST")


async def test_a_refund_is_accepted_then_succeeds_and_is_one_under_its_number(
    wechatpay: Any, http: httpx.AsyncClient, order: dict[str, Any], receiver: Receiver, receiver_url: str
) -> None:
    await prepay(wechatpay, order)
    await pay(http, notify="not_sent")
    asked = {
        "out_refund_no": "R1",
        "out_trade_no": NUMBER,
        "amount": {"refund": 2000, "total": 2000, "currency": "CNY"},
        "reason": "重复支付",
        "notify_url": receiver_url,
    }
    for _ in range(2):
        status, text = await wechatpay.refund(**asked)
        assert (status, json.loads(text)["status"]) == (200, "PROCESSING")
    await until(lambda: receiver.requests)
    notification = wechatpay.callback(*receiver.requests[0])
    assert (notification["event_type"], notification["resource"]["refund_status"]) == ("REFUND.SUCCESS", "SUCCESS")
    assert json.loads((await wechatpay.query_refund("R1"))[1])["status"] == "SUCCESS"
    status, text = await wechatpay.refund(**{**asked, "out_refund_no": "R2"})
    assert (status, json.loads(text)["code"]) == (400, "INVALID_REQUEST")


@pytest.mark.parametrize(("trigger", "end"), [("ends_closed", "CLOSED"), ("ends_abnormal", "ABNORMAL")])
async def test_a_refund_may_end_badly(
    wechatpay: Any, http: httpx.AsyncClient, order: dict[str, Any], trigger: str, end: str
) -> None:
    await prepay(wechatpay, order)
    await pay(http, notify="not_sent")
    await arm(http, "refund", trigger, who=NUMBER)
    amount = {"refund": 2000, "total": 2000, "currency": "CNY"}
    await wechatpay.refund(out_refund_no="R1", out_trade_no=NUMBER, amount=amount)
    ends = []
    for _ in range(100):
        ends.append(json.loads((await wechatpay.query_refund("R1"))[1])["status"])
        if ends[-1] == end:
            break
        await asyncio.sleep(0.02)
    assert ends[-1] == end


async def test_a_notification_is_repeated_by_the_schedule_until_it_is_taken(
    wechatpay: Any, http: httpx.AsyncClient, order: dict[str, Any], receiver: Receiver
) -> None:
    receiver.statuses = [500, 404, 200]
    await prepay(wechatpay, order)
    await pay(http)
    await until(lambda: len(receiver.requests) == 3)
    ids = {json.loads(body)["id"] for _, body in receiver.requests}
    assert len(ids) == 1

    async def taken() -> list[bool]:
        [shown] = (await http.get("/play/orders")).json()
        return [attempt["taken"] for attempt in shown["deliveries"][0]["attempts"]]

    deadline = time.monotonic() + 5
    while len(await taken()) < 3:  # the answer is noted a moment after the receiver gave it
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)
    assert await taken() == [False, False, True]


@pytest.mark.parametrize("trigger", ["signature_bad", "signature_test", "serial_unknown", "ciphertext_bad"])
async def test_a_spoilt_notification_is_not_a_notification(
    wechatpay: Any, http: httpx.AsyncClient, order: dict[str, Any], receiver: Receiver, trigger: str
) -> None:
    await prepay(wechatpay, order)
    await pay(http, notify=trigger)
    await until(lambda: receiver.requests)
    assert wechatpay.callback(*receiver.requests[0]) is None


@pytest.mark.parametrize("trigger", ["signature_bad", "signature_missing", "serial_unknown"])
async def test_an_order_whose_answer_is_badly_signed_is_placed_all_the_same(
    wechatpay: Any, http: httpx.AsyncClient, order: dict[str, Any], trigger: str
) -> None:
    await arm(http, "order", trigger, who=OPENID)
    with pytest.raises(Exception, match="signature"):
        await wechatpay.pay(**order)
    assert (await wechatpay.query(out_trade_no=NUMBER))[0] == 200


async def test_an_answer_can_be_dropped_after_the_work_is_done(
    wechatpay: Any, http: httpx.AsyncClient, order: dict[str, Any]
) -> None:
    await arm(http, "order", "done_then_dropped")
    with pytest.raises(httpx.RemoteProtocolError):
        await wechatpay.pay(**order)
    assert (await wechatpay.query(out_trade_no=NUMBER))[0] == 200


async def test_the_student_may_have_paid_before_the_order_call_answers(
    wechatpay: Any, http: httpx.AsyncClient, order: dict[str, Any], receiver: Receiver
) -> None:
    await arm(http, "order", "paid_before_answer")
    await prepay(wechatpay, order)
    assert len(receiver.requests) == 1


async def test_a_request_signed_by_a_clock_six_minutes_wrong_is_refused(
    wechatpay: Any, order: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = time.time  # the client's own clock only: the sandbox runs in this process
    monkeypatch.setattr("wechatpayv3.async_.utils.time", SimpleNamespace(time=lambda: real() - 360))
    status, text = await wechatpay.pay(**order)
    assert (status, json.loads(text)["code"]) == (401, "SIGN_ERROR")


async def test_a_trigger_that_does_not_exist_for_a_call_is_refused_with_those_that_do(
    http: httpx.AsyncClient,
) -> None:
    answer = await http.post("/play/triggers", json={"call": "sms", "name": "wrong_amount"})
    assert answer.status_code == 422
    assert "limit" in answer.json()["detail"]
