"""The page of the sandbox, and the calls behind its buttons."""

import re
from typing import Any

import httpx
import pytest

from deploy.sandbox.triggers import CALLS, TABLE, Armed, Triggers


async def test_the_page_shows_what_waits_and_what_was_sent(http: httpx.AsyncClient, wechatpay: Any) -> None:
    order = {"amount": {"total": 2000, "currency": "CNY"}, "payer": {"openid": "o-zhang"}}
    await wechatpay.pay(description="毕业图像采集", out_trade_no="G2020060901", notify_url="http://x/y", **order)
    await http.post("/play/triggers", json={"call": "order", "name": "signature_bad"})
    page = (await http.get("/")).text
    for shown in ("¥20.00", "毕业图像采集", "待支付", "付款", "签名错误", "还没有短信"):
        assert shown in page
    assert all(re.search(rf'value="{call} {trigger.name}"', page) for trigger in TABLE for call in trigger.calls)


async def test_paying_needs_an_order_and_a_known_way_of_notifying(http: httpx.AsyncClient, wechatpay: Any) -> None:
    assert (await http.post("/play/orders/G2020060902/pay", json={})).status_code == 404
    order = {"amount": {"total": 2000, "currency": "CNY"}, "payer": {"openid": "o-zhang"}}
    await wechatpay.pay(description="x", out_trade_no="G2020060902", notify_url="http://x/y", **order)
    answer = await http.post("/play/orders/G2020060902/pay", json={"notify": "by_pigeon"})
    assert answer.status_code == 422
    assert "wrong_amount" in answer.json()["detail"]
    assert (await http.get("/play/orders")).json()[0]["state"] == "NOTPAY"


async def test_armed_triggers_can_be_cleared(http: httpx.AsyncClient) -> None:
    await http.post("/play/triggers", json={"call": "sms", "name": "limit", "times": 9})
    assert len((await http.get("/play/triggers")).json()["armed"]) == 1
    assert (await http.post("/play/triggers/clear")).json() == {"armed": []}


def test_a_trigger_strikes_as_often_as_it_was_armed_for_and_only_where_it_is_meant() -> None:
    triggers = Triggers()
    triggers.arm(Armed("limit", "sms", who="138", times=2))
    assert triggers.take("sms", "to 139") is None
    assert triggers.take("order", "to 138") is None
    assert [triggers.take("sms", "to 138") is None for _ in range(3)] == [False, False, True]


@pytest.mark.parametrize("call", CALLS)
def test_every_call_can_go_wrong(call: str) -> None:
    assert [trigger for trigger in TABLE if call in trigger.calls]
