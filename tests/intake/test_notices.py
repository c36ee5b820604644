"""The steps of each notice, with its own file: what the student reads, may do and is refused at the door."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx

from shared.events import (
    IdentityRefused,
    PaymentDue,
    PhotoAccepted,
    PhotoPrepared,
    PhotoReferred,
    PhotoRefused,
    PhotoUploaded,
)
from shared.reasons import Reason
from tests.intake.conftest import BIT, BUCT, Intake, Student, noise_jpeg
from tests.intake.lives import acts, judged, newest, pay, photo
from tests.intake.registering import CAPTURE, NCEPU, PASSWORD, XINHUA, Registrant, number_of, registrant, student_of
from tests.intake.test_photos import FRAME

ORDER_NO = "0000-20200714160054374"


def texts(state: dict[str, Any]) -> dict[str, str]:
    """What the student reads on the buttons."""
    return {each["action"]: each["text"] for each in state["actions"]}


def said_no(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def due(student: Student, **more: Any) -> dict[str, Any]:
    fee = {"amount_fen": student.campaign.payment.fee_fen, "unpaid_until": student.campaign.window.closes_at}
    return await student.hear(PaymentDue(**student.named, **fee, **more), "pay")


async def told(student: Student, kind: type[Any], stage: str, revision: int = 1, **more: Any) -> dict[str, Any]:
    by = "person" if revision > 1 else "judge"
    return await student.hear(kind(**await judged(student.intake, student, revision, by), **more), stage)


async def paid(student: Student, stage: str) -> dict[str, Any]:
    await pay(student, ORDER_NO)
    return await student.until_stage(stage)


async def test_buct_and_bit_from_the_notice_to_the_completion_page(door: Intake) -> None:
    for campaign, claim in (
        (BUCT, {"document_number": number_of()}),
        (BIT, {"name": "毛小小", "document_type": "resident_id", "document_number": number_of()}),
    ):
        shown = (await door.http.get(f"/v1/campaigns/{campaign.id}")).json()
        assert (shown["title"], shown["notice"]) == (campaign.title, campaign.consent.notice)
        assert {"photo-accepted", "photo-refused"} <= set(shown["templates"]), "to be agreed to"
        student = await student_of(door, campaign)
        assert (await student.post("/identity", json=claim)).status_code == 202
        await found_and_confirmed(student)
        if campaign is BIT:
            assert said_no(await student.upload(noise_jpeg())) == (409, "NOTIFY_NEEDED")
            await student.post("/contact", json={"granted": ["photo-accepted"]})
        state = (await student.upload(noise_jpeg())).json()
        assert (state["stage"], state["stage_text"]) == ("checking", "照片检测中")
        state = await told(student, PhotoRefused, "refused", codes=(Reason.BLUR,))
        assert (state["stage_text"], texts(state)["upload"]) == ("照片未通过，请重新采集", "再编辑")
        assert (await student.upload(noise_jpeg(seed=1))).json()["stage"] == "checking"
        await told(student, PhotoReferred, "in_review", codes=(Reason.POSE_ROLL,))
        await told(student, PhotoAccepted, "approved", revision=2, standard_key="s/standard.jpg")
        state = await due(student)
        assert (state["stage_text"], state["money"]["amount_fen"]) == ("审核通过，请付款", 2000)
        assert texts(state)["pay"] == "去支付"
        assert (await paid(student, "complete"))["stage_text"] == "采集完成"


async def found_and_confirmed(student: Registrant) -> None:
    """What was found is shown; who says that it is not right is told whom to ask, and may try again."""
    state = await student.matched()
    shown = ("school", "school_code", "student_no", "name")
    school = student.campaign.school
    assert [state["entry"][each] for each in shown] == [school.name, school.code, "1114827492", "毛小小"]
    wrong = (await student.post("/identity/confirmation", json={"correct": False})).json()
    assert (wrong["stage"], wrong["stage_text"]) == ("unmatched", "未匹配到采集信息")
    assert wrong["support"] == student.campaign.support
    assert "upload" not in acts(wrong)
    claim = {"name": "毛小小", "document_number": student.number}
    assert (await student.post("/identity", json=claim)).status_code == 202
    await student.matched()
    await student.confirm()


async def test_ncepu_from_the_search_for_the_school_to_a_result_without_a_second_fee(door: Intake) -> None:
    student = await student_of(door, NCEPU)
    (school,) = (await door.http.get("/v1/schools", params={"q": "华北电力"})).json()
    (collection,) = school["campaigns"]
    claim = {"name": "毛小小", "document_number": student.number, "level": collection["levels"][0]}
    assert (await student.post("/identity", json=claim)).status_code == 202
    nobody = IdentityRefused(**student.named, submission=1, reason=Reason.ID_NOT_FOUND)
    assert "010-58691620" in (await student.hear(nobody, "unmatched"))["support"]
    assert (await student.post("/identity", json=claim)).status_code == 202
    await student.matched()
    await student.confirm()
    assert texts(await student.state())["remind"] == "我知道了"
    assert said_no(await student.upload(noise_jpeg())) == (409, "REMINDER_UNREAD")
    assert (await student.post("/reminder")).json()["stage"] == "upload"

    for body, fields, reason in (
        (noise_jpeg(), {"device": "computer"}, "UPLOAD_DEVICE"),
        (noise_jpeg(), {"device": ""}, "UPLOAD_DEVICE"),
        (noise_jpeg(160, 213), {}, "FILE_TOO_SMALL"),
        (noise_jpeg(470, 1200), {}, "PIX_TOO_SMALL"),
        (noise_jpeg(), {"width": "300"}, "PIX_TOO_SMALL"),
        (noise_jpeg(kind="PNG"), {}, "FILE_TYPE"),
    ):
        assert said_no(await student.upload(body, **fields)) == (422, reason)
    assert (await student.state())["photo"]["attempt"] == 0

    assert (await student.upload(noise_jpeg())).json()["stage"] == "ordering"
    assert (await due(student))["money"]["amount_fen"] == 2000
    await paid(student, "checking")
    state = await told(student, PhotoReferred, "in_review", codes=(Reason.REVIEW_PLANNED,))
    assert state["stage_text"] == "照片人工审核中"
    await told(student, PhotoRefused, "refused", revision=2, codes=(Reason.SRC_SELFIE,))
    again = (await student.upload(noise_jpeg(seed=1))).json()
    assert (again["stage"], again["photo"]["attempt"]) == ("checking", 2), "no new fee"
    state = await told(student, PhotoAccepted, "complete", standard_key="s/standard.jpg")
    assert state["stage_text"] == "采集完成"


async def test_xinhua_from_the_identity_card_to_a_refusal_that_is_edited_again(door: Intake) -> None:
    student = await registrant(door)
    await student.photograph()
    await student.register()
    code = {"collection": "group", "feature_code": "p7uksh"}
    assert (await student.post("/identity", json=code)).status_code == 202
    await student.matched()
    await student.confirm()

    state = await prepared(student, "album", times=1)
    assert texts(state)["retake"] == "重新拍摄"
    assert (await photo(student, "retake"))["stage"] == "upload"
    await prepared(student, "camera", times=2)
    assert (await photo(student, "acceptance"))["stage"] == "ordering"

    await due(student, order_no=ORDER_NO)
    (order,) = await orders(student)
    shown = ("order_no", "name", "school", "major", "school_code", "document_number", "state_text")
    masked = f"110105********{student.number[-4:]}"
    assert [order[each] for each in shown] == [ORDER_NO, "毛小小", "示例大学", "控制工程", "10999", masked, "请付款"]
    assert datetime.now(UTC) >= datetime.fromisoformat(order["ordered_at"]) > XINHUA.window.opens_at
    assert texts(order) == {"pay": "去支付"}
    await paid(student, "checking")

    await told(student, PhotoReferred, "in_review", codes=(Reason.REVIEW_PLANNED,))
    refused_at, terms = datetime.now(UTC), XINHUA.resubmission
    until = {"resubmit_by": terms.enforced_by(refused_at), "advised_by": terms.advised_by(refused_at)}
    state = await told(student, PhotoRefused, "refused", revision=2, codes=(Reason.MAKEUP,), **until)
    days = [(each["text"], (datetime.fromisoformat(each["at"]) - refused_at).days) for each in state["deadlines"]]
    assert days == [("建议重新提交时间", 2), ("重新提交截止时间", 7)]

    await student.sign_out()
    assert [(each["name"], each["actions"]) for each in await orders(student)] == [(None, [])]
    await student.photograph()
    assert (await student.sign_in(PASSWORD)).status_code == 201
    (order,) = await orders(student)
    assert (order["order_no"], texts(order)) == (ORDER_NO, {"upload": "再编辑"})
    await prepared(student, "album", times=3)
    assert (await photo(student, "acceptance"))["stage"] == "checking", "the fee was paid"
    assert (await newest(door, student)).follows == "refusal"


async def test_since_2023_a_code_makes_the_entry_the_fee_comes_first_and_only_the_camera_counts(door: Intake) -> None:
    student = await student_of(door, CAPTURE)
    claim = {"capture_code": "CHSI:abc", "last_four": "002X", "name": "毛小小", "document_number": student.number}
    assert (await student.post("/identity", json=claim)).status_code == 202
    kept = await student.claimed()
    assert (kept.name, kept.document_number, kept.capture_code) == (None, "", "CHSI:abc"), "neither is asked for"
    await student.matched()
    await student.confirm()
    assert said_no(await uploaded(student, "camera")) == (409, "PAY_UNPAID")
    await due(student)
    assert said_no(await uploaded(student, "camera")) == (409, "PAY_UNPAID")
    await paid(student, "upload")
    assert said_no(await uploaded(student, "album")) == (422, "UPLOAD_SOURCE")
    assert said_no(await uploaded(student, None)) == (422, "UPLOAD_SOURCE")
    await prepared(student, "camera", times=1)
    assert (await photo(student, "acceptance"))["stage"] == "checking"
    assert (await told(student, PhotoAccepted, "complete", standard_key="s/standard.jpg"))["waits_for"] == "exporter"


async def uploaded(student: Student, source: str | None) -> httpx.Response:
    """Where the picture is prepared, no frame is given."""
    fields = {"idempotency_key": uuid4().hex} | ({"source": source} if source else {})
    return await student.post("/photos", data=fields, files={"photo": ("a.jpg", noise_jpeg(seed=len(fields)))})


async def prepared(student: Student, source: str, times: int) -> dict[str, Any]:
    """The validator answers the nth upload."""
    answer = await uploaded(student, source)
    assert answer.status_code == 201, answer.text
    fact = await student.intake.until_told(PhotoUploaded, times)
    about = {**student.named, "photo_id": fact.photo_id, "prepared_key": "p/prepared.jpg", "frame": FRAME}
    return await student.hear(PhotoPrepared(**about), "prepared")


async def orders(student: Student) -> list[dict[str, Any]]:
    answer = await student.intake.http.get("/v1/orders", headers=student.headers)
    assert answer.status_code == 200, answer.text
    return list(answer.json())
