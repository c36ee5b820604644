"""What was told and has not been heard yet. Order is promised nowhere."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from shared.campaign import Campaign
from shared.events import ApplicationEvent
from shared.outbox import NotYet

APPLICATION_ID = UUID(int=1)


Hears = dict[type[ApplicationEvent], Callable[[Any], None]]


class Part(Protocol):
    """One service."""

    name: str
    hears: Hears


@dataclass(frozen=True)
class Delivery:
    part: Part
    fact: ApplicationEvent


@dataclass
class Bag:
    """The world that the parts share: its time, its campaign, and the facts on their way."""

    campaign: Campaign
    now: datetime
    parts: list[Part] = field(default_factory=list)
    waiting: list[Delivery] = field(default_factory=list)
    lost: list[Delivery] = field(default_factory=list)
    heard: list[Delivery] = field(default_factory=list)
    told: list[tuple[str, ApplicationEvent]] = field(default_factory=list)
    ids: int = 1000

    @property
    def named(self) -> dict[str, Any]:
        version = self.campaign.version
        return {"application_id": APPLICATION_ID, "campaign_id": self.campaign.id, "campaign_version": version}

    def new_id(self) -> UUID:
        self.ids += 1
        return UUID(int=self.ids)

    def tell(self, by: str, fact: ApplicationEvent) -> None:
        fact = fact.model_copy(update={"id": self.new_id(), "occurred_at": self.now})
        self.told.append((by, fact))
        self.waiting += [Delivery(part, fact) for part in self.parts if type(fact) in part.hears]

    def deliver(self, at: int) -> None:
        """One of those that wait; what its part cannot understand yet goes on waiting."""
        delivery = self.waiting.pop(at % len(self.waiting))
        try:
            delivery.part.hears[type(delivery.fact)](delivery.fact)
        except NotYet:
            self.waiting.append(delivery)
        else:
            self.heard.append(delivery)

    def lose(self, at: int) -> None:
        """Nothing is lost for ever: it is replayed in the end."""
        self.lost.append(self.waiting.pop(at % len(self.waiting)))

    def repeat(self, at: int) -> None:
        self.waiting.append(self.heard[at % len(self.heard)])

    def deliver_to_all_but(self, deaf: Collection[str]) -> None:
        """Everything there is to hear, and what follows from it; the deaf hear it later."""
        for _ in range(1000):
            waits = [at for at, each in enumerate(self.waiting) if each.part.name not in deaf]
            heard = len(self.heard)
            for done, at in enumerate(waits):
                self.deliver(at - done)
            if len(self.heard) == heard:
                return
        raise AssertionError("facts make facts for ever")

    def deliver_all(self) -> None:
        """With what was lost for now."""
        self.waiting, self.lost = self.waiting + self.lost, []
        self.deliver_to_all_but(())

    def pass_time(self, by: timedelta) -> None:
        self.now += by
