"""Why something happens, and that it happens once."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID


class AlreadyHandled(Exception):
    """This cause has had its effect: nothing was done now, and nothing needs to be."""


@dataclass(frozen=True)
class Cause:
    """An event's topic and id, a webhook's notification id, a client's idempotency key."""

    topic: str
    id: str


@dataclass(frozen=True)
class Errand:
    """Work on the outside, or a timer. `attempts` counts this one: above 1, an earlier try may have got through."""

    id: UUID
    kind: str
    subject: str
    details: dict[str, Any]
    attempts: int
