"""The rest of the desk over HTTP: two stages, alarms, the technical check, and what is wrong in words."""

from dataclasses import replace
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from services.validator.api.words import against_limit
from services.validator.desk.reviews import reviewers_reasons
from shared.campaign import Campaign
from shared.events import PhotoAccepted, PhotoReferred, PhotoRefused, PhotoRevoked, PhotoSubmitted
from shared.reasons import Reason
from tests.portraits.album import compose
from tests.portraits.recipes import compliant, unsure
from tests.validator.desks import PAGE, signed_in
from tests.validator.judges import Judges

pytestmark = [pytest.mark.timeout(300), pytest.mark.usefixtures("faces")]

YES = {"decision": "accepted"}


async def referred(judges: Judges, version: int) -> PhotoReferred:
    fact = await judges.judge(await judges.submission(compose(unsure(0)), campaign_version=version))
    assert isinstance(fact, PhotoReferred)
    return fact


async def test_27_of_two_people_the_second_decides_and_must_be_another(
    judges: Judges, campaign: Campaign, li: httpx.AsyncClient, desk: FastAPI
) -> None:
    photo = await referred(judges, await judges.publish(campaign, review={"people": 2}))
    path = f"/reviews/{photo.photo_id}"
    first = (await li.get(path, headers=PAGE)).text
    assert "初审通过" in first
    assert "发际线" in first
    assert "头顶（含头发）" in first
    assert (await li.post(path, data=YES)).json()["state"] == "final_review"
    again = await li.post(path, data=YES)
    assert (again.status_code, again.json()["code"]) == (409, "SAME_REVIEWER")
    assert "您已完成初审" in (await li.get(path, headers=PAGE)).text
    assert (await li.get("/reviews/next")).headers["location"] == "/reviews"
    async with signed_in(desk, "wang") as wang:
        assert (await wang.get("/reviews/next")).headers["location"] == path
        page = (await wang.get(path, headers=PAGE)).text
        assert "终审" in page
        assert "初审：li 通过" in page
        assert (await wang.post(path, data=YES | {"seen": "final_review"})).json()["state"] == "accepted"
    told = await judges.told(photo.application_id)
    accepted = told[-1]
    assert isinstance(accepted, PhotoAccepted)
    assert (len(told), accepted.revision, accepted.decided_by) == (3, 2, "person")
    decided = (await li.get(path, headers=PAGE)).text
    assert "初审 li，终审 wang" in decided


async def test_27_a_form_from_before_the_first_review_is_not_taken_for_the_final_one(
    judges: Judges, campaign: Campaign, li: httpx.AsyncClient, desk: FastAPI
) -> None:
    photo = await referred(judges, await judges.publish(campaign, review={"people": 2}))
    path = f"/reviews/{photo.photo_id}"
    async with signed_in(desk, "wang") as wang:
        await li.post(path, data=YES | {"seen": "referred"})
        stale = await wang.post(path, data=YES | {"seen": "referred"})
    assert (stale.status_code, stale.json()["code"]) == (409, "REVIEW_DECIDED")


async def test_28_the_final_review_refuses_with_codes(
    judges: Judges, campaign: Campaign, li: httpx.AsyncClient, desk: FastAPI
) -> None:
    photo = await referred(judges, await judges.publish(campaign, review={"people": 2}))
    path = f"/reviews/{photo.photo_id}"
    await li.post(path, data=YES)
    async with signed_in(desk, "wang") as wang:
        await wang.post(path, data={"decision": "refused", "codes": ["EXPRESSION"]})
    assert isinstance((await judges.told(photo.application_id))[-1], PhotoRefused)


async def test_a_photo_whose_original_is_lost_says_so_instead_of_showing_a_broken_picture(
    judges: Judges, li: httpx.AsyncClient
) -> None:
    submitted = await judges.submission(compose(compliant(0)))
    await judges.photos.remove(submitted.original_key)
    assert isinstance(await judges.judge(submitted), PhotoReferred)
    looked = await li.get(f"/reviews/{submitted.photo_id}")
    assert (looked.status_code, looked.json()["pictures"]) == (200, {})
    page = (await li.get(f"/reviews/{submitted.photo_id}", headers=PAGE)).text
    assert "原图缺失" in page
    assert "<img" not in page
    assert "自动检测未能完成" in page
    refused = {"decision": "refused", "codes": ["MANUAL_OTHER"]}
    assert (await li.post(f"/reviews/{submitted.photo_id}", data=refused)).is_success


async def test_a_report_that_is_gone_does_not_hide_the_photo(judges: Judges, li: httpx.AsyncClient) -> None:
    photo = await referred(judges, 1)
    assert photo.report_key is not None
    await judges.photos.remove(photo.report_key)
    assert (await li.get(f"/reviews/{photo.photo_id}", headers=PAGE)).status_code == 200


async def test_an_alarm_is_listed_looked_at_and_answered(judges: Judges, li: httpx.AsyncClient, desk: FastAPI) -> None:
    for number in (0, 1):
        await judges.judge(await judges.submission(compose(compliant(number))))
    await judges.run_errands()
    assert "照片相同" in (await li.get("/duplicates", headers=PAGE)).text
    (alarm,) = (await li.get("/duplicates")).json()["alarms"]
    path = f"/duplicates/{alarm['id']}"
    looked = (await li.get(path)).json()
    for link in looked["pictures"].values():
        assert (await li.get(link)).headers["content-type"] == "image/jpeg"
    assert "是同一个人吗" in (await li.get(path, headers=PAGE)).text
    sent_on = await li.post(path, data={"decision": "different_people"}, headers=PAGE)
    assert (sent_on.status_code, sent_on.headers["location"]) == (303, "/duplicates")
    too_late = await li.post(path, data={"decision": "same_person"}, headers=PAGE)
    assert too_late.status_code == 409
    assert "不是同一人" in too_late.text
    assert (await li.post(path, data={"decision": "perhaps"})).status_code == 422
    async with signed_in(desk, "bit") as other_school:
        assert (await other_school.get(path)).status_code == 404
    async with signed_in(desk, "ops") as operator:
        assert (await operator.get("/duplicates")).status_code == 403


async def test_36_the_technical_check_is_started_watched_and_decided_at_the_desk(
    judges: Judges, campaign: Campaign, li: httpx.AsyncClient
) -> None:
    version = await judges.publish(campaign, review={"technical_check": True})
    smoothed = replace(compliant(0), width_px=1440, defect="smoothed", strength=2.0)
    submitted = await judges.submission(compose(smoothed), campaign_version=version)
    assert isinstance(await judges.judge(submitted), PhotoAccepted)
    await judges.run_errands()
    assert "开始检测" in (await li.get("/technical-checks", headers=PAGE)).text
    started = await li.post("/technical-checks", data={"campaign_id": "buct-2020"})
    assert (started.status_code, started.json()["photos"]) == (202, 1)
    assert "已检测 0 / 1 张" in (await li.get("/technical-checks", headers=PAGE)).text
    await judges.run_errands()
    overview = (await li.get("/technical-checks", headers=PAGE)).text
    assert "已检测 1 / 1 张" in overview
    assert "皮肤纹理" in overview
    path = f"/technical-checks/{submitted.photo_id}"
    assert "确认修图，撤销" in (await li.get(path, headers=PAGE)).text
    assert (await li.post(path, data={"decision": "revoked"}, headers=PAGE)).status_code == 303
    await _revoked(judges, submitted)
    late = await li.post(path, data={"decision": "kept"}, headers=PAGE)
    assert late.status_code == 409
    assert "已撤销" in late.text


async def _revoked(judges: Judges, submitted: PhotoSubmitted) -> None:
    revoked = (await judges.told(submitted.application_id))[-1]
    assert isinstance(revoked, PhotoRevoked)
    assert not revoked.banned, "this campaign has no sanction"


async def test_the_technical_check_of_an_open_window_says_why_not(
    judges: Judges, campaign: Campaign, li: httpx.AsyncClient
) -> None:
    window = {"opens_at": campaign.window.opens_at, "closes_at": "2099-01-01T00:00:00+08:00"}
    await judges.publish(campaign, review={"technical_check": True}, window=window)
    assert "采集结束后才能进行技术检测" in (await li.get("/technical-checks", headers=PAGE)).text
    assert (await li.post("/technical-checks", data={"campaign_id": "buct-2020"})).json()["code"] == "CHECK_TOO_EARLY"
    page = await li.post("/technical-checks", data={"campaign_id": "buct-2020"}, headers=PAGE)
    assert page.status_code == 409


@pytest.mark.parametrize(
    ("value", "low", "high", "unit", "sentence"),
    [
        (188.25, 200, 300, "px", "测得 188.25，允许 200 至 300 像素，低了 11.75"),
        (312, 200, 300, "px", "测得 312，允许 200 至 300 像素，超出 12"),
        (250, 200, 300, "px", "测得 250，允许 200 至 300 像素"),
        (0.9, None, 0.15, "", "测得 0.9，允许不超过 0.15，超出 0.75"),
        (0.1, 0.2, None, "", "测得 0.1，允许不低于 0.2，低了 0.1"),
        (1, 1, 1, "", "测得 1，允许 1"),
        (3, None, None, "", "测得 3"),
        (None, None, None, "", "未能测量，请人工判断"),
    ],
)
def test_a_finding_is_said_against_its_limit(value: Any, low: Any, high: Any, unit: str, sentence: str) -> None:
    finding = {"value": value, "unit": unit, "limits": {"low": low, "high": high}, "outcome": "unsure"}
    assert against_limit(finding) == sentence


def test_what_the_campaign_does_not_ask_for_is_not_for_a_person() -> None:
    finding = {"value": None, "unit": "", "limits": {"low": None, "high": None}, "outcome": "pass"}
    assert against_limit(finding) == "本次无此要求"


def test_a_person_may_refuse_for_what_no_measure_tells() -> None:
    """What the notices forbid and only people see: age of the picture, style, jewellery, make-up, whose face it is."""
    seen = {Reason.SRC_OLD, Reason.SRC_SELFIE, Reason.NOT_SELF, Reason.MAKEUP, Reason.JEWELLERY, Reason.EXPRESSION}
    seen |= {Reason.CLOTH_STYLE, Reason.CLOTH_PATTERN, Reason.EDIT_MIRROR, Reason.EDIT_BEAUTY, Reason.GLASSES_TINT}
    assert seen <= set(reviewers_reasons())
