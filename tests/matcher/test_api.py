import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from argon2 import PasswordHasher
from pydantic import SecretStr

from services.matcher import app
from services.matcher.settings import Settings
from shared.campaign import Campaign
from shared.events import IdentityMatched
from shared.settings import CommonSettings, Connections, KafkaSettings, SealSettings, StoreSettings
from tests.matcher.desk import LOOKUP_KEY, SEAL_KEYS, Desk, submitted
from tests.matcher.happenings import revoked
from tests.matcher.people import by_code, csv_file, people, resident_id, row, xlsx

MOST_BYTES = 100_000
STAFF = """
[[staff]]
name = "li"
roles = ["school"]
schools = ["10010"]
password_hash = "{hash}"

[[staff]]
name = "wang"
roles = ["operator"]
password_hash = "{hash}"

[[staff]]
name = "zhao"
roles = ["reviewer"]
password_hash = "{hash}"
"""
HTML = {"accept": "text/html"}


@pytest.fixture
async def http(
    desk: Desk, parts: Any, database_url: str, store_settings: StoreSettings, tmp_path: Path
) -> AsyncIterator[httpx.AsyncClient]:
    """The matcher's whole web app; nobody is signed in."""
    staff_file = tmp_path / "staff.toml"
    quick = PasswordHasher(time_cost=1, memory_cost=64)
    staff_file.write_text(STAFF.format(hash=quick.hash("correct horse")))
    connections = Connections(
        kafka=KafkaSettings(bootstrap_servers=parts.kafka_bootstrap),
        store=store_settings,
        seal=SealSettings(keys=SecretStr(SEAL_KEYS), lookup_key=SecretStr(LOOKUP_KEY)),
        common=CommonSettings(link_key=SecretStr("link"), staff_file=staff_file, staff_cookie_key=SecretStr("cookie")),
    )
    service = app.build(Settings(database_url=database_url, roster_max_bytes=MOST_BYTES), connections)
    transport = httpx.ASGITransport(service.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://matcher") as client:
        yield client
    await service.engine.dispose()


async def sign_in(http: httpx.AsyncClient, name: str = "li") -> None:
    answer = await http.post("/staff/sign-in", data={"name": name, "password": "correct horse"})
    assert answer.status_code == 303


def upload(body: bytes) -> dict[str, Any]:
    return {"files": {"file": ("名单.xlsx", body)}}


def roster_of(campaign: Campaign) -> str:
    return f"/campaigns/{campaign.id}/roster"


async def test_a_school_uploads_its_roster_and_reads_the_report(http: httpx.AsyncClient, by_number: Campaign) -> None:
    await sign_in(http)
    body = xlsx([row(1), row(2, 证件号码="110105194912310021")])
    for _ in range(2):
        answer = await http.put(roster_of(by_number), **upload(body))
        assert answer.status_code == 200
        assert answer.json() == {
            "roster_version": 1,
            "rows": 2,
            "kept": 1,
            "bad": [{"row": 3, "column": "证件号码", "why": "校验位不符，请核对号码"}],
        }


async def test_what_is_no_roster_is_refused_with_its_reason(
    http: httpx.AsyncClient, desk: Desk, by_number: Campaign
) -> None:
    await sign_in(http)
    answer = await http.put(roster_of(by_number), **upload(b"\x89PNG\r\n\x1a\n"))
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert "这是图片" in answer.json()["detail"]
    assert await desk.rows("uploads") == []


@pytest.mark.parametrize(
    ("request_of", "why"),
    [
        (upload(csv_file(people(2000))), "文件大小"),
        ({"data": {"file": "not a file"}}, "没有收到文件"),
        ({"content": b"hello", "headers": {"content-type": "text/plain"}}, "没有收到文件"),
    ],
    ids=["too large", "a field", "plain text"],
)
async def test_an_upload_that_cannot_be_read_is_told_what_to_do(
    http: httpx.AsyncClient, by_number: Campaign, request_of: dict[str, Any], why: str
) -> None:
    await sign_in(http)
    answer = await http.put(roster_of(by_number), **request_of)
    assert answer.status_code == 422
    assert why in answer.json()["detail"]


async def test_a_body_of_unknown_length_is_not_read(http: httpx.AsyncClient, by_number: Campaign) -> None:
    async def endless() -> AsyncIterator[bytes]:
        raise AssertionError("nobody may read this")
        yield b""

    await sign_in(http)
    answer = await http.put(roster_of(by_number), content=endless())
    assert answer.status_code == 422


@pytest.mark.parametrize("path", ["/roster", "/refusals"])
async def test_nobody_acts_without_signing_in(http: httpx.AsyncClient, by_number: Campaign, path: str) -> None:
    method = "PUT" if path == "/roster" else "GET"
    answer = await http.request(method, f"/campaigns/{by_number.id}{path}")
    assert (answer.status_code, answer.json()["code"]) == (401, "SIGN_IN")
    page = await http.get(f"/campaigns/{by_number.id}", headers=HTML)
    assert page.status_code == 303
    assert page.headers["location"].startswith("/staff/sign-in")


async def test_a_reviewer_has_no_business_here(http: httpx.AsyncClient, by_number: Campaign) -> None:
    await sign_in(http, "zhao")
    assert (await http.get(f"/campaigns/{by_number.id}/refusals")).status_code == 403


async def test_a_school_sees_only_its_own_campaigns(
    http: httpx.AsyncClient, by_number: Campaign, by_all: Campaign
) -> None:
    await sign_in(http)
    for answer in (
        await http.put(roster_of(by_all), **upload(xlsx([row(1)]))),
        await http.get(f"/campaigns/{by_all.id}/refusals"),
        await http.get(f"/campaigns/{by_all.id}"),
        await http.get("/campaigns/nobody-knows/refusals"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "NO_CAMPAIGN")
    mine = (await http.get("/")).text
    assert by_number.title in mine
    assert by_all.title not in mine
    await sign_in(http, "wang")
    everybodys = (await http.get("/")).text
    assert by_number.title in everybodys
    assert by_all.title in everybodys


async def test_staff_see_why_and_every_look_is_written_down(
    http: httpx.AsyncClient, desk: Desk, by_number: Campaign
) -> None:
    await desk.take(by_number, xlsx([row(1, 已有照片="是")]))
    refused = submitted(by_number, resident_id(1), "毛小小1")
    for event in (refused, submitted(by_number, "110105194912310021")):
        await desk.answer(event)
    await sign_in(http)
    everybody = await http.get(f"/campaigns/{by_number.id}/refusals")
    assert [each["reason"] for each in everybody.json()] == ["ID_CHECKSUM", "ID_DONE"]
    assert everybody.headers["cache-control"] == "no-store"
    one = await http.get(f"/campaigns/{by_number.id}/refusals?application_id={refused.application_id}")
    [shown] = one.json()
    assert shown["application_id"] == str(refused.application_id)
    assert shown["document_number"] == resident_id(1)[:6] + "********" + resident_id(1)[-4:]
    assert shown["why"] == "已有学历照片，勿重复采集"
    looks = await desk.rows("looks")
    assert [(each["looked_by"], len(each["applications"])) for each in looks] == [("li", 2), ("li", 1)]


async def test_the_page_takes_a_roster_and_shows_its_report(http: httpx.AsyncClient, by_number: Campaign) -> None:
    await sign_in(http)
    page = f"/campaigns/{by_number.id}"
    answer = await http.post(page, **upload(xlsx([row(1), row(2, 学号="")])), headers=HTML)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{page}#report")
    shown = (await http.get(page, headers=HTML)).text
    assert "导入 1 人" in shown
    assert "未导入 1 人" in shown
    assert "没有填写" in shown


async def test_where_a_capture_code_makes_the_entry_no_list_of_names_is_taken(
    http: httpx.AsyncClient, desk: Desk
) -> None:
    campaign = by_code()
    await desk.know(campaign)
    await sign_in(http, "wang")
    page = f"/campaigns/{campaign.id}"
    shown = (await http.get(page, headers=HTML)).text
    assert "不收名单" in shown
    assert 'type="file"' not in shown
    for answer in (
        await http.put(f"{page}/roster", **upload(xlsx([row(1)]))),
        await http.post(page, **upload(xlsx([row(1)])), headers=HTML),
        await http.post(f"{page}/roster/watched", **upload(xlsx([row(1)]))),
    ):
        assert "本次采集凭采集码核对身份，不收名单" in answer.text
    assert await desk.rows("entries") == []


async def test_the_page_says_why_a_file_is_no_roster(http: httpx.AsyncClient, by_number: Campaign) -> None:
    await sign_in(http)
    answer = await http.post(f"/campaigns/{by_number.id}", **upload(b"%PDF-1.7"), headers=HTML)
    assert answer.status_code == 422
    assert "这是 PDF" in answer.text


async def test_the_page_finds_a_student_by_number_without_showing_it(
    http: httpx.AsyncClient, desk: Desk, by_number: Campaign
) -> None:
    event = submitted(by_number, resident_id(1), "毛小小1")
    await desk.answer(event)
    await desk.answer(submitted(by_number, resident_id(2)))
    await sign_in(http)
    page = f"/campaigns/{by_number.id}/refusals"
    found = (await http.post(page, data={"number": f" {resident_id(1).lower()} "}, headers=HTML)).text
    assert str(event.application_id) in found
    assert found.count("ID_NOT_FOUND") == 1
    assert resident_id(1) not in found
    assert "毛小小1" not in found
    nobody = (await http.post(page, data={"number": resident_id(3)}, headers=HTML)).text
    assert "现在没有未匹配的申请" in nobody
    assert [len(each["applications"]) for each in await desk.rows("looks")] == [1, 0]


async def waiting(desk: Desk, campaign: Campaign) -> Any:
    """A claim in review: the roster says 毛小小1."""
    await desk.take(campaign, xlsx([row(1)]))
    event = submitted(campaign, resident_id(1), "毛晓小1")
    await desk.answer(event)
    return event


async def test_a_person_compares_two_names_and_decides(http: httpx.AsyncClient, desk: Desk, by_all: Campaign) -> None:
    event = await waiting(desk, by_all)
    await sign_in(http, "wang")
    assert "待核对 1 件" in (await http.get(f"/campaigns/{by_all.id}", headers=HTML)).text
    queue = f"/campaigns/{by_all.id}/referrals"
    shown = await http.get(queue, headers=HTML)
    assert shown.headers["cache-control"] == "no-store"
    assert "毛<mark>晓</mark>小1" in shown.text
    assert "毛小<mark>小</mark>1" in shown.text or "毛<mark>小</mark>小1" in shown.text
    assert resident_id(1) not in shown.text
    decision = {"decision": "same", "submission": "1"}
    answer = await http.post(f"{queue}/{event.application_id}", data=decision, headers=HTML)
    assert (answer.status_code, answer.headers["location"]) == (303, queue)
    assert isinstance((await desk.answers(event))[-1], IdentityMatched)
    again = await http.post(f"{queue}/{event.application_id}", data=decision, headers=HTML)
    assert again.status_code == 409
    assert "已由他人处理" in again.text


async def test_the_support_desk_finds_and_corrects_an_entry(
    http: httpx.AsyncClient, desk: Desk, by_all: Campaign
) -> None:
    event = await waiting(desk, by_all)
    await sign_in(http, "wang")
    page = f"/campaigns/{by_all.id}/entries"
    found = await http.post(page, data={"sought": "2017000001"}, headers=HTML)
    assert "毛小小1（2017000001）" in found.text
    assert resident_id(1) not in found.text
    [entry] = await desk.rows("entries")
    typed = {"姓名": "毛晓小1", "证件类型": "居民身份证", "证件号码": "", "学号": "2017000001", "已有照片": "否"}
    wrong = await http.post(f"{page}/{entry['entry_id']}", data=typed | {"学号": ""}, headers=HTML)
    assert wrong.status_code == 422
    assert "学号：没有填写" in wrong.text
    unsaved = await http.post(f"{page}/{entry['entry_id']}", data=typed | {"证件号码": "123", "sought": "2017000001"})
    assert 'value="毛晓小1"' in unsaved.text
    assert 'value="123"' in unsaved.text
    assert (await http.post(f"{page}/{entry['entry_id']}", data={"姓名": "毛"}, headers=HTML)).status_code == 422
    answer = await http.post(f"{page}/{entry['entry_id']}", data=typed | {"sought": resident_id(1)}, headers=HTML)
    assert answer.status_code == 200
    assert "已更正" in answer.text
    assert "<del>毛小小1</del> → <ins>毛晓小1</ins>" in answer.text
    await desk.run("ask_again")
    assert isinstance((await desk.answers(event))[-1], IdentityMatched)


async def test_a_ban_is_lifted_on_the_page(http: httpx.AsyncClient, desk: Desk, by_all: Campaign) -> None:
    event = await waiting(desk, by_all)
    await desk.support.decide(by_all.id, event.application_id, 1, True, "li")
    await desk.handlers.ban_person(revoked(event))
    await sign_in(http, "wang")
    page = f"/campaigns/{by_all.id}/entries"
    assert "因修图撤销本次采集申请" in (await http.get(page, headers=HTML)).text
    assert "本学期禁止采集（因修图" in (await http.post(page, data={"sought": "2017000001"}, headers=HTML)).text
    [ban] = await desk.rows("bans")
    lift = f"/campaigns/{by_all.id}/bans/{ban['id']}/lift"
    assert (await http.post(lift, headers=HTML)).status_code == 303
    assert "这项禁止已解除" in (await http.post(lift, headers=HTML)).text
    assert "本学期禁止采集（因修图" not in (await http.post(page, data={"sought": "2017000001"}, headers=HTML)).text


@pytest.mark.parametrize("path", ["referrals", "entries"])
async def test_another_schools_people_are_nobodys_business(
    http: httpx.AsyncClient, by_all: Campaign, path: str
) -> None:
    await sign_in(http)
    assert (await http.get(f"/campaigns/{by_all.id}/{path}", headers=HTML)).status_code == 404
    act = f"/campaigns/{by_all.id}/{path}/{uuid4()}"
    assert (await http.post(act, data={"decision": "same", "submission": "1"}, headers=HTML)).status_code == 404


async def test_a_browser_reads_of_a_mistake_on_a_page(http: httpx.AsyncClient, by_number: Campaign) -> None:
    await sign_in(http)
    page = await http.get("/campaigns/nobodys", headers=HTML)
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "<h1>未找到该采集批次</h1>" in page.text
    program = await http.get("/campaigns/nobodys")
    assert (program.status_code, program.json()["code"]) == (404, "NO_CAMPAIGN")
    await sign_in(http, "zhao")
    assert "您没有打开此页的权限" in (await http.get("/", headers=HTML)).text


async def test_who_watches_an_upload_sees_how_far_it_has_come(http: httpx.AsyncClient, by_number: Campaign) -> None:
    await sign_in(http)
    answer = await http.post(f"{roster_of(by_number)}/watched", **upload(csv_file(people(600))))
    lines = [json.loads(line) for line in answer.text.splitlines()]
    steps = [line["rows"] for line in lines[:-1]]
    assert steps == sorted(steps)
    assert (steps[-1], lines[0]["of"], lines[-1]) == (600, 601, {"wrong": None})
    wrong = await http.post(f"{roster_of(by_number)}/watched", **upload(b"%PDF-1.7"))
    assert "这是 PDF" in json.loads(wrong.text.splitlines()[-1])["wrong"]
    assert (await http.get("/roster.js")).headers["content-type"].startswith("text/javascript")
