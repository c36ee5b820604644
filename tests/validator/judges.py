"""A validator without a broker: facts go in by hand, errands run when asked, what it tells is read from its outbox."""

import hashlib
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID, uuid4

from sqlalchemy import select

from services.validator.handlers import Ending, Judging, Preparing, SecondLooks, Turns
from services.validator.pool import JudgePool
from shared.campaign import Background, Campaign, PhotoProfile
from shared.campaigns import keep_campaign
from shared.events import (
    EVENTS,
    ApplicationBounced,
    ApplicationEvent,
    ApplicationLapsed,
    ApplicationWithdrawn,
    ErasureRequested,
    Event,
    Frame,
    PaymentRefunded,
    PaymentSucceeded,
    PhotoAppealed,
    PhotoQueued,
    PhotoSubmitted,
    PhotoUploaded,
    PhotoVerdict,
    PhotoWithdrawn,
)
from shared.outbox import AlreadyHandled, Errand, Outbox
from shared.outbox.tables import errands
from shared.outbox.tables import outbox as told_table
from shared.photos import Objects, photo_key
from tests.portraits.compose import STANDARD_BLUE, STUDIO_BLUE, Portrait

E = TypeVar("E", bound=Event)
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
    turns: Turns = field(init=False)
    preparing: Preparing = field(init=False)
    judging: Judging = field(init=False)
    ending: Ending = field(init=False)
    second_looks: SecondLooks = field(init=False)

    def __post_init__(self) -> None:
        self.turns = Turns(self.outbox)
        self.preparing = Preparing(self.outbox, self.photos, self.pool)
        self.judging = Judging(self.outbox, self.photos, self.pool)
        self.ending = Ending(self.outbox, self.photos)
        self.second_looks = SecondLooks(self.outbox, self.photos, self.pool)

    async def hear(self, fact: Event) -> None:
        """As app.py wires it; what was heard before has no second effect."""
        hearers: dict[type[Event], Callable[[Any], Awaitable[None]]] = {
            PhotoUploaded: self.preparing.prepare_photo,
            PhotoSubmitted: self.turns.queue_photo,
            PaymentSucceeded: self.turns.count_payment,
            PaymentRefunded: self.turns.count_refund,
            PhotoWithdrawn: self.turns.take_back,
            PhotoAppealed: self.turns.take_appeal,
            PhotoQueued: self.judging.judge_photo,
            ApplicationBounced: self.turns.reopen,
            ApplicationWithdrawn: self.ending.withdraw,
            ApplicationLapsed: self.ending.lapse,
            ErasureRequested: self.ending.erase,
        }
        with suppress(AlreadyHandled):
            await hearers[type(fact)](fact)

    async def run_errands(self, days: float = 0) -> list[str]:
        """What is due now, or in so many days, as the errand runner would; the kinds that ran."""
        runs: dict[str, Callable[[Errand], Awaitable[None]]] = {
            "look_for_duplicates": self.second_looks.look_for_duplicates,
            "check_again": self.second_looks.check_again,
            "erase": self.ending.clear,
            "remove_pictures": self.ending.remove_pictures,
            "forget_audit": self.ending.forget_audit,
        }
        until = self.outbox.clock.now() + timedelta(days=days)
        due = select(errands).where(errands.c.done_at.is_(None), errands.c.due_at <= until)
        async with self.outbox.engine.connect() as connection:
            rows = (await connection.execute(due.order_by(errands.c.due_at))).all()
        for row in rows:
            await runs[row.kind](Errand(row.id, row.kind, row.subject, row.details, 1))
        return [row.kind for row in rows]

    async def publish(self, campaign: Campaign, **changes: Any) -> int:
        """The campaign with other policies, as its next version; which that is."""
        changed = Campaign.model_validate(campaign.model_dump() | changes | {"version": campaign.version + 1})
        async with self.outbox.transaction() as tx:
            await keep_campaign(tx, changed)
        return changed.version

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
        await self.turns.queue_photo(submitted)
        queued = (await self.told(submitted.application_id))[-1]
        assert isinstance(queued, PhotoQueued)
        await self.judging.judge_photo(queued)
        return (await self.told(submitted.application_id))[-1]

    async def told(self, application_id: UUID) -> list[Event]:
        """Everything told about an application, in order."""
        wanted = select(told_table).where(told_table.c.key == str(application_id)).order_by(told_table.c.seq)
        async with self.outbox.engine.connect() as connection:
            rows = (await connection.execute(wanted)).all()
        facts = [EVENTS[row.topic].model_validate_json(row.body) for row in rows]
        pairs = zip(facts, rows, strict=True)
        return [fact.model_copy(update={"id": row.id, "occurred_at": row.occurred_at}) for fact, row in pairs]


def heard(fact: E) -> E:
    """As the broker hands it over: with an id and a time."""
    return fact.model_copy(update={"id": uuid4(), "occurred_at": datetime.now(UTC)})


def about(fact: ApplicationEvent) -> dict[str, Any]:
    """Which application, of which campaign version."""
    return fact.model_dump(include={"application_id", "campaign_id", "campaign_version"})


def about_photo(fact: PhotoSubmitted | PhotoVerdict) -> dict[str, Any]:
    return about(fact) | {"photo_id": fact.photo_id, "attempt": fact.attempt}
