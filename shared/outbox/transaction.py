"""Hear, remember, tell, do: one transaction for all four.

    async with outbox.transaction(cause=event) as tx:
        order = await store.open_order(tx, event)
        tx.tell(PaymentDue(...))
        tx.do("prepare_payment", order.id)

What is told and done is written with what is remembered, or not at all. Never wait on the outside in here.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Executable, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import CursorResult
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.clock import Clock
from shared.events import Event
from shared.outbox.cause import AlreadyHandled, Cause, Errand
from shared.outbox.tables import errands, inbox, outbox, parked

TOLD_CHANNEL = "told"

_remember_cause = postgresql.insert(inbox).on_conflict_do_nothing().returning(inbox.c.cause_id)
_take_parked = delete(parked).returning(parked.c.cause_id)
_add_outbox = insert(outbox)
_wake_relay = select(func.pg_notify(TOLD_CHANNEL, ""))
_add_errand = postgresql.insert(errands)
_add_errand = _add_errand.on_conflict_do_update(
    index_elements=["kind", "subject"],
    index_where=errands.c.done_at.is_(None),
    set_={"due_at": _add_errand.excluded.due_at, "details": _add_errand.excluded.details},
)


@dataclass
class Transaction:
    """One unit of work; `now` is the clock's time at its start."""

    connection: AsyncConnection
    now: datetime
    _facts: list[Event] = field(default_factory=list)
    _errands: list[dict[str, Any]] = field(default_factory=list)

    async def execute(self, statement: Executable, parameters: Any = None) -> CursorResult[Any]:
        return await self.connection.execute(statement, parameters)

    def tell(self, fact: Event) -> None:
        """Goes out after the commit, once, by the relay."""
        self._facts.append(fact)

    def do(self, kind: str, subject: object, at: datetime | None = None, **details: Any) -> None:
        """Work on the outside, or a timer, not before `at` (the clock's time). An open errand of the same kind and
        subject is moved to the new time instead of doubled."""
        row = {"kind": kind, "subject": str(subject), "due_at": at or self.now, "details": details}
        self._errands.append(row)

    async def _write(self) -> None:
        if self._errands:
            await self.connection.execute(_add_errand, self._errands)
        if self._facts:
            rows = [
                {
                    "topic": fact.topic,
                    "key": fact.key,
                    "body": fact.model_dump_json().encode(),
                    "occurred_at": self.now,
                }
                for fact in self._facts
            ]
            await self.connection.execute(_add_outbox, rows)
            await self.connection.execute(_wake_relay)


class Outbox:
    """The door to a service's database for everything that changes it."""

    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        self.engine = engine
        self.clock = clock
        self.after_commit: Callable[[], None] = lambda: None

    @asynccontextmanager
    async def transaction(self, cause: Event | Errand | Cause | None = None) -> AsyncIterator[Transaction]:
        """Raises AlreadyHandled, before anything is done, when the cause has had its effect."""
        async with self.engine.begin() as connection:
            await _claim(connection, cause)
            tx = Transaction(connection, self.clock.now())
            yield tx
            await tx._write()
        self.after_commit()


async def _claim(connection: AsyncConnection, cause: Event | Errand | Cause | None) -> None:
    if cause is None:
        return
    if isinstance(cause, Errand):
        await _finish(connection, cause)
        return
    if isinstance(cause, Event):
        cause = Cause(cause.topic, str(cause.id))
    row = {"topic": cause.topic, "cause_id": cause.id}
    if (await connection.execute(_remember_cause, row)).first():
        return
    # It is known: handled, unless it was only parked.
    waiting = _take_parked.where(parked.c.topic == cause.topic, parked.c.cause_id == cause.id)
    if not (await connection.execute(waiting)).first():
        raise AlreadyHandled(f"{cause.topic} {cause.id}")


async def _finish(connection: AsyncConnection, errand: Errand) -> None:
    done = update(errands).where(errands.c.id == errand.id, errands.c.done_at.is_(None))
    done = done.values(done_at=func.clock_timestamp(), trouble=None)
    if not (await connection.execute(done.returning(errands.c.id))).first():
        raise AlreadyHandled(f"errand {errand.kind} {errand.subject}")
