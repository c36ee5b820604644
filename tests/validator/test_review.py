"""The reviewers' desk over HTTP, on the real database and store."""

import asyncio
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from services.validator import api, checks
from services.validator.pool import CANNOT_JUDGE
from services.validator.store import audit
from shared.events import PhotoAccepted, PhotoReferred, PhotoRefused
from shared.outbox import Outbox
from shared.reasons import Reason
from tests.portraits.album import compose
from tests.portraits.recipes import unsure
from tests.validator.desks import PAGE, signed_in
from tests.validator.judges import Judges

pytestmark = [pytest.mark.timeout(300), pytest.mark.usefixtures("faces")]


async def referred(judges: Judges, number: int = 0) -> PhotoReferred:
    fact = await judges.judge(await judges.submission(compose(unsure(number))))
    assert isinstance(fact, PhotoReferred)
    return fact


async def noted(outbox: Outbox) -> list[tuple[str, str]]:
    async with outbox.engine.connect() as connection:
        rows = await connection.execute(select(audit.c.staff, audit.c.what).order_by(audit.c.id))
        return [(row.staff, row.what) for row in rows]


async def test_a_reviewer_finds_the_photo_sees_every_value_and_accepts_it(
    judges: Judges, li: httpx.AsyncClient
) -> None:
    photo = await referred(judges)
    waiting = (await li.get("/reviews")).json()
    assert [each["photo_id"] for each in waiting["photos"]] == [str(photo.photo_id)]
    assert waiting["photos"][0]["codes"] == [{"code": "POSE_ROLL", "text": "头部歪斜，请摆正"}]

    looked = (await li.get(f"/reviews/{photo.photo_id}")).json()
    assert {finding["check"] for finding in looked["report"]["findings"]} >= {"eye_line", "roll", "sharpness"}
    for link in looked["pictures"].values():
        picture = await li.get(link)
        assert picture.headers["content-type"] == "image/jpeg"
        assert picture.content.startswith(b"\xff\xd8")

    decided = await li.post(f"/reviews/{photo.photo_id}", data={"decision": "accepted"})
    assert (decided.status_code, decided.json()["state"]) == (200, "accepted")
    fact = (await judges.told(photo.application_id))[-1]
    assert isinstance(fact, PhotoAccepted)
    assert (fact.revision, fact.decided_by, fact.standard_key) == (2, "person", photo.standard_key)
    assert (await li.get("/reviews")).json()["waiting"] == 0
    assert await noted(judges.outbox) == [("li", "looked"), ("li", "accepted")]


async def test_a_refusal_tells_the_reviewers_codes(judges: Judges, li: httpx.AsyncClient) -> None:
    photo = await referred(judges)
    codes = ["POSE_ROLL", "EXPRESSION"]
    await li.post(f"/reviews/{photo.photo_id}", data={"decision": "refused", "codes": codes})
    fact = (await judges.told(photo.application_id))[-1]
    assert isinstance(fact, PhotoRefused)
    assert fact.codes == (Reason.POSE_ROLL, Reason.EXPRESSION)
    assert fact.resubmit_by is not None


async def test_of_two_reviewers_at_once_one_wins_and_the_other_is_told(
    judges: Judges, li: httpx.AsyncClient, desk: FastAPI
) -> None:
    photo = await referred(judges)
    async with signed_in(desk, "wang") as wang:
        answers = await asyncio.gather(
            li.post(f"/reviews/{photo.photo_id}", data={"decision": "accepted"}),
            wang.post(f"/reviews/{photo.photo_id}", data={"decision": "refused", "codes": ["POSE_ROLL"]}),
        )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    told = next(answer for answer in answers if answer.status_code == 409).json()
    assert told["code"] == "REVIEW_DECIDED"
    assert told["detail"].startswith(("li decided", "wang decided"))
    verdicts = [f for f in await judges.told(photo.application_id) if isinstance(f, PhotoAccepted | PhotoRefused)]
    assert len(verdicts) == 1


@pytest.mark.parametrize(
    "nonsense",
    [
        {"decision": "refused"},
        {"decision": "refused", "codes": ["PAY_UNPAID"]},
        {"decision": "refused", "codes": ["NO_SUCH_CODE"]},
        {"decision": "accepted", "codes": ["BLUR"]},
        {"decision": "perhaps"},
    ],
)
async def test_nonsense_is_refused_and_the_photo_still_waits(
    judges: Judges, li: httpx.AsyncClient, nonsense: dict[str, Any]
) -> None:
    photo = await referred(judges)
    assert (await li.post(f"/reviews/{photo.photo_id}", data=nonsense)).status_code == 422
    assert (await li.get("/reviews")).json()["waiting"] == 1


async def test_a_photo_that_the_judge_could_not_open_can_only_be_refused(
    judges: Judges, li: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def cannot(*_: object) -> object:
        return CANNOT_JUDGE

    monkeypatch.setattr(judges.pool, "judge", cannot)
    photo = await referred(judges)
    answer = await li.post(f"/reviews/{photo.photo_id}", data={"decision": "accepted"})
    assert answer.status_code == 422
    assert "只能不通过" in (await li.get(f"/reviews/{photo.photo_id}", headers=PAGE)).text
    assert (
        await li.post(f"/reviews/{photo.photo_id}", data={"decision": "refused", "codes": ["MANUAL_OTHER"]})
    ).is_success


async def test_strangers_operators_and_other_schools_see_nothing(
    judges: Judges, li: httpx.AsyncClient, desk: FastAPI
) -> None:
    photo = await referred(judges)
    picture = next(iter((await li.get(f"/reviews/{photo.photo_id}")).json()["pictures"].values()))
    paths = ("/reviews", f"/reviews/{photo.photo_id}", picture)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(desk), base_url="http://desk") as stranger:
        assert [(await stranger.get(path)).status_code for path in paths] == [401, 401, 401]
        sent = await stranger.get("/reviews", headers=PAGE)
        assert sent.headers["location"] == "/staff/sign-in?next=/reviews"
    async with signed_in(desk, "ops") as operator:
        assert [(await operator.get(path)).status_code for path in paths] == [403, 403, 403]
    async with signed_in(desk, "bit") as other_school:
        assert (await other_school.get("/reviews")).json() == {"waiting": 0, "photos": []}
        assert (await other_school.get(f"/reviews/{photo.photo_id}")).status_code == 404
        accept = await other_school.post(f"/reviews/{photo.photo_id}", data={"decision": "accepted"})
        assert accept.status_code == 404


async def test_an_altered_link_opens_nothing(judges: Judges, li: httpx.AsyncClient) -> None:
    photo = await referred(judges)
    link = (await li.get(f"/reviews/{photo.photo_id}")).json()["pictures"]["original"]
    assert (await li.get(link[:-3] + "abc")).status_code == 410


async def test_the_next_photo_is_one_that_nobody_else_is_looking_at(
    judges: Judges, li: httpx.AsyncClient, desk: FastAPI
) -> None:
    first, second = await referred(judges, 0), await referred(judges, 1)
    async with signed_in(desk, "wang") as wang:
        assert (await wang.get("/reviews/next")).headers["location"] == f"/reviews/{first.photo_id}"
        await wang.get(f"/reviews/{first.photo_id}", headers=PAGE)
        assert (await li.get("/reviews/next")).headers["location"] == f"/reviews/{second.photo_id}"
        await li.get(f"/reviews/{second.photo_id}", headers=PAGE)
        assert (await wang.get("/reviews/next")).headers["location"] == f"/reviews/{first.photo_id}"


async def test_who_leaves_a_photo_for_later_sees_the_others_first(judges: Judges, li: httpx.AsyncClient) -> None:
    first, second, third = [await referred(judges, number) for number in (0, 1, 2)]
    for left, shown in ((first, second), (second, third), (third, first)):
        page = (await li.get(f"/reviews/{left.photo_id}", headers=PAGE)).text
        assert f"/reviews/next?left={left.photo_id}" in page
        answer = await li.get(f"/reviews/next?left={left.photo_id}")
        assert answer.headers["location"] == f"/reviews/{shown.photo_id}"


def test_every_check_has_a_name_that_a_reviewer_reads() -> None:
    assert api.CHECK_NAMES.keys() == checks.DEFAULTS.keys()


async def test_the_pages_show_what_the_json_says(judges: Judges, li: httpx.AsyncClient) -> None:
    photo = await referred(judges)
    waiting = (await li.get("/reviews", headers=PAGE)).text
    assert "待审核照片 1 张" in waiting
    assert f"/reviews/{photo.photo_id}" in waiting
    page = (await li.get(f"/reviews/{photo.photo_id}", headers=PAGE)).text
    for shown in ("头部倾斜", "允许 -4 至 4 度", "检测图", "标准照", "data-suggested"):
        assert shown in page
    sent_on = await li.post(f"/reviews/{photo.photo_id}", data={"decision": "accepted"}, headers=PAGE)
    assert (sent_on.status_code, sent_on.headers["location"]) == (303, "/reviews/next")
    too_late = await li.post(f"/reviews/{photo.photo_id}", data={"decision": "accepted"}, headers=PAGE)
    assert too_late.status_code == 409
    assert "该照片已有审核结论" in too_late.text
