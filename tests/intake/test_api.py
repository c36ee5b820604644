"""Do we hear and say right, over HTTP, on the real parts?"""

import asyncio
import io
import struct
import time
import zipfile
import zlib
from typing import Any
from uuid import uuid4

import pytest

from shared.events import (
    Entry,
    IdentityMatched,
    IdentityRefused,
    PaymentDue,
    PhotoAccepted,
    PhotoRefused,
    PhotoSubmitted,
)
from shared.reasons import Reason
from tests.connections import SEALER
from tests.intake.conftest import BIT, BUCT, Intake, Student, noise_jpeg
from tests.kafka import told, until


def huge_png() -> bytes:
    """20,000 × 20,000 pixels of one colour in under 2 MB: decoded, it would take 1.2 GB."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = zlib.compress(b"\0" * (20_000 * 3 + 1) * 2_000, 9)
    header = struct.pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def zipped() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("photo.jpg", b"x" * 200_000)
    return file.getvalue()


async def submitted(door: Intake) -> int:
    return len(await told(door.bootstrap, door.prefix + PhotoSubmitted.topic))


async def test_a_student_goes_from_the_first_tap_to_the_judge_and_on_to_the_fee(door: Intake) -> None:
    student = await door.student(until="confirm")
    state = await student.state()
    assert (state["stage"], state["entry"]["name"], state["entry"]["school_code"]) == ("upload", "毛小小", "10010")
    answer = await student.upload(noise_jpeg())
    assert answer.status_code == 201, answer.text
    assert answer.json()["stage"] == "checking"

    async def is_told() -> bool:
        return await submitted(door) == 1

    await until(is_told)
    fact = PhotoSubmitted.model_validate_json(
        (await told(door.bootstrap, door.prefix + PhotoSubmitted.topic))[0].value or b""
    )
    original = await door.http.get((await student.state())["photo"]["original"])
    assert original.content == noise_jpeg()
    assert original.headers["content-type"] == "image/jpeg"
    judged: dict[str, Any] = {**student.named, "photo_id": fact.photo_id, "attempt": 1, "decided_by": "judge"}
    refusal = PhotoRefused(**judged, revision=1, codes=(Reason.BG_COLOR,))
    state = await student.hear(refusal, "refused")
    assert state["photo"]["reasons"] == [{"code": "BG_COLOR", "text": "背景颜色不符合要求"}]

    again = await student.upload(noise_jpeg(seed=2))
    assert again.json()["photo"]["attempt"] == 2
    judged = {**judged, "photo_id": (await photo_id_of(door, 2)), "attempt": 2}
    await student.hear(PhotoAccepted(**judged, revision=1, standard_key="none/standard.jpg"), "approved")
    due = PaymentDue(**student.named, amount_fen=2000, unpaid_until=BUCT.window.closes_at)
    state = await student.hear(due, "pay")
    assert state["money"]["amount_fen"] == 2000
    assert (await student.post("/payment")).status_code == 202
    assert [each["what"] for each in state["timeline"]][:3] == ["consented", "contact.changed", "identity.submitted"]


async def photo_id_of(door: Intake, attempt: int) -> Any:
    async def is_told() -> bool:
        return await submitted(door) >= attempt

    await until(is_told)
    records = await told(door.bootstrap, door.prefix + PhotoSubmitted.topic)
    facts = [PhotoSubmitted.model_validate_json(record.value or b"") for record in records]
    return next(fact.photo_id for fact in facts if fact.attempt == attempt)


BAD_FILES = {
    "a ZIP called JPG": (zipped, Reason.FILE_TYPE),
    "a PNG": (lambda: noise_jpeg(kind="PNG")[:2_000_000], Reason.FILE_TYPE),
    "a 20,000 × 20,000 PNG": (huge_png, Reason.PIX_TOO_LARGE),
    "a JPEG cut off in the middle": (lambda: noise_jpeg()[:150_000], Reason.FILE_CORRUPT),
    "a file under 100,000 bytes": (lambda: noise_jpeg(480, 640)[:0] + noise_jpeg(300, 400), Reason.FILE_TOO_SMALL),
    "a picture under the standard size": (lambda: noise_jpeg(470, 1200), Reason.PIX_TOO_SMALL),
    "a file over 2 MB": (lambda: noise_jpeg() + b"\0" * 2_097_152, Reason.FILE_TOO_LARGE),
    "a file far over 2 MB": (lambda: noise_jpeg() + b"\0" * 12_000_000, Reason.FILE_TOO_LARGE),
    "nothing": (lambda: b"", Reason.FILE_TYPE),
}


@pytest.mark.parametrize("kind", BAD_FILES)
async def test_a_bad_file_is_refused_at_once_and_no_attempt_is_counted(door: Intake, kind: str) -> None:
    make, reason = BAD_FILES[kind]
    student = await door.student(until="confirm")
    answer = await student.upload(make())
    assert (answer.status_code, answer.json()["code"]) == (422, reason.value), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["title"] == reason.text
    assert "010-58691620" in answer.json()["support"]
    assert (await student.state())["photo"]["attempt"] == 0


async def test_a_broken_form_says_what_is_missing(door: Intake) -> None:
    student = await door.student(until="confirm")
    no_file = await student.post("/photos", data={"x": "0", "y": "0", "width": "900"})
    assert (no_file.status_code, no_file.json()["code"]) == (422, "BAD_REQUEST")
    no_frame = await student.post("/photos", files={"photo": ("a.jpg", noise_jpeg())}, data={"idempotency_key": "k"})
    assert no_frame.json()["code"] == "FRAME_OUTSIDE"
    outside = await student.upload(noise_jpeg(), width="9000")
    assert outside.json()["code"] == "FRAME_OUTSIDE"


async def test_an_upload_sent_twice_is_one_photo(door: Intake) -> None:
    student = await door.student(until="confirm")
    answers = await asyncio.gather(*(student.upload(noise_jpeg(), key="one") for _ in range(3)))
    assert {answer.status_code for answer in answers} == {201}
    assert (await student.upload(noise_jpeg(), key="one")).status_code == 201
    assert (await student.state())["photo"]["attempt"] == 1
    other = await student.upload(noise_jpeg(seed=1), key="one")
    assert (other.status_code, other.json()["code"]) == (409, "KEY_REUSED")
    second = await student.upload(noise_jpeg(seed=1))
    assert (second.status_code, second.json()["code"]) == (409, "PHOTO_UNDECIDED")


async def test_nobody_reads_or_moves_somebody_elses_application(door: Intake) -> None:
    student, stranger = await door.student(until="confirm"), await door.student()
    for path in ("/contact", "/identity", "/identity/confirmation", "/payment"):
        body = {"document_number": "1", "correct": True}
        answer = await door.http.post(f"/v1/applications/{student.id}{path}", json=body, headers=stranger.headers)
        assert answer.status_code == 404, path
    assert (await Student(door, stranger.headers, BUCT, student.id).upload(noise_jpeg())).status_code == 404
    get = f"/v1/applications/{student.id}"
    assert (await door.http.get(get, headers=stranger.headers)).status_code == 404
    assert (await door.http.get(get, headers={"Authorization": "Bearer made-up"})).status_code == 401
    assert (await door.http.get("/v1/pictures/made-up")).json()["code"] == "LINK_EXPIRED"


async def test_one_application_per_campaign_and_wechat_account(door: Intake) -> None:
    student = await door.student()
    path = f"/v1/campaigns/{BUCT.id}/applications"
    again = await door.http.post(path, headers=student.headers, json={"consent_version": BUCT.consent.version})
    assert (again.status_code, again.json()["id"]) == (200, student.id)
    old = await door.http.post(path, headers=student.headers, json={"consent_version": "1999"})
    assert (old.status_code, old.json()["code"]) == (409, "CONSENT_NEEDED")
    unknown = await door.http.post(
        "/v1/campaigns/nowhere/applications", headers=student.headers, json={"consent_version": "1"}
    )
    assert unknown.json()["code"] == "NO_CAMPAIGN"


async def test_one_roster_entry_belongs_to_the_first_who_confirms_it(door: Intake) -> None:
    first, second = await door.student(until="claim"), await door.student(until="claim")
    entry = Entry(name="毛小小", document_type="resident_id", document_number="x", student_no="1")
    sealed, entry_id = SEALER.seal(entry), uuid4()
    for student in (first, second):
        fact = IdentityMatched(**student.named, submission=1, entry_id=entry_id, entry=sealed)
        await student.hear(fact, "confirm")
    await first.confirm()
    refused = await second.post("/identity/confirmation", json={"correct": True})
    assert (refused.status_code, refused.json()["code"]) == (409, "ID_TAKEN")


async def test_a_phone_comes_before_the_claim_and_a_grant_before_the_photo_where_the_notice_says_so(
    door: Intake,
) -> None:
    student = await door.student()
    answer = await student.post("/identity", json={"document_number": "1"})
    assert (answer.status_code, answer.json()["code"]) == (409, "PHONE_NEEDED")
    wrong = await student.post("/contact", json={"phone_code": "made-up"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "PHONE_NEEDED")

    bit = await door.student(BIT)
    given = {"phone_code": f"phone-13900139000.{uuid4().hex}"}
    assert (await bit.post("/contact", json=given)).status_code == 200
    await bit.claim()
    await bit.match()
    await bit.confirm()
    assert (await bit.upload(noise_jpeg())).json()["code"] == "NOTIFY_NEEDED"
    await bit.post("/contact", json={"granted": ["payment-reminder", "made-up"]})
    assert (await bit.upload(noise_jpeg())).json()["code"] == "NOTIFY_NEEDED", "neither tells the result"
    await bit.post("/contact", json={"granted": ["photo-accepted"]})
    assert (await bit.upload(noise_jpeg())).status_code == 201


async def test_a_long_poll_answers_at_the_change_and_not_before(door: Intake) -> None:
    student = await door.student(until="claim")
    revision = (await student.state())["revision"]
    started = time.monotonic()
    assert (await student.state(wait=1, after=revision))["revision"] == revision
    assert time.monotonic() - started >= 1
    waiting = asyncio.create_task(student.state(wait=20, after=revision))
    await student.match()
    assert (await waiting)["stage"] == "confirm"


async def test_wrong_input_is_named_without_its_value(door: Intake) -> None:
    student = await door.student(until="contact")
    number = "110105194912310021" * 9
    answer = await student.post("/identity", json={"document_number": number})
    assert answer.status_code == 422
    assert "document_number" in answer.json()["detail"]
    assert number not in answer.text


async def test_campaigns_say_what_a_student_must_know(door: Intake) -> None:
    views = (await door.http.get("/v1/campaigns")).json()
    assert {view["id"] for view in views} == {BUCT.id, BIT.id}
    assert all(view["is_open"] for view in views)
    view = (await door.http.get(f"/v1/campaigns/{BUCT.id}")).json()
    assert view["support"] == ["照片社 010-58691620 9:30-17:00", "徐老师 xucd@mail.buct.edu.cn"]
    assert (view["fee_fen"], view["upload_max_bytes"]) == (2000, 2_097_152)


async def test_health_and_metrics_tell_the_truth(door: Intake) -> None:
    assert (await door.http.get("/health/live")).status_code == 200

    async def is_ready() -> bool:
        return (await door.http.get("/health/ready")).status_code == 200

    await until(is_ready)
    page = (await door.http.get("/metrics")).text
    for name in ("consumer_lag", "oldest_unhandled_seconds", "dead_letters", "outbox_waiting"):
        assert f"gradphoto_{name}" in page


async def test_whom_to_ask_is_said_where_a_match_fails(door: Intake) -> None:
    student = await door.student(until="claim")
    state = await student.hear(IdentityRefused(**student.named, submission=1, reason=Reason.ID_NAME_DIFF), "unmatched")
    assert state["reason"] == {"code": "ID_NOT_FOUND", "text": "未匹配到采集信息"}
    assert "010-58691620 9:30-17:00" in state["support"]
