"""One student with a phone: what the mini-program would do, over HTTP and nothing else."""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx

from deploy.local.demo.fates import Fate
from deploy.local.demo.people import Person
from deploy.local.demo.photos import middle_of, photo_file

PATIENCE_SECONDS = 60.0  # for one change of the state; then the student gives up and the demo says where
POLL_SECONDS = 20


class GaveUp(Exception):
    """The state did not change as it should have; the text says what was waited for and what was there."""


@dataclass
class Student:
    """`reasons` are the codes read on the way, `seconds` how long each step took, `pictures` what is shown."""

    number: int
    fate: Fate
    campaign: dict[str, Any]
    person: Person  # who the student is
    claims: Person  # who the student claims to be
    intake: httpx.AsyncClient
    sandbox: httpx.AsyncClient
    id: str = ""
    openid: str = ""
    state: dict[str, Any] = field(default_factory=dict)
    reasons: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    pictures: list[dict[str, bytes]] = field(default_factory=list)
    orders: list[str] = field(default_factory=list)
    trouble: str | None = None

    @property
    def stage(self) -> str:
        return str(self.state.get("stage", "nothing"))

    async def prepare(self) -> None:
        """Has the photos made, so that the uploads are not waiting for it."""
        for photo in set(self.fate.photos) - {"own"}:
            await asyncio.to_thread(photo_file, photo, self.number)

    async def arrive(self) -> None:
        """Signs in, agrees, gives the phone, claims an identity, and confirms it when it is found."""
        name = f"demo-{uuid4().hex[:12]}"
        self.openid = f"o-{name}"
        session = await self._call("POST", "/v1/sessions", json={"code": f"login-{name}.1"})
        self._headers = {"Authorization": f"Bearer {session['token']}"}
        consent = {"consent_version": self.campaign["consent_version"]}
        self._see(await self._call("POST", f"/v1/campaigns/{self.campaign['id']}/applications", json=consent))
        self.id = self.state["id"]
        templates = self.campaign["templates"][:5]
        granted = await self.sandbox.post("/play/grants", json={"openid": self.openid, "template_ids": templates})
        granted.raise_for_status()
        contact = {"phone_code": f"phone-{self.person.phone}.{uuid4().hex}", "granted": templates}
        self._see(await self._call("POST", "/contact", json=contact))
        entry = self.claims.entry
        claim = {"name": entry.name, "document_type": entry.document_type, "document_number": entry.document_number}
        started = time.monotonic()
        self._see(await self._call("POST", "/identity", json=claim))
        await self.wait_for("confirm", "unmatched")
        self.seconds["match"] = time.monotonic() - started
        if self.stage == "unmatched":
            self.reasons.append(self.state["reason"]["code"])
            return
        if self.state["entry"]["student_no"] != self.person.entry.student_no:
            raise GaveUp("was shown somebody else's entry")
        self._see(await self._call("POST", "/identity/confirmation", json={"correct": True}))

    async def submit(self, photo: str, own: bytes | None = None) -> None:
        """Uploads one photo and waits for its verdict, or is refused at once."""
        body, frame = (own, middle_of(own)) if own else await asyncio.to_thread(photo_file, photo, self.number)
        fields = {"x": str(frame[0]), "y": str(frame[1]), "width": str(frame[2]), "idempotency_key": uuid4().hex}
        answer = await self.intake.post(
            f"/v1/applications/{self.id}/photos",
            data=fields,
            files={"photo": ("IMG_0001.JPG", body, "image/jpeg")},
            headers=self._headers,
        )
        if answer.status_code == 422:
            self.reasons.append(answer.json()["code"])
            self.pictures.append({"original": body})
            return
        self._see(self._good(answer))
        started = time.monotonic()
        await self.wait_for("refused", "in_review", "pay", "approved", "complete")
        self.seconds["verdict"] = time.monotonic() - started
        await self._look(body)

    async def be_reviewed(self) -> None:
        """Waits for the person's decision."""
        started = time.monotonic()
        await self.wait_for("refused", "pay", "complete")
        self.seconds["review"] = time.monotonic() - started
        await self._look(self.pictures.pop()["original"])

    async def ask_to_pay(self) -> dict[str, Any]:
        """Asks for an order and returns what wx.requestPayment takes."""
        started = time.monotonic()
        await self.wait_for("pay")
        await self._call("POST", "/payment", json={})
        while not self.state["money"]["pay"] or self.state["money"]["order_no"] in self.orders:
            await self._wait_for_change("an order to pay")
        self.seconds["order"] = time.monotonic() - started
        self.orders.append(self.state["money"]["order_no"])
        return dict(self.state["money"]["pay"])

    async def pay(self, parameters: dict[str, Any]) -> None:
        """Taps "pay" and waits until the collection is complete."""
        started = time.monotonic()
        paid = await self.sandbox.post("/play/pay", json={**parameters, "openid": self.openid, "notify": "once"})
        paid.raise_for_status()
        await self.wait_for("complete", "delivered")
        self.seconds["payment"] = time.monotonic() - started

    async def wait_for(self, *stages: str) -> None:
        """Raises GaveUp."""
        while self.stage not in stages:
            await self._wait_for_change(" or ".join(stages))

    async def wait_until_happened(self, what: str, times: int = 1) -> None:
        """Raises GaveUp."""
        while [each["what"] for each in self.state["timeline"]].count(what) < times:
            await self._wait_for_change(what)

    async def refresh(self) -> None:
        self._see(await self._call("GET", ""))

    async def _wait_for_change(self, what: str) -> None:
        before, deadline = self.state["revision"], time.monotonic() + PATIENCE_SECONDS
        while True:
            self._see(await self._call("GET", f"?wait={POLL_SECONDS}&after={before}"))
            if self.state["revision"] > before:
                return
            if time.monotonic() > deadline:
                raise GaveUp(f"waited {PATIENCE_SECONDS:.0f} s for {what}, is still at {self.stage}")

    async def _look(self, body: bytes) -> None:
        """The pictures that the student is shown, and the reasons with them."""
        photo = self.state["photo"]
        self.reasons += [reason["code"] for reason in photo["reasons"]]
        shown = {"original": body}
        for kind in ("overlay", "standard"):
            if photo[kind]:
                answer = await self.intake.get(photo[kind])
                answer.raise_for_status()
                shown[kind] = answer.content
        self.pictures.append(shown)

    async def _call(self, method: str, path: str, json: Any = None) -> dict[str, Any]:
        whole = path if path.startswith("/v1") else f"/v1/applications/{self.id}{path}"
        headers = getattr(self, "_headers", {})
        return self._good(await self.intake.request(method, whole, json=json, headers=headers))

    def _good(self, answer: httpx.Response) -> dict[str, Any]:
        if not answer.is_success:
            raise GaveUp(
                f"{answer.request.method} {answer.request.url.path} answered {answer.status_code}: {answer.text}"
            )
        return dict(answer.json())

    def _see(self, state: dict[str, Any]) -> None:
        self.state = state
