"""我的订单, as Xinhua shows it."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from shared.campaign import Payment
from shared.events import (
    PaymentDue,
    PaymentPrepared,
    PayParameters,
    PhotoRefused,
)
from shared.reasons import Reason
from tests.intake.conftest import BUCT, Intake, Student, noise_jpeg
from tests.intake.lives import DAY, judged, pay, publish_as
from tests.kafka import until

PAY = PayParameters(appId="a", timeStamp="1", nonceStr="n", package="prepay_id=1", signType="RSA", paySign="s")


async def test_my_orders_list_what_was_handed_in_with_a_masked_number(door: Intake) -> None:
    at_order = Payment(moment="at_order", fee_fen=2000, order_prefix="0000")
    campaign = await publish_as(door, "orders", payment=at_order)
    student = await door.student(campaign, until="confirm")
    assert await orders(student) == []
    await student.upload(noise_jpeg())
    order_no = "0000-20200714160054374"
    until_closed = BUCT.window.closes_at
    due = PaymentDue(**student.named, amount_fen=2000, unpaid_until=until_closed, order_no=order_no)
    await student.hear(due, "pay")
    assert [each["order_no"] for each in await orders(student)] == [order_no], "before anybody went to pay"
    asked = await student.post("/payment")
    assert asked.status_code == 202
    until_paid = datetime.now(UTC) + DAY
    answer = {"request_id": uuid4(), "order_no": order_no, "amount_fen": 2000, "expires_at": until_paid, "pay": PAY}
    await door.teller.tell(PaymentPrepared(**student.named, **answer))
    await until_order(student, order_no)
    (order,) = await orders(student)
    assert order["document_number"] == "110105********002X"
    assert (order["name"], order["school"], order["school_code"]) == ("毛小小", "北京化工大学", "10010")
    assert (order["state"], order["actions"]) == ("pay", [{"action": "pay", "text": "去支付"}])
    await pay(student, order_no)
    await student.until_stage("checking")
    about = await judged(door, student)
    await student.hear(PhotoRefused(**about, codes=(Reason.BLUR,)), "refused")
    (order,) = await orders(student)
    assert (order["order_no"], order["actions"]) == (order_no, [{"action": "upload", "text": "再编辑"}])
    assert await orders(await door.student()) == [], "nobody sees another's"


async def orders(student: Student) -> list[dict[str, Any]]:
    answer = await student.intake.http.get("/v1/orders", headers=student.headers)
    assert answer.status_code == 200, answer.text
    return list(answer.json())


async def until_order(student: Student, order_no: str) -> None:
    async def is_listed() -> bool:
        return order_no in [each["order_no"] for each in await orders(student)]

    await until(is_listed, what=order_no)
