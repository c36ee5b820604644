"""What every fact is."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from pydantic import Field

from shared.events.values import Value

NOT_TOLD_YET = UUID(int=0)
NOT_TOLD_AT = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


class Event(Value):
    """A fact. `id` and `occurred_at` travel as CloudEvents headers (ce_id, ce_time), not in the body."""

    topic: ClassVar[str]
    id: UUID = Field(default=NOT_TOLD_YET, exclude=True)
    occurred_at: datetime = Field(default=NOT_TOLD_AT, exclude=True)

    @property
    def key(self) -> str:
        """The Kafka key: what the story is about."""
        raise NotImplementedError(f"{type(self).__name__} does not say what its story is about")

    def __init_subclass__(cls, **arguments: Any) -> None:
        super().__init_subclass__(**arguments)
        if "topic" in cls.__dict__:
            EVENTS[cls.topic] = cls


EVENTS: dict[str, type[Event]] = {}


class ApplicationEvent(Event):
    """A fact about one application; the campaign version it pinned at consent travels with it."""

    application_id: UUID
    campaign_id: str
    campaign_version: int

    @property
    def key(self) -> str:
        return str(self.application_id)
