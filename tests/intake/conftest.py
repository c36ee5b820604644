"""Intake on the real parts, with the sandbox's WeChat, and a student with a phone."""

import asyncio
import io
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import httpx
import numpy as np
import pytest
from PIL import Image

from deploy.local.keys import Keys
from services.intake import app as intake
from services.intake.campaigns import publish
from services.intake.settings import Settings
from shared.campaign import Campaign, Window, read_campaign
from shared.events import Entry, Event, IdentityMatched
from shared.photos import PHOTOS, Objects
from shared.service import Service
from shared.settings import WeChatSettings
from tests.connections import SEALER, connections_to, create_buckets
from tests.databases import Databases
from tests.kafka import Teller, create_topics_of, teller, told, until
from tests.sandbox.serving import sandbox_settings, serving_sandbox


def now_open(campaign: Campaign) -> Campaign:
    """The notice's file, with its dates moved to now."""
    now = datetime.now(UTC)
    window = Window(opens_at=now - timedelta(days=1), closes_at=now + timedelta(days=2))
    return campaign.model_copy(update={"window": window})


BUCT = now_open(read_campaign(Path("deploy/campaigns/buct-2020-summer.toml")))
BIT = now_open(read_campaign(Path("deploy/campaigns/bit-2020-graduate.toml")))


def noise_jpeg(width_px: int = 900, height_px: int = 1200, seed: int = 0, kind: str = "JPEG") -> bytes:
    """A picture of nothing, as large as a real one: intake looks at the file, not at the face."""
    pixels = np.random.default_rng(seed).integers(90, 160, (height_px, width_px, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind, quality=80)
    return file.getvalue()


F = TypeVar("F", bound=Event)


@dataclass
class Intake:
    """The service, a client, and a hand to tell facts as the other services would."""

    build: Callable[[], Service]
    teller: Teller
    bootstrap: str
    prefix: str
    clock: Path
    pictures: Objects
    students: int = field(default=0)
    running: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def start(self) -> None:
        self.service = self.build()
        await create_topics_of(self.service)
        await self.running.enter_async_context(self.service.app.router.lifespan_context(self.service.app))
        transport = httpx.ASGITransport(self.service.app, raise_app_exceptions=False)
        client = httpx.AsyncClient(transport=transport, base_url="http://intake")
        self.http = await self.running.enter_async_context(client)

    async def stop(self) -> None:
        await self.running.aclose()

    async def restart(self) -> None:
        await self.stop()
        self.running = AsyncExitStack()
        await self.start()

    def move_clock(self, forward: timedelta) -> None:
        """From the real time on."""
        self.clock.write_text(str(forward.total_seconds()))

    async def told(self, fact: type[F]) -> list[F]:
        """What intake has told so far."""
        records = await told(self.bootstrap, self.prefix + fact.topic)
        return [fact.model_validate_json(record.value or b"") for record in records]

    async def until_told(self, fact: type[F], times: int = 1) -> F:
        async def is_told() -> bool:
            return len(await self.told(fact)) >= times

        await until(is_told, what=f"{times} × {fact.topic}")
        return (await self.told(fact))[-1]

    async def student(self, campaign: Campaign = BUCT, until: str = "consent") -> "Student":
        self.students += 1
        name = f"{uuid4().hex[:10]}-{self.students}"
        answer = await self.http.post("/v1/sessions", json={"code": f"login-{name}.1"})
        assert answer.status_code == 201, answer.text
        student = Student(self, {"Authorization": f"Bearer {answer.json()['token']}"}, campaign)
        for step in ("consent", "contact", "claim", "match", "confirm"):
            await getattr(student, step)()
            if step == until:
                break
        return student


@dataclass
class Student:
    intake: Intake
    headers: dict[str, str]
    campaign: Campaign
    id: str = ""

    async def post(self, path: str, **request: Any) -> httpx.Response:
        return await self.intake.http.post(f"/v1/applications/{self.id}{path}", headers=self.headers, **request)

    async def state(self, **query: Any) -> dict[str, Any]:
        answer = await self.intake.http.get(f"/v1/applications/{self.id}", headers=self.headers, params=query)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def consent(self) -> None:
        answer = await self.intake.http.post(
            f"/v1/campaigns/{self.campaign.id}/applications",
            headers=self.headers,
            json={"consent_version": self.campaign.consent.version},
        )
        assert answer.status_code == 201, answer.text
        self.id = answer.json()["id"]

    async def contact(self) -> None:
        given = {"phone_code": f"phone-13800138000.{uuid4().hex}", "granted": ["photo-accepted"]}
        answer = await self.post("/contact", json=given)
        assert answer.status_code == 200, answer.text

    async def claim(self) -> None:
        answer = await self.post("/identity", json={"name": "毛小小", "document_number": "11010519491231002X"})
        assert answer.status_code == 202, answer.text

    async def match(self) -> None:
        number = "11010519491231002X"
        entry = Entry(name="毛小小", document_type="resident_id", document_number=number, student_no="1114827492")
        sealed = SEALER.seal(entry)
        fact = IdentityMatched(**self.named, submission=1, entry_id=uuid4(), entry=sealed)
        await self.hear(fact, "confirm")

    async def confirm(self) -> None:
        answer = await self.post("/identity/confirmation", json={"correct": True})
        assert answer.status_code == 200, answer.text

    async def upload(self, body: bytes, key: str | None = None, **fields: Any) -> httpx.Response:
        form = {"x": "0", "y": "0", "width": "900", "device": "phone", "idempotency_key": key or uuid4().hex} | fields
        return await self.post("/photos", data=form, files={"photo": ("IMG_0001.JPG", body, "image/png")})

    async def hear(self, fact: Any, stage: str) -> dict[str, Any]:
        """Another service tells a fact; the long poll answers when it has arrived."""
        await self.intake.teller.tell(fact)
        return await self.until_stage(stage)

    async def until_stage(self, stage: str) -> dict[str, Any]:
        state = await self.state()
        while state["stage"] != stage:
            before = state["revision"]
            state = await self.state(wait=10, after=before)
            assert state["revision"] > before, f"still {state['stage']}, expected {stage}"
        return state

    @property
    def named(self) -> dict[str, Any]:
        return {"application_id": self.id, "campaign_id": self.campaign.id, "campaign_version": 1}


@pytest.fixture
async def database_url(databases: Databases) -> AsyncIterator[str]:
    async with databases.migrated("intake") as url:
        yield url


@pytest.fixture
async def door(
    parts: Any, database_url: str, topic_prefix: str, sandbox_keys: Keys, tmp_path: Path
) -> AsyncIterator[Intake]:
    connections = connections_to(parts, topic_prefix, clock_file=tmp_path / "clock")
    await asyncio.to_thread(create_buckets, connections)
    async with AsyncExitStack() as stack:
        sandbox = sandbox_settings(sandbox_keys)
        url = stack.enter_context(serving_sandbox(sandbox))
        wechat = WeChatSettings(url=url, appid=sandbox.wechat_appid, secret=sandbox.wechat_secret)
        tells = await stack.enter_async_context(teller(parts.kafka_bootstrap, topic_prefix))

        def build() -> Service:
            return intake.build(Settings(database_url=database_url, token_key="tokens"), connections, wechat)

        door = Intake(
            build, tells, parts.kafka_bootstrap, topic_prefix, tmp_path / "clock", Objects(connections.store, PHOTOS)
        )
        stack.push_async_callback(door.stop)
        await door.start()
        for campaign in (BUCT, BIT):
            await publish(door.service.outbox, campaign)
        yield door
