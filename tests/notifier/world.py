"""The notifier's inside on real parts: its database, and a sandbox that plays WeChat and the SMS gateway."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import orjson
from sqlalchemy import func, select, update

from deploy.local.keys import Keys
from services.notifier import store
from services.notifier.handlers import ANNOUNCED, Handlers
from services.notifier.sending import SEND, Sending
from services.notifier.settings import Settings
from services.notifier.sms import Sms
from shared.campaign import Campaign
from shared.campaigns import keep_campaign
from shared.clock import Clock
from shared.database import connect
from shared.events import ContactChanged, ErasureRequested, Event, MessageRequested
from shared.http import http_client
from shared.outbox import AlreadyHandled, Errands, Outbox
from shared.outbox.tables import errands, outbox
from shared.wechat import WeChat
from tests.notifier.facts import OPENID, SEALER
from tests.sandbox.serving import sandbox_settings, serving_sandbox


def notifier_settings(database_url: str, sandbox_url: str) -> Settings:
    return Settings(
        database_url=database_url,
        sms_url=sandbox_url,
        sms_secret_id="AKIDsandbox",
        sms_secret_key="sms-secret",
        sms_sdk_app_id="1400006666",
        sms_sign_name="易拍证照",
        receipt_secret="receipt-secret",
    )


@dataclass
class World:
    """What a test does to the notifier, and what it can see of it."""

    outbox: Outbox
    play: httpx.AsyncClient
    sending: Sending
    _clock_file: Path
    _handlers: dict[type[Event], Any]

    async def knows(self, campaign: Campaign) -> None:
        async with self.outbox.transaction() as tx:
            await keep_campaign(tx, campaign)

    async def hears(self, *events: Event) -> None:
        """As the broker does: a fact that was handled before changes nothing."""
        for event in events:
            try:
                await self._handlers[type(event)](event)
            except AlreadyHandled:
                continue

    async def does_errands(self) -> None:
        """Runs what is due, and what that makes due, until nothing is; what waits for later stays."""
        async with self._errand_runner(), asyncio.timeout(20):
            while await self._errands_due():
                await asyncio.sleep(0.02)

    async def dies_while_sending(self) -> None:
        """The process ends between the gateway's deed and its record; its lease runs out."""
        async with self._errand_runner(), asyncio.timeout(20):
            while not await self._gateways_have_something():
                await asyncio.sleep(0.02)
        async with self.outbox.engine.begin() as connection:
            await connection.execute(update(errands).values(leased_until=None))

    def later(self, **by: float) -> None:
        moved = float(self._clock_file.read_text() or 0) + timedelta(**by).total_seconds()
        self._clock_file.write_text(str(moved))

    async def arms(self, call: str, name: str, **more: Any) -> None:
        (await self.play.post("/triggers", json={"call": call, "name": name, **more})).raise_for_status()

    async def agrees(self, *templates: str) -> None:
        """The student taps "allow": WeChat knows of it (we learn it from intake)."""
        (await self.play.post("/grants", json={"openid": OPENID, "template_ids": templates})).raise_for_status()

    async def received(self) -> dict[str, list[dict[str, Any]]]:
        """What came to the phone: `subscribe` and `sms`."""
        got: dict[str, list[dict[str, Any]]] = (await self.play.get("/messages")).json()
        return got

    async def counts(self) -> tuple[int, int]:
        got = await self.received()
        return len(got["subscribe"]), len(got["sms"])

    async def told(self) -> list[tuple[str, dict[str, Any]]]:
        """Topic and body of each fact told, in order."""
        async with self.outbox.engine.connect() as connection:
            rows = await connection.execute(select(outbox.c.topic, outbox.c.body).order_by(outbox.c.seq))
            return [(row.topic, orjson.loads(row.body)) for row in rows]

    async def messages(self) -> list[Any]:
        async with self.outbox.engine.connect() as connection:
            return list(await connection.execute(select(store.messages).order_by(store.messages.c.id)))

    @asynccontextmanager
    async def _errand_runner(self) -> AsyncIterator[None]:
        runner = Errands(self.outbox)
        runner.does(SEND, self.sending.send_message)
        running = asyncio.create_task(runner.run())
        try:
            yield
        finally:
            running.cancel()
            await asyncio.wait([running])

    async def _errands_due(self) -> bool:
        due = select(func.count()).where(errands.c.done_at.is_(None), errands.c.due_at <= self.outbox.clock.now())
        async with self.outbox.engine.connect() as connection:
            return bool((await connection.execute(due)).scalar_one())

    async def _gateways_have_something(self) -> bool:
        return sum(await self.counts()) > 0


@asynccontextmanager
async def opened_world(database_url: str, sandbox_keys: Keys, folder: Path) -> AsyncIterator[World]:
    clock_file = folder / "clock"
    clock_file.write_text("0")
    engine = connect(database_url)
    with serving_sandbox(sandbox_settings(sandbox_keys)) as sandbox_url:
        async with (
            WeChat(sandbox_url, "wx1234567890abcdef", "wechat-secret") as wechat,
            http_client(f"{sandbox_url}/play") as play,
        ):
            box = Outbox(engine, Clock(clock_file))
            sms = Sms(notifier_settings(database_url, sandbox_url))
            handlers = _by_fact(Handlers(box, SEALER))
            yield World(box, play, Sending(box, SEALER, wechat, sms), clock_file, handlers)
    await engine.dispose()


def _by_fact(handlers: Handlers) -> dict[type[Event], Any]:
    others: dict[type[Event], Any] = {
        ContactChanged: handlers.remember_contact,
        MessageRequested: handlers.send_code,
        ErasureRequested: handlers.forget,
    }
    return {**dict.fromkeys(ANNOUNCED, handlers.announce), **others}
