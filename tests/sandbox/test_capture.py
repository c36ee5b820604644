"""Capture codes: what a student's page at CHSI shows, and what an authorised unit reads out of it."""

import httpx
import pytest

STUDENT = {
    "student_no": "2022000001",
    "school_code": "10007",
    "name": "毛小小",
    "document_number": "11010519491231002x",
}
KEY = {"authorization": "Bearer capture key"}


async def code(http: httpx.AsyncClient, **other: object) -> str:
    answer = await http.post("/play/capture-codes", json=STUDENT | other)
    return str(answer.json()["code"])


async def test_a_code_says_no_name_and_no_number(http: httpx.AsyncClient) -> None:
    shown = await code(http)
    answer = await http.post("/capture/decode", json={"code": shown}, headers=KEY)
    says = {"student_no": "2022000001", "school_code": "10007", "masked_name": "毛*小", "last_four": "002X"}
    assert answer.json() == says
    assert not any(part in shown for part in says.values())


@pytest.mark.parametrize(("name", "masked"), [("王䶮", "王*"), ("阿依古丽·买买提", "阿******提")])
async def test_a_name_keeps_its_ends(http: httpx.AsyncClient, name: str, masked: str) -> None:
    answer = await http.post("/capture/decode", json={"code": await code(http, name=name)}, headers=KEY)
    assert answer.json()["masked_name"] == masked


async def test_only_an_authorised_unit_decodes(http: httpx.AsyncClient) -> None:
    answer = await http.post("/capture/decode", json={"code": await code(http)}, headers={"authorization": "Bearer x"})
    assert answer.status_code == 401


async def test_an_expired_code_and_a_made_up_one_say_nothing(http: httpx.AsyncClient) -> None:
    for each in (await code(http, lives_seconds=-1), "made up"):
        assert (await http.post("/capture/decode", json={"code": each}, headers=KEY)).status_code == 404
