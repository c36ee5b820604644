"""The state machine of an application (domain research §7(b)): each service's rules hold their rows of it as data."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar, cast

S = TypeVar("S", bound=StrEnum)


@dataclass(frozen=True)
class Row:
    """One transition. `number` is its line in §7(b); each enum of states is a region of its own."""

    number: int
    event: str
    before: tuple[StrEnum, ...]
    after: StrEnum


def after(rows: Iterable[Row], state: S, event: str) -> S | None:
    """Where the event leads; None: it is not allowed there, or it came twice or late."""
    return next((cast(S, row.after) for row in rows if row.event == event and state in row.before), None)
