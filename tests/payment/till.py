"""The payment service without a broker: its database, its errands on a clock of our own, and the sandbox outside."""

import time
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID, uuid4

import httpx
from sqlalchemy import select

from services.payment import store
from services.payment.cashier import Cashier
from services.payment.handlers import Handlers
from services.payment.rules import RefundState
from services.payment.wechatpay import WeChatPay
from shared.campaign import Campaign
from shared.campaigns import keep_campaign
from shared.events import (
    EVENTS,
    Entry,
    Event,
    Frame,
    IdentityConfirmed,
    Payer,
    PaymentPrepared,
    PaymentRequested,
    PhotoAccepted,
    PhotoSubmitted,
)
from shared.outbox import AlreadyHandled, Errand, Outbox, Transaction, TryLater
from shared.outbox.tables import errands, outbox
from shared.reasons import Reason
from shared.sealed import Sealer

Fact = TypeVar("Fact", bound=Event)
EVERY_KIND = ("prepare_payment", "watch_order", "chase_payment", "refund_payment", "erase_payer")


@dataclass
class Till:
    outbox: Outbox
    sealer: Sealer
    wechatpay: WeChatPay
    sandbox: httpx.AsyncClient  # the people around the gateway
    service: httpx.AsyncClient  # the service's own HTTP side
    campaign: Campaign
    clock_file: Path
    application_id: UUID = field(default_factory=uuid4)
    openid: str = field(default_factory=lambda: f"o-{uuid4().hex}")

    @property
    def handlers(self) -> Handlers:
        return Handlers(self.outbox)

    @property
    def cashier(self) -> Cashier:
        return Cashier(self.outbox, self.sealer, self.wechatpay)

    def heard(self, fact: Fact) -> Fact:
        """As it comes from Kafka."""
        return fact.model_copy(update={"id": uuid4(), "occurred_at": self.outbox.clock.now()})

    async def keep(self, campaign: Campaign) -> None:
        async with self.outbox.transaction() as tx:
            await keep_campaign(tx, campaign)

    def about(self) -> dict[str, Any]:
        return {
            "application_id": self.application_id,
            "campaign_id": self.campaign.id,
            "campaign_version": self.campaign.version,
        }

    def accepted(self) -> PhotoAccepted:
        photo = {"photo_id": uuid4(), "attempt": 1, "revision": 1, "decided_by": "judge", "standard_key": "a/b"}
        return self.heard(PhotoAccepted(**self.about(), **photo))

    def confirmed(self) -> IdentityConfirmed:
        entry = Entry(name="张三", document_type="resident_id", document_number="", student_no="2020000001")
        return self.heard(IdentityConfirmed(**self.about(), entry_id=uuid4(), entry=self.sealer.seal(entry)))

    def submitted(self, charged_attempt: int = 1) -> PhotoSubmitted:
        picture = {"photo_id": uuid4(), "attempt": charged_attempt, "original_key": "a/b", "sha256": "0" * 64}
        told = {"follows": "first", "frame": Frame(x=0, y=0, width=480), "charged_attempt": charged_attempt}
        return self.heard(PhotoSubmitted(**self.about(), **picture, **told))

    async def charges(self, **terms: Any) -> None:
        """The campaign from now on, with other terms of payment."""
        payment = self.campaign.payment.model_copy(update=terms)
        self.campaign = self.campaign.model_copy(update={"version": self.campaign.version + 1, "payment": payment})
        await self.keep(self.campaign)

    def requested(self) -> PaymentRequested:
        payer = self.sealer.seal(Payer(openid=self.openid))
        return self.heard(PaymentRequested(**self.about(), request_id=uuid4(), payer=payer))

    async def request(self) -> PaymentPrepared:
        """A student asks to pay, and is answered."""
        before = len(await self.facts(PaymentPrepared))
        await self.handlers.answer_request(self.requested())
        await self.run("prepare_payment")
        prepared = await self.facts(PaymentPrepared)
        assert len(prepared) == before + 1
        return prepared[-1]

    async def pay(self, prepared: PaymentPrepared, **options: Any) -> httpx.Response:
        """The phone pays with what it was given."""
        return await self.sandbox.post(
            "/play/pay", json={"openid": self.openid, **prepared.pay.model_dump(), **options}
        )

    async def force(self, order_no: str, **options: Any) -> None:
        """The money comes without the phone."""
        (await self.sandbox.post(f"/play/orders/{order_no}/pay", json=options)).raise_for_status()

    async def arm(self, call: str, name: str, **options: Any) -> None:
        (await self.sandbox.post("/play/triggers", json={"call": call, "name": name, **options})).raise_for_status()

    async def abnormal_refund(self, tx: Transaction, order_no: str) -> str:
        """A refund of this order that WeChat Pay has given up."""
        _, order = await store.order_locked(tx, order_no)
        refund = await store.add_refund(tx, order, Reason.PAY_DUP)
        await store.change_refund(tx, refund.refund_no, RefundState.ABNORMAL)
        return refund.refund_no

    async def orders(self) -> list[dict[str, Any]]:
        """What WeChat Pay knows of this student."""
        orders = (await self.sandbox.get("/play/orders")).json()
        return [order for order in orders if order["openid"] == self.openid]

    async def refunds(self) -> list[dict[str, Any]]:
        numbers = {order["out_trade_no"] for order in await self.orders()}
        refunds = (await self.sandbox.get("/play/refunds")).json()
        return [refund for refund in refunds if refund["out_trade_no"] in numbers]

    async def facts(self, kind: type[Fact]) -> list[Fact]:
        """What the service has told, or is about to."""
        return [fact for fact in await self.story() if isinstance(fact, kind)]

    async def story(self) -> list[Event]:
        async with self.outbox.engine.connect() as connection:
            rows = await connection.execute(select(outbox.c.topic, outbox.c.body).order_by(outbox.c.seq))
            return [EVENTS[topic].model_validate_json(body) for topic, body in rows]

    async def due(self, *kinds: str) -> list[Errand]:
        """The errands whose time has come, as the runner would claim them now."""
        wanted = (errands.c.id, errands.c.kind, errands.c.subject, errands.c.details, errands.c.attempts + 1)
        due = select(*wanted).where(errands.c.done_at.is_(None), errands.c.due_at <= self.outbox.clock.now())
        async with self.outbox.engine.begin() as connection:
            found = [Errand(*row) for row in await connection.execute(due.where(errands.c.kind.in_(kinds)))]
            tried = errands.update().where(errands.c.id.in_([errand.id for errand in found]))
            await connection.execute(tried.values(attempts=errands.c.attempts + 1))
        return found

    async def run(self, *kinds: str) -> None:
        """Run what is due until nothing is (of every kind when none is named), a "not now" at once again."""
        deadline = time.monotonic() + 10
        while due := await self.due(*(kinds or EVERY_KIND)):
            assert time.monotonic() < deadline, f"never done: {due}"
            for errand in due:
                await self.try_once(errand)

    async def try_once(self, errand: Errand) -> None:
        try:
            await getattr(self.cashier, errand.kind)(errand)
        except (TryLater, AlreadyHandled):
            return

    def move_clock(self, by: timedelta) -> None:
        moved = float(self.clock_file.read_text() or 0) if self.clock_file.exists() else 0
        self.clock_file.write_text(str(moved + by.total_seconds()))
