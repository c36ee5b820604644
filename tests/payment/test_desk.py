"""The operators' till: what they see, take on the spot, let go, and end by hand."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI
from pydantic import SecretStr

from services.payment.api import desk
from shared.events import PaymentRefunded, PaymentSucceeded
from shared.problems import Problem, problem
from shared.settings import CommonSettings
from shared.staff import SignInFirst, Staff, to_sign_in
from tests.payment.till import Till

STAFF = """
[[staff]]
name = "收款员"
roles = ["operator"]
password_hash = "{hash}"

[[staff]]
name = "审核员"
roles = ["reviewer"]
password_hash = "{hash}"
"""


@pytest.fixture
async def office(till: Till, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    file = tmp_path / "staff.toml"
    file.write_text(STAFF.format(hash=PasswordHasher(time_cost=1, memory_cost=32).hash("secret")))
    staff = Staff(CommonSettings(link_key=SecretStr("l"), staff_cookie_key=SecretStr("c"), staff_file=file))
    app = FastAPI()
    app.add_exception_handler(Problem, problem)
    app.add_exception_handler(SignInFirst, to_sign_in)
    app.include_router(staff.router())
    app.include_router(desk.router(till.outbox, staff))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://payment") as client:
        yield client


async def sign_in(office: httpx.AsyncClient, name: str = "收款员") -> None:
    assert (await office.post("/staff/sign-in", data={"name": name, "password": "secret"})).status_code == 303


async def test_only_operators_come_to_the_till(till: Till, office: httpx.AsyncClient) -> None:
    assert (await office.get("/")).status_code == 401
    await sign_in(office, "审核员")
    assert (await office.get("/")).status_code == 403


async def test_what_is_paid_on_the_spot_settles_once_and_is_noted(till: Till, office: httpx.AsyncClient) -> None:
    await till.charges(moment="offline")
    await till.handlers.charge(till.accepted())
    await sign_in(office)
    path = f"/applications/{till.application_id}/settlement"
    first, again = [await office.post(path, data={"how": "offline"}) for _ in range(2)]
    assert (first.status_code, again.status_code) == (303, 409)
    [paid] = await till.facts(PaymentSucceeded)
    assert (paid.how, paid.amount_fen) == ("offline", 2000)
    page = (await office.get(first.headers["location"])).text
    assert "已结清" in page
    assert "收款员：线下收款" in page


async def test_an_application_nobody_knows_is_said_to_be_so(till: Till, office: httpx.AsyncClient) -> None:
    await sign_in(office)
    assert "没有该申请的费用记录" in (await office.get(f"/?application_id={uuid4()}")).text
    answer = await office.post(f"/applications/{uuid4()}/settlement", data={"how": "waived"})
    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_YOURS")


async def test_a_refund_that_wechat_gave_up_is_ended_by_hand(till: Till, office: httpx.AsyncClient) -> None:
    await till.handlers.charge(till.accepted())
    prepared = await till.request()
    await till.pay(prepared, notify="not_sent")
    async with till.outbox.transaction() as tx:
        refund_no = await till.abnormal_refund(tx, prepared.order_no)
    await sign_in(office)
    assert refund_no in (await office.get("/")).text
    assert (await office.post(f"/refunds/{refund_no}/done")).status_code == 303
    assert (await office.post(f"/refunds/{refund_no}/done")).status_code == 409
    [given_back] = await till.facts(PaymentRefunded)
    assert given_back.refund_no == refund_no
