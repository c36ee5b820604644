"""Facts that cannot be understood yet: kept with their inbox row, applied when what they wait for has come."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

import structlog
from sqlalchemy import Row, select
from sqlalchemy.dialects import postgresql

from shared.events import EVENTS, Event
from shared.failures import cause_without_data, is_the_worlds
from shared.outbox.cause import AlreadyHandled
from shared.outbox.tables import inbox, parked
from shared.outbox.transaction import Outbox

SWEEP_SECONDS = 5.0

log = structlog.get_logger()
_park = postgresql.insert(parked).on_conflict_do_nothing()
_remember = postgresql.insert(inbox).on_conflict_do_nothing()

Handler = Callable[..., Awaitable[None]]


class NotYet(Exception):
    """The fact needs another that has not come; `missing` names it, such as "campaign buct-2020@1"."""

    def __init__(self, missing: str) -> None:
        super().__init__(missing)
        self.missing = missing


class Parking:
    """Keeps and resumes what waits for another fact."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._handlers: dict[str, Handler] = {}

    def resumes(self, event: type[Event], handler: Handler) -> None:
        self._handlers[event.topic] = handler

    async def park(self, fact: Event, missing: str) -> None:
        """In one transaction with the inbox row, so that the Kafka offset may move on."""
        cause = {"topic": fact.topic, "cause_id": str(fact.id)}
        row = {**cause, "missing": missing, "body": fact.model_dump_json().encode(), "occurred_at": fact.occurred_at}
        async with self._outbox.engine.begin() as connection:
            await connection.execute(_remember, cause)
            await connection.execute(_park, row)
        log.info("parked", topic=fact.topic, missing=missing)

    async def resume(self, missing: str | None = None) -> None:
        """Applies what waits for `missing` (None: tries all). What still cannot be applied stays."""
        waiting = select(parked).order_by(parked.c.parked_at)
        if missing is not None:
            waiting = waiting.where(parked.c.missing == missing)
        async with self._outbox.engine.connect() as connection:
            rows = (await connection.execute(waiting)).all()
        for row in rows:
            await self._resume_one(row)

    async def _resume_one(self, row: Row[tuple[object, ...]]) -> None:
        fact = EVENTS[row.topic].model_validate_json(row.body)
        fact = fact.model_copy(update={"id": UUID(row.cause_id), "occurred_at": row.occurred_at})
        try:
            with structlog.contextvars.bound_contextvars(application_id=fact.key):
                await self._handlers[row.topic](fact)
        except (NotYet, AlreadyHandled):
            return
        except Exception as error:
            log.error("a parked fact fails", topic=row.topic, missing=row.missing, cause=cause_without_data(error))

    async def sweep(self) -> None:
        """For ever: a fact whose missing one came while it was being parked is found here."""
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            try:
                await self.resume()
            except Exception as error:
                if not is_the_worlds(error):
                    log.error("parked facts cannot be swept", cause=cause_without_data(error))
