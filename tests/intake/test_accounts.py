"""Registration by a picture of the document, signing in and out, a forgotten password: on the real parts."""

import asyncio
import time
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from shared.events import CodeMessage, Contact, ContactChanged, IdCardRefused, MessageRequested
from shared.photos import IDCARDS, Objects
from shared.reasons import Reason
from shared.settings import StoreSettings
from tests.connections import SEALER
from tests.intake.conftest import BUCT, Intake, noise_jpeg
from tests.intake.registering import CAPTURE, PASSWORD, PHONE, XINHUA, Registrant, number_of, registrant, uploaded
from tests.kafka import told, until

NEW_PASSWORD = "another-2022"
ABROAD = "+49 151 12345678"


def idcards(parts: Any) -> Objects:
    settings = StoreSettings(endpoint=parts.s3_endpoint, access_key=parts.s3_access_key, secret_key=parts.s3_secret_key)
    return Objects(settings, IDCARDS)


async def registered(door: Intake, **changed: Any) -> Registrant:
    student = await registrant(door, number=changed.pop("number", None))
    await student.photograph()
    answer = await student.register(**changed)
    assert answer.status_code == 201, answer.text
    return student


def said_no(answer: Any) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


async def test_a_student_registers_and_is_signed_in_and_found_by_the_feature_code(door: Intake, parts: Any) -> None:
    student = await registrant(door)
    state = await student.state()
    assert (state["stage"], state["account"]["state"]) == ("register", "none")
    read = (await student.photograph())["account"]["card"]
    assert (read["name"], read["document_number"], read["sex"]) == ("毛小小", student.number, "女")
    assert read["born_on"] == "1999-01-01"

    answer = await student.register()
    assert answer.status_code == 201, answer.text
    state = answer.json()
    assert (state["stage"], state["identity"], state["account"]["state"]) == ("identify", "registered", "signed_in")
    assert state["account"]["card"]["name"] is None  # it has served
    contact = (await student.said(ContactChanged))[-1].contact
    assert SEALER.open(contact, Contact).phone == f"+86{PHONE}"
    account = await door.http.get(f"/v1/applications/{student.id}/account", headers=student.headers)
    assert account.json()["document_number"] == "110105********" + student.number[-4:]
    assert account.json()["phone"] == "+86138****8000"

    answer = await student.post("/identity", json={"collection": "group", "feature_code": XINHUA.identity.feature_code})
    assert answer.status_code == 202, answer.text
    claim = await student.claimed()
    assert (claim.name, claim.document_number, claim.collection) == ("毛小小", student.number, "group")
    assert (await student.matched())["stage"] == "confirm"
    await student.confirm()
    assert (await student.state())["stage"] == "upload"


async def test_individual_collection_needs_no_code(door: Intake) -> None:
    student = await registered(door)
    assert (await student.post("/identity", json={"collection": "individual"})).status_code == 202
    assert (await student.claimed()).collection == "individual"


async def test_a_picture_of_a_document_is_gone_at_once_when_read_and_within_minutes_when_not(
    door: Intake, parts: Any, tmp_path: Any
) -> None:
    student, store = await registrant(door), idcards(parts)
    await student.photograph()
    (first,) = await uploaded(student)
    assert student.id in first.object_key
    assert student.number not in first.object_key

    async def is_gone() -> bool:
        return await store.keys(f"{student.id}/") == []

    await until(is_gone, what="the picture that was read was not deleted")
    assert (await student.picture(noise_jpeg(640, 400, seed=2))).status_code == 202
    assert len(await store.keys(f"{student.id}/")) == 1
    (tmp_path / "clock").write_text(str(XINHUA.identity.id_card_minutes * 60 + 1))
    await until(is_gone, what="the picture that nobody read was not deleted")


async def test_what_was_read_and_not_used_is_forgotten_within_an_hour(door: Intake, tmp_path: Any) -> None:
    student = await registrant(door)
    await student.photograph()
    (tmp_path / "clock").write_text("3601")
    assert (await student.until_card("none"))["account"]["card"]["document_number"] is None


async def test_a_picture_sent_twice_is_read_once(door: Intake) -> None:
    student = await registrant(door)
    answers = await asyncio.gather(*(student.picture(noise_jpeg(640, 400), key="one") for _ in range(2)))
    assert {answer.status_code for answer in answers} == {202}
    assert (await student.picture(noise_jpeg(640, 400), key="one")).json()["account"]["card"]["reading"] == 1
    assert len(await uploaded(student)) == 1


async def test_a_picture_that_cannot_be_read_says_so_and_another_may_be_taken(door: Intake) -> None:
    student = await registrant(door)
    await student.picture(noise_jpeg(640, 400))
    await door.teller.tell(IdCardRefused(**student.named, reading=1, reason=Reason.ID_CARD_UNREAD))
    card = (await student.until_card("unread"))["account"]["card"]
    assert card["reason"] == {"code": "ID_CARD_UNREAD", "text": "证件照片无法识别，请重拍"}
    assert said_no(await student.register()) == (422, "ID_CARD_UNREAD")
    assert (await student.photograph())["account"]["card"]["reading"] == 2


@pytest.mark.parametrize(
    ("body", "code"),
    [(b"GIF89a", "FILE_TYPE"), (noise_jpeg(640, 400)[:9000], "FILE_CORRUPT"), (b"\xff" * 5_300_000, "FILE_TOO_LARGE")],
    ids=["no picture", "cut off", "over 5 MB"],
)
async def test_a_bad_picture_is_refused_at_once_with_whom_to_ask(door: Intake, body: bytes, code: str) -> None:
    student = await registrant(door)
    answer = await student.picture(body)
    assert said_no(answer) == (422, code)
    assert answer.json()["support"] == XINHUA.support


async def test_registering_belongs_to_campaigns_that_ask_for_it(door: Intake) -> None:
    student = await registrant(door, CAPTURE)
    assert said_no(await student.picture(noise_jpeg(640, 400))) == (409, "NOT_OFFERED")
    assert said_no(await student.post("/sms-codes", json={"phone": PHONE})) == (409, "NOT_OFFERED")
    assert (await student.state())["account"] is None


WRONG_FORMS: dict[str, tuple[dict[str, Any], Reason]] = {
    "a number that is none": ({"document_number": "110105199901011021"}, Reason.ID_CHECKSUM),
    "another birth date than printed": ({"document_number": number_of(date(1998, 1, 1))}, Reason.ID_CARD_DIFF),
    "a man's number on a woman's card": ({"document_number": number_of(sequence=103)}, Reason.ID_CARD_DIFF),
    "another sex than the number's": ({"sex": "男"}, Reason.ID_CARD_DIFF),
    "a document that the campaign does not take": ({"document_type": "taiwan_permit"}, Reason.BAD_REQUEST),
    "letters only": ({"password": "diploma", "password_again": "diploma"}, Reason.PASSWORD_WEAK),
    "seven characters": ({"password": "diplom1", "password_again": "diplom1"}, Reason.PASSWORD_WEAK),
    "two passwords": ({"password_again": "diploma2023"}, Reason.PASSWORD_DIFF),
    "no phone": ({"phone": "1380013800"}, Reason.BAD_REQUEST),
    "no e-mail": ({"email": "mao"}, Reason.BAD_REQUEST),
    "a wrong code": ({"code": "000000"}, Reason.SMS_CODE_WRONG),
}


async def test_a_wrong_form_says_what_is_wrong_and_never_its_values(door: Intake) -> None:
    student = await registrant(door)
    await student.photograph()
    code = await student.code()
    for what, (changed, reason) in WRONG_FORMS.items():
        form = student.form("111111" if code == "000000" else code) | changed
        answer = await student.post("/account", json=form)
        assert said_no(answer) == (422, reason.value), what
        shown = [str(value) for name, value in form.items() if name not in ("sex", "document_type")]
        assert not [value for value in shown if value in answer.text], what
    assert (await student.post("/account", json=student.form(code))).status_code == 201


async def test_a_misread_number_is_corrected_and_a_passport_needs_no_reading(door: Intake) -> None:
    student = await registrant(door, number=number_of(sequence=104))
    await student.photograph(document_number=number_of(sequence=184), name="毛小个")
    assert (await student.register()).status_code == 201
    foreigner = await registrant(door, number="E12345678")
    assert said_no(await foreigner.register(document_type="passport", phone=ABROAD)) == (422, "ID_CARD_NEEDED")
    await foreigner.picture(noise_jpeg(640, 400))
    await door.teller.tell(IdCardRefused(**foreigner.named, reading=1, reason=Reason.ID_CARD_UNREAD))
    await foreigner.until_card("unread")
    form = foreigner.form(await foreigner.sent_code(), document_type="passport", document_number="e 1234-5678")
    assert (await foreigner.post("/account", json=form | {"phone": ABROAD})).status_code == 201


async def test_one_account_per_document_and_a_repeated_registration_changes_nothing(door: Intake) -> None:
    first = await registered(door)
    again = await first.post("/account", json=first.form("999999"))
    assert (again.status_code, again.json()["account"]["state"]) == (201, "signed_in")
    second = await registrant(door)
    await second.photograph()
    assert said_no(await second.register(phone="13900139000")) == (422, "ID_EXISTS")


async def test_two_who_register_one_document_at_once_make_one_account(door: Intake) -> None:
    both = [await registrant(door), await registrant(door)]
    forms = []
    for student, phone in zip(both, (PHONE, "13900139000"), strict=True):
        await student.photograph()
        forms.append(student.form(await student.code(phone), phone=phone))
    posts = (student.post("/account", json=form) for student, form in zip(both, forms, strict=True))
    answers = await asyncio.gather(*posts)
    assert sorted(answer.status_code for answer in answers) == [201, 422]
    (refused,) = (answer for answer in answers if answer.status_code == 422)
    assert refused.json()["code"] == "ID_EXISTS"


async def test_five_wrong_codes_end_a_code_and_so_do_five_minutes(door: Intake, tmp_path: Any) -> None:
    student = await registrant(door)
    await student.photograph()
    code = await student.code()
    wrong = "111111" if code != "111111" else "222222"
    for _ in range(5):
        assert said_no(await student.post("/account", json=student.form(wrong))) == (422, "SMS_CODE_WRONG")
    assert said_no(await student.post("/account", json=student.form(code))) == (422, "SMS_CODE_WRONG")
    (tmp_path / "clock").write_text("61")
    assert (await student.post("/sms-codes", json={"phone": PHONE})).status_code == 202
    code = await student.sent_code(2)
    other_phone = student.form(code, phone="13900139000")
    assert said_no(await student.post("/account", json=other_phone)) == (422, "SMS_CODE_WRONG")
    (tmp_path / "clock").write_text("362")
    assert said_no(await student.post("/account", json=student.form(code))) == (422, "SMS_CODE_WRONG")


async def test_codes_come_once_a_minute_five_times_an_hour_sealed_and_hashed(door: Intake, tmp_path: Any) -> None:
    student, other = await registrant(door), await registrant(door)
    for minute in range(5):
        (tmp_path / "clock").write_text(str(minute * 61))
        assert (await student.post("/sms-codes", json={"phone": PHONE})).status_code == 202
        assert said_no(await student.post("/sms-codes", json={"phone": PHONE})) == (429, "SMS_CODE_TOO_SOON")
    (tmp_path / "clock").write_text(str(5 * 61))
    assert said_no(await other.post("/sms-codes", json={"phone": f"+86 {PHONE}"})) == (429, "SMS_CODE_TOO_SOON")
    (tmp_path / "clock").write_text("3700")
    assert (await other.post("/sms-codes", json={"phone": PHONE})).status_code == 202

    codes = [SEALER.open(fact.message, CodeMessage).code for fact in await student.said(MessageRequested, 5)]
    assert all(len(code) == 6 and code.isdigit() for code in codes)
    records = await told(door.bootstrap, door.prefix + MessageRequested.topic)
    async with door.service.engine.connect() as connection:
        rows = str((await connection.execute(text("SELECT * FROM codes"))).all())
    for secret in (*codes, PHONE):
        assert not any(secret.encode() in (record.value or b"") for record in records)
        assert f"'{secret}'" not in rows


async def test_whoever_signs_out_sees_and_does_nothing_until_signing_in_again(door: Intake) -> None:
    student = await registered(door)
    await student.post("/identity", json={"collection": "individual"})
    await student.matched()
    await student.confirm()
    assert (await student.state())["entry"]["name"] == "毛小小"
    assert (await student.sign_out()).json()["account"]["state"] == "signed_out"
    assert (await student.sign_out()).status_code == 200
    state = await student.state()
    assert (state["entry"], state["identity"], state["account"]["state"]) == (None, "confirmed", "signed_out")
    upload = await student.post("/photos", data={"idempotency_key": "k"}, files={"photo": ("a.jpg", noise_jpeg())})
    assert said_no(upload) == (401, "SIGN_IN")
    assert (await door.http.get(f"/v1/applications/{student.id}/account", headers=student.headers)).status_code == 401
    assert said_no(await student.sign_in()) == (422, "ID_CARD_NEEDED")
    await student.photograph()
    assert (await student.sign_in()).json()["account"]["state"] == "signed_in"
    assert (await student.state())["entry"]["name"] == "毛小小"


async def test_unknown_and_wrong_are_one_answer_in_one_time(door: Intake) -> None:
    known = await registered(door)
    await known.sign_out()
    unknown = await registrant(door, number=number_of(sequence=204))
    took: dict[str, list[float]] = {"known": [], "unknown": []}
    answers = []
    for student, which in ((known, "known"), (unknown, "unknown")):
        await student.photograph()
        for _ in range(5):
            started = time.perf_counter()
            answers.append(await student.sign_in("wrong-pass-1"))
            took[which].append(time.perf_counter() - started)
    assert {answer.text for answer in answers} == {answers[0].text}
    assert said_no(answers[0]) == (403, "PASSWORD_WRONG")
    assert answers[0].json()["support"] == XINHUA.support
    assert min(took["unknown"]) > min(took["known"]) / 2  # argon2 is most of both


async def test_passwords_are_not_guessed(door: Intake) -> None:
    student = await registered(door)
    await student.sign_out()
    await student.photograph()
    for _ in range(XINHUA.identity.attempts_per_identity):
        assert said_no(await student.sign_in("wrong-pass-1")) == (403, "PASSWORD_WRONG")
    assert said_no(await student.sign_in(PASSWORD)) == (429, "ID_LIMIT")
    elsewhere = await registrant(door)
    await elsewhere.photograph()
    assert said_no(await elsewhere.sign_in(PASSWORD)) == (429, "ID_LIMIT")


async def test_a_forgotten_password_is_made_anew_by_picture_and_code(door: Intake, tmp_path: Any) -> None:
    student = await registered(door)
    await student.sign_out()
    document = {"document_number": student.number}
    assert said_no(await student.post("/password-codes", json=document)) == (422, "ID_CARD_NEEDED")
    await student.photograph()
    (tmp_path / "clock").write_text("61")
    assert (await student.post("/password-codes", json=document)).status_code == 202
    facts = await student.said(MessageRequested, 2)
    message = SEALER.open(facts[-1].message, CodeMessage)
    assert message.phone == f"+86{PHONE}"
    new = {**document, "password": NEW_PASSWORD, "password_again": NEW_PASSWORD, "code": message.code}
    url = f"/v1/applications/{student.id}/account/password"
    weak = await door.http.put(url, json=new | {"password": "x", "password_again": "x"}, headers=student.headers)
    assert said_no(weak) == (422, "PASSWORD_WEAK")
    changed = await door.http.put(url, json=new, headers=student.headers)
    assert (changed.status_code, changed.json()["account"]["state"]) == (200, "signed_in")

    await student.sign_out()
    await student.photograph()
    assert said_no(await student.sign_in(PASSWORD)) == (403, "PASSWORD_WRONG")
    assert (await student.sign_in(NEW_PASSWORD)).status_code == 201


async def test_a_code_for_nobodys_document_is_answered_alike_and_never_sent(door: Intake) -> None:
    student = await registrant(door)
    await student.photograph()
    document = {"document_number": student.number}
    answer = await student.post("/password-codes", json=document)
    assert (answer.status_code, set(answer.json())) == (202, {"expires_at", "again_at"})
    assert said_no(await student.post("/password-codes", json=document)) == (429, "SMS_CODE_TOO_SOON")
    records = await told(door.bootstrap, door.prefix + MessageRequested.topic)
    assert not [record for record in records if student.id.encode() in (record.value or b"")]


async def test_an_account_serves_another_wechat_but_its_case_stays_where_it_was_confirmed(door: Intake) -> None:
    student = await registered(door)
    await student.post("/identity", json={"collection": "individual"})
    entry_id = uuid4()
    await student.matched(entry_id)
    await student.confirm()
    elsewhere = await registrant(door)
    await elsewhere.photograph()
    assert (await elsewhere.sign_in()).json()["stage"] == "identify"
    await elsewhere.post("/identity", json={"collection": "individual"})
    await elsewhere.matched(entry_id)
    taken = await elsewhere.post("/identity/confirmation", json={"correct": True})
    assert said_no(taken) == (409, "ID_TAKEN")
    assert taken.json()["support"] == XINHUA.support


async def test_a_confirmed_case_is_not_entered_by_another_account(door: Intake) -> None:
    friend = await registered(door, number=number_of(sequence=302), phone="13900139000")
    assert friend.id
    student = await registered(door)
    await student.post("/identity", json={"collection": "individual"})
    await student.matched()
    await student.confirm()
    await student.sign_out()
    student.number = friend.number
    await student.photograph()
    assert said_no(await student.sign_in()) == (409, "ID_TAKEN")


async def test_passwords_and_people_are_unreadable_in_the_database(door: Intake) -> None:
    student = await registered(door)
    async with door.service.engine.connect() as connection:
        rows = str((await connection.execute(text("SELECT * FROM accounts"))).mappings().all())
    assert "$argon2id$" in rows
    for secret in (PASSWORD, student.number, "毛小小", PHONE, "mao@example.edu.cn"):
        assert secret not in rows


async def test_an_ordinary_campaign_shows_no_account(door: Intake) -> None:
    assert (await (await door.student(BUCT)).state())["account"] is None
