"""A validator without a broker: facts go in by hand, what it tells is read from its outbox."""

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select

from services.validator.handlers import Handlers
from services.validator.pool import JudgePool
from shared.campaign import Background, PhotoProfile
from shared.events import EVENTS, Event, Frame, PhotoQueued, PhotoSubmitted
from shared.outbox import Outbox
from shared.outbox.tables import outbox as told_table
from shared.photos import Objects, photo_key
from tests.portraits.compose import STANDARD_BLUE, STUDIO_BLUE, Portrait

BLUES = PhotoProfile(
    backgrounds=(Background(name="标准蓝色", rgb=STANDARD_BLUE), Background(name="影楼蓝色", rgb=STUDIO_BLUE))
)


def frame_of(portrait: Portrait) -> Frame:
    x, y, width = portrait.frame
    return Frame(x=x, y=y, width=width)


@dataclass
class Judges:
    outbox: Outbox
    photos: Objects
    pool: JudgePool
    handlers: Handlers = field(init=False)

    def __post_init__(self) -> None:
        self.handlers = Handlers(self.outbox, self.photos, self.pool)

    async def submission(
        self, portrait: Portrait, application_id: UUID | None = None, attempt: int = 1, **changes: Any
    ) -> PhotoSubmitted:
        """The fact, with the original in the store."""
        application_id = application_id or uuid4()
        sha256 = hashlib.sha256(portrait.jpeg).hexdigest()
        key = photo_key(application_id, sha256, "original.jpg")
        await self.photos.put(key, portrait.jpeg, "image/jpeg")
        fact = PhotoSubmitted(
            application_id=application_id,
            campaign_id="buct-2020",
            campaign_version=1,
            photo_id=uuid4(),
            attempt=attempt,
            original_key=key,
            sha256=sha256,
            frame=frame_of(portrait),
            follows="first",
        )
        return heard(fact.model_copy(update=changes))

    async def judge(self, submitted: PhotoSubmitted) -> Event:
        """Submit, take it off the queue, judge; the verdict."""
        await self.handlers.queue_photo(submitted)
        queued = (await self.told(submitted.application_id))[-1]
        assert isinstance(queued, PhotoQueued)
        await self.handlers.judge_photo(queued)
        return (await self.told(submitted.application_id))[-1]

    async def told(self, application_id: UUID) -> list[Event]:
        """Everything told about an application, in order."""
        wanted = select(told_table).where(told_table.c.key == str(application_id)).order_by(told_table.c.seq)
        async with self.outbox.engine.connect() as connection:
            rows = (await connection.execute(wanted)).all()
        facts = [EVENTS[row.topic].model_validate_json(row.body) for row in rows]
        pairs = zip(facts, rows, strict=True)
        return [fact.model_copy(update={"id": row.id, "occurred_at": row.occurred_at}) for fact, row in pairs]


def heard(fact: PhotoSubmitted) -> PhotoSubmitted:
    """As the broker hands it over: with an id and a time."""
    return fact.model_copy(update={"id": uuid4(), "occurred_at": datetime.now(UTC)})
