"""What staff can ask for, over the wiring that runs."""

from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote
from uuid import UUID, uuid4

import httpx
import pytest
from argon2 import PasswordHasher
from pydantic import SecretStr
from sqlalchemy import select

from services.exporter import store
from services.exporter.app import build
from services.exporter.manifest import verify
from services.exporter.roster import RosterLine
from services.exporter.settings import Settings
from shared.clock import Clock
from shared.settings import CommonSettings, Connections, KafkaSettings, SealSettings
from tests.exporter.stand import Place, Stand
from tests.exporter.stories import SEAL_KEY, SEALER, Story, student

pytestmark = pytest.mark.parts

STAFF = """
[[staff]]
name = "北化老师"
roles = ["school"]
schools = ["10010"]
password_hash = "{hash}"

[[staff]]
name = "别校老师"
roles = ["school"]
schools = ["10007"]
password_hash = "{hash}"

[[staff]]
name = "审核员"
roles = ["reviewer"]
password_hash = "{hash}"
"""
HTML = {"accept": "text/html"}


@pytest.fixture
async def desk(place: Place, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """Nobody is signed in."""
    staff_file = tmp_path / "staff.toml"
    staff_file.write_text(STAFF.format(hash=PasswordHasher(time_cost=1, memory_cost=32).hash("secret")))
    seal = SealSettings(keys=SecretStr(f"k1:{SEAL_KEY}"), lookup_key=SecretStr(SEAL_KEY))
    common = CommonSettings(link_key=SecretStr("l"), staff_cookie_key=SecretStr("c"), staff_file=staff_file)
    connections = Connections(
        kafka=KafkaSettings(bootstrap_servers="127.0.0.1:1"), store=place.store, seal=seal, common=common
    )
    service = build(Settings(database_url=place.database_url), connections)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(service.app), base_url="http://exporter") as client:
        yield client
    await service.engine.dispose()


async def sign_in(desk: httpx.AsyncClient, name: str = "北化老师") -> None:
    answer = await desk.post("/staff/sign-in", data={"name": name, "password": "secret"})
    assert answer.status_code == 303


async def published(exporter: Stand, desk: httpx.AsyncClient) -> dict[str, str]:
    await exporter.photos.put("standard.jpg", b"\xff\xd8photo", "image/jpeg")
    await exporter.hear(*Story(student(1)).complete())
    await sign_in(desk)
    asked = await desk.post("/campaigns/buct-2020/bundles", headers={"Idempotency-Key": "one"})
    await exporter.write(UUID(asked.json()["bundle_id"]))
    listed: list[dict[str, str]] = (await desk.get("/campaigns/buct-2020/bundles")).json()
    return listed[0]


async def looks(exporter: Stand) -> list[tuple[str, str]]:
    async with exporter.engine.connect() as connection:
        rows = await connection.execute(select(store.looks.c.staff, store.looks.c.what).order_by(store.looks.c.id))
        return [(row.staff, row.what) for row in rows]


@pytest.mark.parametrize(
    "path", ["/campaigns/buct-2020/progress", "/campaigns/buct-2020/bundles", "/campaigns/buct-2020", "/"]
)
async def test_who_is_not_signed_in_sees_nothing(exporter: Stand, desk: httpx.AsyncClient, path: str) -> None:
    assert (await desk.get(path)).status_code == 401
    answer = await desk.get(path, headers=HTML)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/staff/sign-in?next={path}")


async def test_a_reviewer_is_not_the_school(exporter: Stand, desk: httpx.AsyncClient) -> None:
    await sign_in(desk, "审核员")
    assert (await desk.get("/campaigns/buct-2020/progress")).status_code == 403


@pytest.mark.parametrize("campaign_id", ["buct-2020", "unknown"])
async def test_another_schools_campaign_is_not_there(
    exporter: Stand, desk: httpx.AsyncClient, campaign_id: str
) -> None:
    await sign_in(desk, "别校老师")
    for method, path in (("GET", "progress"), ("GET", "bundles"), ("POST", "bundles")):
        answer = await desk.request(method, f"/campaigns/{campaign_id}/{path}", headers={"Idempotency-Key": "k"})
        assert (answer.status_code, answer.json()["code"]) == (404, "NO_CAMPAIGN")
    assert "北京化工大学" not in (await desk.get("/")).text


async def test_progress_counts_everybody_and_says_who_is_missing_and_why(
    exporter: Stand, desk: httpx.AsyncClient
) -> None:
    done, unpaid, absent = Story(student(1)), Story(student(2)), Story(student(3))
    await exporter.hear(*done.complete(), unpaid.confirmed(), unpaid.accepted())
    lines = [RosterLine(entry_id=each.entry_id, entry=SEALER.seal(each.entry)) for each in (done, unpaid, absent)]
    await exporter.import_roster("buct-2020", lines)
    await sign_in(desk)
    progress = (await desk.get("/campaigns/buct-2020/progress")).json()
    assert {name: count for name, count in progress["counts"].items() if count} == {
        "complete": 1,
        "unpaid": 1,
        "absent": 1,
    }
    missing = [(each["student_no"], each["name"], each["why"]) for each in progress["missing"]]
    assert missing == [("2017000002", "毛2", "待支付"), ("2017000003", "毛3", "未参加或未确认身份")]
    assert done.entry.document_number[:14] not in str(progress)
    assert await looks(exporter) == [("北化老师", "people listed")]


async def test_the_same_key_asks_for_the_same_bundle(exporter: Stand, desk: httpx.AsyncClient) -> None:
    await sign_in(desk)
    first, again, other = [
        await desk.post("/campaigns/buct-2020/bundles", headers={"Idempotency-Key": key})
        for key in ("one", "one", "two")
    ]
    assert {answer.status_code for answer in (first, again, other)} == {202}
    assert first.json() == again.json()
    assert [each.json()["version"] for each in (first, other)] == [1, 2]
    assert len((await desk.get("/campaigns/buct-2020/bundles")).json()) == 2


async def test_a_request_without_a_key_is_told_what_to_send(exporter: Stand, desk: httpx.AsyncClient) -> None:
    await sign_in(desk)
    answer = await desk.post("/campaigns/buct-2020/bundles")
    assert answer.status_code == 400
    assert "Idempotency-Key" in answer.json()["detail"]


async def test_a_bundle_is_downloaded_by_its_link_and_the_audit_says_so(
    exporter: Stand, desk: httpx.AsyncClient, tmp_path: Path
) -> None:
    bundle = await published(exporter, desk)
    desk.cookies.clear()  # the link is enough: a download manager has no cookie
    answer = await desk.get(bundle["download"])
    path = tmp_path / "bundle.zip"
    path.write_bytes(answer.content)
    assert verify(path) == []
    chinese = quote("北京化工大学2020年夏季预毕业研究生图像采集-成果包-v1.zip")
    named = f"attachment; filename=\"buct-2020-v1.zip\"; filename*=UTF-8''{chinese}"
    assert answer.headers["content-disposition"] == named
    assert await looks(exporter) == [("北化老师", "bundle requested"), ("北化老师", "bundle downloaded")]


async def test_an_altered_old_or_foreign_link_opens_nothing(
    exporter: Stand, desk: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = await published(exporter, desk)
    other = bundle["download"].replace(bundle["bundle_id"], str(uuid4()))
    for link in (bundle["download"] + "x", other):
        answer = await desk.get(link)
        assert (answer.status_code, answer.json()["code"]) == (403, "LINK_EXPIRED")
    # The signature reads real time, which a test cannot wait for.
    later = Clock().now().timestamp() + 301
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: later)
    assert (await desk.get(bundle["download"])).status_code == 403


async def test_the_page_shows_progress_bundles_and_on_demand_who_is_missing(
    exporter: Stand, desk: httpx.AsyncClient
) -> None:
    await published(exporter, desk)
    unpaid = Story(student(2, name="<b>毛二</b>"))
    await exporter.hear(unpaid.confirmed(), unpaid.accepted())
    page = (await desk.get("/campaigns/buct-2020", headers=HTML)).text
    assert "采集完成 1 / 2 人" in page
    assert "毛二" not in page
    page = (await desk.get("/campaigns/buct-2020?standing=unpaid", headers=HTML)).text
    assert "&lt;b&gt;毛二&lt;/b&gt;" in page
    assert (await looks(exporter))[-1] == ("北化老师", "people listed")


async def test_a_page_left_open_gives_a_fresh_link(exporter: Stand, desk: httpx.AsyncClient) -> None:
    bundle = await published(exporter, desk)
    link = f"/bundles/{bundle['bundle_id']}/link"
    assert link in (await desk.get("/campaigns/buct-2020", headers=HTML)).text
    assert (await desk.get(link, follow_redirects=True)).headers["content-type"] == "application/zip"
    await sign_in(desk, "别校老师")
    assert (await desk.get(link)).status_code == 404


async def test_the_pages_button_asks_for_a_bundle_and_comes_back(exporter: Stand, desk: httpx.AsyncClient) -> None:
    await sign_in(desk)
    answer = await desk.post("/campaigns/buct-2020/bundles", data={"idempotency_key": "form"}, headers=HTML)
    assert (answer.status_code, answer.headers["location"]) == (303, "/campaigns/buct-2020")
    assert "正在生成" in (await desk.get("/campaigns/buct-2020", headers=HTML)).text


async def test_the_school_writes_down_what_became_of_the_photos(exporter: Stand, desk: httpx.AsyncClient) -> None:
    await published(exporter, desk)
    path = "/campaigns/buct-2020/outcomes"
    accepted = await desk.post(path, data={"outcome": "accepted"})
    assert accepted.json() == {"changed": 1, "unknown": [], "unfit": []}
    back = {"outcome": "bounced", "student_nos": "2017000001\n2017000009", "code": "CHSI_QUALITY"}
    assert (await desk.post(path, data=back)).json() == {"changed": 1, "unknown": ["2017000009"], "unfit": []}
    assert (await looks(exporter))[-1] == ("北化老师", "outcome bounced of 1")
    page = (await desk.post(path, data=back, headers=HTML, follow_redirects=True)).text
    assert "已记录 0 人" in page
    assert "2017000009" in page


@pytest.mark.parametrize(
    "form",
    [
        {"outcome": "bounced", "student_nos": "2017000001"},
        {"outcome": "bounced", "student_nos": "", "code": "CHSI_QUALITY"},
        {"outcome": "bounced", "student_nos": "2017000001", "code": "BLUR"},
        {"outcome": "lost"},
    ],
)
async def test_nobody_is_sent_back_without_a_name_and_a_reason(
    exporter: Stand, desk: httpx.AsyncClient, form: dict[str, str]
) -> None:
    await published(exporter, desk)
    assert (await desk.post("/campaigns/buct-2020/outcomes", data=form)).status_code == 422
