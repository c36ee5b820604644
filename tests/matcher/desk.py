"""A matcher without a broker: real database, real object store; what it tells is read from its outbox."""

import base64
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID, uuid4

from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from services.matcher.capture import BadCode, Decoded
from services.matcher.handlers import Handlers
from services.matcher.keeper import RosterKeeper
from services.matcher.rosters import Report
from services.matcher.store.tables import metadata
from services.matcher.support import Support
from shared.campaign import Campaign
from shared.campaigns import keep_campaign
from shared.clock import Clock
from shared.events import (
    EVENTS,
    ApplicationEvent,
    Event,
    Identity,
    IdentityMatched,
    IdentityReferred,
    IdentityRefused,
    IdentitySubmitted,
)
from shared.outbox import Errand, Outbox
from shared.outbox.tables import errands, outbox
from shared.photos import Objects
from shared.sealed import Sealer
from tests.matcher.people import on_disk

SEAL_KEYS = "k1:" + base64.b64encode(b"k" * 32).decode()
LOOKUP_KEY = base64.b64encode(b"l" * 32).decode()
SEALER = Sealer({"k1": b"k" * 32}, b"l" * 32)
Fact = TypeVar("Fact", bound=Event)
Answer = IdentityMatched | IdentityReferred | IdentityRefused


class Unit:
    """Decodes the codes it was given; every other is none."""

    def __init__(self) -> None:
        self.codes: dict[str, Decoded] = {}

    async def decode(self, code: str) -> Decoded:
        if code not in self.codes:
            raise BadCode
        return self.codes[code]


class Desk:
    """clock_file: write seconds into it, and the matcher's time moves."""

    def __init__(self, engine: AsyncEngine, objects: Objects, folder: Path) -> None:
        self.engine = engine
        self.objects = objects
        self.clock_file = folder / "clock"
        self.outbox = Outbox(engine, Clock(self.clock_file))
        self.unit = Unit()
        self.handlers = Handlers(self.outbox, SEALER, {"sandbox": self.unit})
        self.keeper = RosterKeeper(self.outbox, SEALER, objects)
        self.support = Support(self.outbox, SEALER)

    async def know(self, campaign: Campaign) -> None:
        async with self.outbox.transaction() as tx:
            await keep_campaign(tx, campaign)

    async def take(self, campaign: Campaign, body: bytes) -> Report:
        with on_disk(body) as file:
            return await self.keeper.take_roster(campaign.id, file, "li")

    async def answer(self, event: IdentitySubmitted) -> Answer:
        """What the matcher says to it."""
        before = len(await self.told(Event))
        await self.handlers.match_identity(event)
        [answer] = (await self.told(Event))[before:]
        assert isinstance(answer, Answer)
        return answer

    async def told(self, kind: type[Fact]) -> list[Fact]:
        """In the order of telling."""
        async with self.engine.connect() as connection:
            rows = await connection.execute(select(outbox.c.topic, outbox.c.body).order_by(outbox.c.seq))
            facts = [EVENTS[row.topic].model_validate_json(row.body) for row in rows]
        return [fact for fact in facts if isinstance(fact, kind)]

    async def errands(self, *kinds: str) -> list[Errand]:
        """What is open of these kinds, claimed as the runner does."""
        claim = (
            update(errands)
            .where(errands.c.done_at.is_(None), errands.c.kind.in_(kinds))
            .values(attempts=errands.c.attempts + 1)
        )
        wanted = (errands.c.id, errands.c.kind, errands.c.subject, errands.c.details, errands.c.attempts)
        async with self.engine.begin() as connection:
            return [Errand(*row) for row in await connection.execute(claim.returning(*wanted))]

    async def run(self, *kinds: str) -> None:
        """Does the open errands of these kinds, as the runner would; those of other kinds stay open."""
        does = {
            "ask_again": self.handlers.ask_again,
            "decode_code": self.handlers.decode_code,
            "publish_roster": self.keeper.publish_roster,
            "remove_old_rosters": self.keeper.remove_old_rosters,
            "forget_roster": self.keeper.forget_roster,
        }
        for errand in await self.errands(*kinds):
            await does[errand.kind](errand)

    async def answers(self, event: ApplicationEvent) -> list[Answer]:
        """Everything said about this application's identity, in the order of telling."""
        said = await self.told(Event)
        return [each for each in said if isinstance(each, Answer) and each.application_id == event.application_id]

    async def rows(self, table: str) -> list[dict[str, Any]]:
        async with self.engine.connect() as connection:
            return [dict(row) for row in (await connection.execute(select(metadata.tables[table]))).mappings()]

    async def everything_remembered(self) -> str:
        """The whole database as text, to search for what must not be in it."""
        async with self.engine.connect() as connection:
            tables = await connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
            rows = [await connection.execute(text(f'SELECT * FROM "{table}"')) for table in tables.scalars()]
        return "\n".join(str(row) for each in rows for row in each.all())


def submitted(
    campaign: Campaign,
    number: str,
    name: str | None = None,
    document_type: str = "resident_id",
    *,
    application_id: UUID | None = None,
    submission: int = 1,
    source: str = "",
    **more: Any,
) -> IdentitySubmitted:
    """A new application of a new WeChat account, unless said otherwise. more: of the Identity."""
    identity = Identity(name=name, document_type=document_type, document_number=number, **more)
    return IdentitySubmitted(
        id=uuid4(),
        occurred_at=datetime.now(UTC),
        application_id=application_id or uuid4(),
        campaign_id=campaign.id,
        campaign_version=campaign.version,
        submission=submission,
        identity=SEALER.seal(identity),
        source=source or uuid4().hex,
    )
