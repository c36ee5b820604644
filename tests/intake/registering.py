"""The campaigns with more to say about identity, and a student who registers."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from services.intake.campaigns import publish
from shared.campaign import Campaign, read_campaign
from shared.documents import check_character
from shared.events import (
    CodeMessage,
    Entry,
    Event,
    IdCard,
    IdCardRead,
    IdCardUploaded,
    IdentityMatched,
    IdentitySubmitted,
    MessageRequested,
)
from shared.events import Identity as IdentityClaim
from shared.sealed import Sealed
from tests.connections import SEALER
from tests.intake.conftest import Intake, Student, noise_jpeg, now_open
from tests.kafka import told, until

NCEPU = now_open(read_campaign(Path("deploy/campaigns/ncepu-2021-parttime.toml")))
XINHUA = now_open(read_campaign(Path("deploy/campaigns/xinhua-2022-spring.toml")))
CAPTURE = now_open(read_campaign(Path("deploy/campaigns/capture-code-2026.toml")))

PASSWORD = "diploma2022"
PHONE = "13800138000"


def number_of(born_on: date = date(1999, 1, 1), sequence: int = 102) -> str:
    """A resident ID's: even sequences are women's."""
    digits = f"110105{born_on:%Y%m%d}{sequence:03}"
    return digits + check_character(digits)


@dataclass
class Registrant(Student):
    """A student where one registers; `number` is printed on the card."""

    number: str = ""

    async def photograph(self, **card: Any) -> dict[str, Any]:
        """Uploads a picture and waits until the matcher, whom the test plays, has read it."""
        answer = await self.picture(noise_jpeg(640, 400))
        assert answer.status_code == 202, answer.text
        reading = answer.json()["account"]["card"]["reading"]
        printed = {"name": "毛小小", "document_number": self.number, "sex": "女", "born_on": date(1999, 1, 1)}
        read = IdCard.model_validate(printed | card)
        await self.intake.teller.tell(IdCardRead(**self.named, reading=reading, card=SEALER.seal(read)))
        return await self.until_card("read")

    async def picture(self, body: bytes, key: str | None = None) -> httpx.Response:
        form = {"idempotency_key": key or uuid4().hex}
        return await self.post("/idcards", data=form, files={"picture": ("IMG_0001.JPG", body, "image/jpeg")})

    async def until_card(self, state: str) -> dict[str, Any]:
        seen = await self.state()
        while seen["account"]["card"]["state"] != state:
            before = seen["revision"]
            seen = await self.state(wait=10, after=before)
            assert seen["revision"] > before, f"still {seen['account']['card']['state']}, expected {state}"
        return seen

    async def code(self, phone: str = PHONE) -> str:
        answer = await self.post("/sms-codes", json={"phone": phone})
        assert answer.status_code == 202, answer.text
        return await self.sent_code()

    async def sent_code(self, count: int = 1) -> str:
        """What the phone receives: the newest of so many."""
        facts = await self.said(MessageRequested, count)
        message: Sealed[CodeMessage] = facts[-1].message
        return SEALER.open(message, CodeMessage).code

    async def said(self, event: type[Any], count: int = 1) -> list[Any]:
        """What intake said about this student, once there are so many."""
        facts: list[Event] = []

        async def are_told() -> bool:
            records = await told(self.intake.bootstrap, self.intake.prefix + event.topic)
            facts[:] = [event.model_validate_json(each.value or b"") for each in records]
            facts[:] = [each for each in facts if each.key == self.id]
            return len(facts) >= count

        await until(are_told, what=f"{count} {event.topic}")
        return facts

    def form(self, code: str, **changed: Any) -> dict[str, Any]:
        person = {"name": "毛小小", "sex": "女", "email": "mao@example.edu.cn", "phone": PHONE, "code": code}
        passwords = {"password": PASSWORD, "password_again": PASSWORD}
        return {"document_number": self.number, **person, **passwords} | changed

    async def register(self, **changed: Any) -> httpx.Response:
        phone = changed.get("phone", PHONE)
        return await self.post("/account", json=self.form(await self.code(phone), **changed))

    async def sign_in(self, password: str = PASSWORD, **changed: Any) -> httpx.Response:
        body = {"document_number": self.number, "password": password} | changed
        return await self.post("/account/session", json=body)

    async def sign_out(self) -> httpx.Response:
        return await self.intake.http.delete(f"/v1/applications/{self.id}/account/session", headers=self.headers)

    async def claimed(self, count: int = 1) -> IdentityClaim:
        facts: list[IdentitySubmitted] = await self.said(IdentitySubmitted, count)
        sealed: Sealed[IdentityClaim] = facts[-1].identity
        return SEALER.open(sealed, IdentityClaim)

    async def matched(self, entry_id: Any = None) -> dict[str, Any]:
        entry = Entry(
            name="毛小小",
            document_type="resident_id",
            document_number=self.number,
            student_no="1114827492",
            major="控制工程",
        )
        state = await self.state()
        submission = sum(each["what"] == "identity.submitted" for each in state["timeline"])
        named = {**self.named, "campaign_version": self.campaign.version}
        entry_id = entry_id or uuid4()
        fact = IdentityMatched(**named, submission=submission, entry_id=entry_id, entry=SEALER.seal(entry))
        return await self.hear(fact, "confirm")


async def student_of(door: Intake, campaign: Campaign) -> Registrant:
    """Has given consent and a phone in a campaign where one types who one is; has agreed to no message."""
    await publish(door.service.outbox, campaign)
    student = await door.student(campaign)
    assert (await student.post("/contact", json={"phone_code": f"phone-{PHONE}.{uuid4().hex}"})).status_code == 200
    return Registrant(student.intake, student.headers, campaign, student.id, number_of())


async def registrant(door: Intake, campaign: Campaign = XINHUA, number: str | None = None) -> Registrant:
    """Has given consent in a campaign where one registers."""
    await publish(door.service.outbox, campaign)
    student = await door.student(campaign)
    return Registrant(student.intake, student.headers, campaign, student.id, number or number_of())


async def uploaded(student: Registrant, count: int = 1) -> list[IdCardUploaded]:
    facts: list[IdCardUploaded] = await student.said(IdCardUploaded, count)
    return facts
