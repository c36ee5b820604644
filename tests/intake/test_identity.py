"""Levels, reminders, capture codes and 特征码 over HTTP, and what is left of an account after an erasure."""

from typing import Any

from sqlalchemy import text

from shared.events import IdentityRefused
from shared.reasons import Reason
from tests.intake.conftest import Intake, noise_jpeg
from tests.intake.registering import CAPTURE, NCEPU, XINHUA, registrant, student_of


async def test_a_level_comes_before_name_and_number_and_a_reminder_before_the_photo(door: Intake) -> None:
    student = await student_of(door, NCEPU)
    claim = {"name": "毛小小", "document_number": student.number}
    for level in ({}, {"level": "本科"}):
        answer = await student.post("/identity", json=claim | level)
        assert (answer.status_code, answer.json()["code"]) == (422, "LEVEL_NEEDED")
        assert answer.json()["support"] == "咨询电话 010-58691620 9:30-17:00"
    lacking = await student.post("/identity", json={"name": "毛小小", "level": "博士研究生"})
    assert (lacking.status_code, lacking.json()["code"]) == (422, "BAD_REQUEST")
    assert "document_number" in lacking.json()["detail"]
    assert (await student.post("/identity", json=claim | {"level": "博士研究生"})).status_code == 202
    told = await student.claimed()
    assert (told.name, told.document_number, told.level) == ("毛小小", student.number, "博士研究生")
    await student.matched()
    await student.confirm()

    campaign = (await door.http.get(f"/v1/campaigns/{NCEPU.id}")).json()
    assert campaign["reminder"] == NCEPU.reminder
    assert (await student.state())["stage"] == "remind"
    early = await student.upload(noise_jpeg())
    assert (early.status_code, early.json()["code"]) == (409, "REMINDER_UNREAD")
    for _ in range(2):
        assert (await student.post("/reminder")).json()["stage"] == "upload"
    timeline = (await student.state())["timeline"]
    assert [each["what"] for each in timeline].count("reminder.acknowledged") == 1
    assert (await student.upload(noise_jpeg())).status_code == 201


async def test_a_capture_code_travels_sealed_and_its_refusal_is_told(door: Intake) -> None:
    student = await student_of(door, CAPTURE)
    for claim in ({}, {"capture_code": "CHSI:abc"}, {"capture_code": "CHSI:abc", "last_four": "12"}):
        answer = await student.post("/identity", json=claim)
        assert (answer.status_code, answer.json()["code"]) == (422, "BAD_REQUEST"), claim
    too_long = await student.post("/identity", json={"capture_code": "码" * 1000, "last_four": "002X"})
    assert (too_long.status_code, too_long.json()["code"]) == (422, "CODE_INVALID")
    assert (await student.post("/identity", json={"capture_code": "CHSI:abc", "last_four": "002x"})).status_code == 202
    told = await student.claimed()
    assert (told.capture_code, told.last_four, told.document_number) == ("CHSI:abc", "002X", "")
    await door.teller.tell(IdentityRefused(**student.named, submission=1, reason=Reason.CODE_MISMATCH))
    state = await student.state()
    while state["stage"] != "unmatched":
        state = await student.state(wait=10, after=state["revision"])
    assert state["reason"] == {"code": "CODE_MISMATCH", "text": "采集码与学籍不一致"}
    assert state["support"] == CAPTURE.support


async def test_a_wrong_feature_code_is_refused_and_not_guessed(door: Intake) -> None:
    student = await registrant(door)
    claim: dict[str, Any] = {"collection": "group", "feature_code": "wrong1"}
    early = await student.post("/identity", json=claim)
    assert (early.status_code, early.json()["code"]) == (401, "SIGN_IN")
    await student.photograph()
    await student.register()
    for _ in range(XINHUA.identity.attempts_per_source):
        answer = await student.post("/identity", json=claim)
        assert (answer.status_code, answer.json()["code"]) == (422, "CODE_INVALID")
        assert answer.json()["support"] == XINHUA.support
    right = await student.post("/identity", json={"collection": "group", "feature_code": XINHUA.identity.feature_code})
    assert (right.status_code, right.json()["code"]) == (429, "ID_LIMIT")
    assert (await student.state())["identity"] == "registered"


async def test_an_erasure_takes_the_account_the_codes_and_the_tries_with_it(door: Intake) -> None:
    student = await registrant(door)
    await student.photograph()
    await student.register()
    await student.sign_out()
    assert (await student.post("/erasure")).json()["code"] == "SIGN_IN"
    await student.photograph()
    assert (await student.sign_in("wrong-pass-1")).status_code == 403
    assert (await student.sign_in()).status_code == 201
    other = await registrant(door)
    await other.photograph()
    assert (await other.sign_in()).status_code == 201
    assert (await student.post("/erasure")).status_code == 202
    assert (await door_rows(door, "accounts"), (await other.state())["account"]["state"]) == (1, "signed_in")
    assert (await other.post("/erasure")).status_code == 202
    assert [await door_rows(door, table) for table in ("accounts", "codes", "tries")] == [0, 0, 0]
    again = await registrant(door)
    await again.photograph()
    assert (await again.register(phone="13900139000")).status_code == 201


async def door_rows(door: Intake, table: str) -> int:
    async with door.service.engine.connect() as connection:
        return int((await connection.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one())
