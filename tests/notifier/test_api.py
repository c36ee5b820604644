"""Carriers' receipts: taken at the secret path, kept as hints, and nothing else."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from services.notifier import api, store
from shared import problems
from tests.notifier.world import World

RECEIPT = {
    "user_receive_time": "2020-06-09 12:00:00",
    "nationcode": "86",
    "mobile": "13800138000",
    "report_status": "SUCCESS",
    "errmsg": "DELIVRD",
    "description": "用户短信送达成功",
    "sid": "2640:1",
}


@pytest.fixture
async def http(world: World) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    app.add_exception_handler(problems.Problem, problems.problem)
    app.include_router(api.router(world.outbox, "receipt-secret"))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://notifier") as client:
        yield client


async def _receipts(world: World) -> list[tuple[str, str, str]]:
    table = store.receipts
    async with world.outbox.engine.connect() as connection:
        rows = await connection.execute(select(table.c.serial_no, table.c.status, table.c.cause))
        return [(row.serial_no, row.status, row.cause) for row in rows]


async def test_a_receipt_is_kept_and_answered_as_tencent_wants_it(world: World, http: httpx.AsyncClient) -> None:
    answer = await http.post("/receipts/receipt-secret", json=[RECEIPT])
    assert (answer.status_code, answer.json()) == (200, {"result": 0, "errmsg": "OK"})
    assert await _receipts(world) == [("2640:1", "SUCCESS", "DELIVRD")]


async def test_a_receipt_told_twice_is_kept_once_as_it_was_told_last(world: World, http: httpx.AsyncClient) -> None:
    failed = {**RECEIPT, "report_status": "FAIL", "errmsg": "UNDELIV"}
    for receipt in (RECEIPT, failed, failed):
        await http.post("/receipts/receipt-secret", json=[receipt])
    assert await _receipts(world) == [("2640:1", "FAIL", "UNDELIV")]


async def test_who_does_not_know_the_path_is_told_nothing(world: World, http: httpx.AsyncClient) -> None:
    answer = await http.post("/receipts/guessed", json=[RECEIPT])
    assert answer.status_code == 404
    assert await _receipts(world) == []


async def test_something_that_is_no_receipt_is_refused(world: World, http: httpx.AsyncClient) -> None:
    assert (await http.post("/receipts/receipt-secret", json={"sid": "1"})).status_code == 422
    assert await _receipts(world) == []
