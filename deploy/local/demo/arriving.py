"""How a student proves who it is: typed, registered with a picture of the document, or by the code from CHSI."""

import asyncio
import time
from typing import Any
from uuid import uuid4

from deploy.local.demo.people import id_card, sex_of
from deploy.local.demo.student import PATIENCE_SECONDS, GaveUp, Student

FEATURE_CODE = "p7uksh"  # of xinhua-2022-spring, as its notice prints it


async def arrive(student: Student) -> None:
    """Signs in, agrees, gives the phone, proves who it is as this campaign asks; stops where a person must look."""
    name = f"demo-{uuid4().hex[:12]}"
    student.openid = f"o-{name}"
    session = await student.call("POST", "/v1/sessions", json={"code": f"login-{name}.1"})
    student.headers = {"Authorization": f"Bearer {session['token']}"}
    consent = {"consent_version": student.campaign["consent_version"]}
    student.see(await student.call("POST", f"/v1/campaigns/{student.campaign['id']}/applications", json=consent))
    student.id = student.state["id"]
    templates = student.campaign["templates"][:5]
    granted = await student.sandbox.post("/play/grants", json={"openid": student.openid, "template_ids": templates})
    granted.raise_for_status()
    if student.strategy == "registration":
        await _register(student)
    contact = {"phone_code": f"phone-{student.person.phone}.{uuid4().hex}", "granted": templates}
    student.see(await student.call("POST", "/contact", json=contact))
    started = time.monotonic()
    student.see(await student.call("POST", "/identity", json=await _claim(student)))
    if student.fate.claim == "close_name":
        return  # until the school's staff have compared
    await confirm(student)
    student.seconds["match"] = time.monotonic() - started


async def confirm(student: Student) -> None:
    """Looks at what was found, and says that it is right; answers the reminder."""
    await student.wait_for("confirm", "unmatched")
    if student.stage == "unmatched":
        student.reasons.append(student.state["reason"]["code"])
        return
    if student.state["entry"]["student_no"] != student.person.entry.student_no:
        raise GaveUp("was shown somebody else's entry")
    student.see(await student.call("POST", "/identity/confirmation", json={"correct": True}))
    if student.stage == "remind":
        student.see(await student.call("POST", "/reminder"))
    if student.campaign["payment_moment"] == "before_upload":
        await student.wait_for("pay")


async def _register(student: Student) -> None:
    """Xinhua's way: a picture of the document is read, a code comes to the phone, a password is chosen."""
    entry, person = student.claims.entry, student.person
    picture = {"picture": ("IMG_0002.JPG", await asyncio.to_thread(id_card, entry), "image/jpeg")}
    path = f"/v1/applications/{student.id}/idcards"
    student.see(student.good(await student.intake.post(path, files=picture, headers=student.headers)))
    while student.state["account"]["card"]["state"] == "reading":
        await student.wait_for_change("the picture of the document to be read")
    read = student.state["account"]["card"]
    if read["state"] != "read" or read["document_number"] != entry.document_number:
        raise GaveUp(f"the picture of the document was {read['state']}")
    await student.call("POST", "/sms-codes", json={"phone": person.phone})
    form = {
        "document_number": entry.document_number,
        "name": entry.name,
        "sex": sex_of(entry.document_number),
        "email": "student@example.edu.cn",
        "phone": person.phone,
        "code": await _code(student),
        "password": "secret2022",
        "password_again": "secret2022",
    }
    student.see(await student.call("POST", "/account", json=form))


async def _code(student: Student) -> str:
    """The newest that came by SMS."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        got = (await student.sandbox.get("/play/messages", params={"phone": f"+86{student.person.phone}"})).json()
        if got["sms"]:
            return str(got["sms"][-1]["params"][0])
        await asyncio.sleep(0.2)
    raise GaveUp("no code came to the phone")


async def _claim(student: Student) -> dict[str, Any]:
    entry = student.claims.entry
    match student.strategy:
        case "registration":
            return {"collection": "group", "feature_code": FEATURE_CODE}
        case "capture_code":
            return {
                "capture_code": await _capture_code(student),
                "last_four": student.person.entry.document_number[-4:],
            }
    claim = {"name": entry.name, "document_type": entry.document_type, "document_number": entry.document_number}
    return claim | ({"level": entry.level} if student.strategy == "name_id_and_level" else {})


async def _capture_code(student: Student) -> str:
    """As CHSI shows it to the student."""
    if student.fate.claim == "stranger":
        return "no-such-code"
    entry = student.person.entry
    shown = {"student_no": entry.student_no, "school_code": student.campaign["school_code"]}
    shown |= {"name": entry.name, "document_number": entry.document_number}
    answer = await student.sandbox.post("/play/capture-codes", json=shown)
    answer.raise_for_status()
    return str(answer.json()["code"])
