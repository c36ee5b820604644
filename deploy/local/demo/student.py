"""One student with a phone: what the mini-program would do, over HTTP and nothing else."""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx

from deploy.local.demo.fates import Decision, Fate
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
    headers: dict[str, str] = field(default_factory=dict)
    openid: str = ""
    state: dict[str, Any] = field(default_factory=dict)
    reasons: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    pictures: list[dict[str, bytes]] = field(default_factory=list)
    orders: list[str] = field(default_factory=list)
    reviews: int = 0  # how often people have decided
    trouble: str | None = None

    @property
    def strategy(self) -> str:
        return str(self.campaign["identity_strategy"])

    @property
    def stage(self) -> str:
        return str(self.state.get("stage", "nothing"))

    async def prepare(self) -> None:
        """Has the photos made, so that the uploads are not waiting for it."""
        for photo in set(self.fate.photos) - {"own"}:
            await asyncio.to_thread(photo_file, photo, self.number)

    async def hand_in(self, photo: str, own: bytes | None = None) -> None:
        """Uploads one photo and waits for what comes of it: refused at once, a verdict, a person's turn, a fee."""
        body, frame = (own, middle_of(own)) if own else await asyncio.to_thread(photo_file, photo, self.number)
        by_hand = self.campaign["processing"] == "frame_by_hand"
        fields = dict(zip(("x", "y", "width"), map(str, frame), strict=True)) if by_hand else {}
        answer = await self.intake.post(
            f"/v1/applications/{self.id}/photos",
            data={
                **fields,
                "source": self.campaign["upload_sources"][-1],
                "device": "phone",
                "idempotency_key": uuid4().hex,
            },
            files={"photo": ("IMG_0001.JPG", body, "image/jpeg")},
            headers=self.headers,
        )
        if answer.status_code == 422:
            self.reasons.append(answer.json()["code"])
            self.pictures.append({"original": body})
            return
        self.see(self.good(answer))
        started = time.monotonic()
        if not by_hand:
            await self._look_at_prepared()
            if self.stage == "upload":
                return
        await self.wait_for("refused", "in_review", "pay", "approved", "complete")
        self.seconds["verdict"] = time.monotonic() - started
        await self._look(body)

    async def _look_at_prepared(self) -> None:
        """Takes it as it was cropped, or not: who is hard to please tries once more."""
        await self.wait_for("prepared", "unprepared")
        photo = self.state["photo"]
        if self.stage == "unprepared":
            raise GaveUp(f"the photo could not be prepared: {photo['reasons']}")
        pleased = self.fate.turn != "retake" or "photo.retaken" in {each["what"] for each in self.state["timeline"]}
        self.see(await self.call("POST", f"/photos/{photo['photo_id']}/{'acceptance' if pleased else 'retake'}"))

    async def appeal(self) -> None:
        self.see(await self.call("POST", f"/photos/{self.state['photo']['photo_id']}/appeal"))
        await self.wait_for("in_review")

    async def withdraw(self) -> None:
        """The whole application; the money comes back."""
        self.see(await self.call("POST", "/withdrawal"))
        self.reasons.append(self.state["reason"]["code"])
        await self.wait_until_happened("payment.refunded.v1")

    async def be_erased(self) -> None:
        self.see(await self.call("POST", "/erasure"))
        await self.wait_for("erased")

    def next_decision(self) -> Decision:
        """What the next reviewer will say."""
        self.reviews += 1
        return self.fate.decides[self.reviews - 1] if self.reviews <= len(self.fate.decides) else "accept"

    @property
    def pays_after(self) -> bool:
        return bool(self.campaign["payment_moment"] == "after_approval")

    async def look_again(self) -> None:
        """The photo's newest pictures and reasons."""
        await self._look(self.pictures.pop()["original"])

    async def be_reviewed(self) -> None:
        """Waits for the person's decision."""
        started = time.monotonic()
        await self.wait_for("refused", "pay", "complete", "approved")
        self.seconds["review"] = time.monotonic() - started
        await self._look(self.pictures.pop()["original"])

    async def ask_to_pay(self) -> dict[str, Any]:
        """Asks for an order and returns what wx.requestPayment takes."""
        started = time.monotonic()
        await self.wait_for("pay")
        await self.call("POST", "/payment", json={})
        while not self.state["money"]["pay"] or self.state["money"]["order_no"] in self.orders:
            await self.wait_for_change("an order to pay")
        self.seconds["order"] = time.monotonic() - started
        self.orders.append(self.state["money"]["order_no"])
        return dict(self.state["money"]["pay"])

    async def pay(self, parameters: dict[str, Any]) -> None:
        """Taps "pay" and waits until the fee is settled."""
        started = time.monotonic()
        paid = await self.sandbox.post("/play/pay", json={**parameters, "openid": self.openid, "notify": "once"})
        paid.raise_for_status()
        await self.wait_until_happened("payment.succeeded.v1")
        self.seconds["payment"] = time.monotonic() - started

    async def wait_for(self, *stages: str) -> None:
        """Raises GaveUp."""
        while self.stage not in stages:
            await self.wait_for_change(" or ".join(stages))

    async def wait_until_happened(self, what: str, times: int = 1) -> None:
        """Raises GaveUp."""
        while [each["what"] for each in self.state["timeline"]].count(what) < times:
            await self.wait_for_change(what)

    async def refresh(self) -> None:
        self.see(await self.call("GET", ""))

    async def wait_for_change(self, what: str) -> None:
        before, deadline = self.state["revision"], time.monotonic() + PATIENCE_SECONDS
        while True:
            self.see(await self.call("GET", f"?wait={POLL_SECONDS}&after={before}"))
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

    async def call(self, method: str, path: str, json: Any = None) -> dict[str, Any]:
        whole = path if path.startswith("/v1") else f"/v1/applications/{self.id}{path}"
        return self.good(await self.intake.request(method, whole, json=json, headers=self.headers))

    def good(self, answer: httpx.Response) -> dict[str, Any]:
        if not answer.is_success:
            raise GaveUp(
                f"{answer.request.method} {answer.request.url.path} answered {answer.status_code}: {answer.text}"
            )
        return dict(answer.json())

    def see(self, state: dict[str, Any]) -> None:
        self.state = state
