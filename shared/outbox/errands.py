"""Errands: every call to the outside and every timer, kept in a table until it is done.

A call is made outside any transaction, under our own id as its idempotency key; it is looked up before it is repeated;
its answer is recorded in a transaction whose cause is the errand. A process that dies in between leaves a lease that
runs out, and the next one asks the outside what became of it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta
from random import random

import structlog
from sqlalchemy import func, select, update

from shared.failures import cause_without_data, is_the_worlds
from shared.outbox.cause import AlreadyHandled, Errand
from shared.outbox.tables import errands
from shared.outbox.transaction import Outbox

LEASE = timedelta(seconds=60)  # longer than any answer we wait for: a lease that runs out early doubles a call
POLL_SECONDS = 0.5
TOGETHER = 8  # errands of one process under way at once: the outside's latency, not ours, is the cost
LONGEST_WAIT = timedelta(minutes=10)

log = structlog.get_logger()


Run = Callable[[Errand], Awaitable[None]]


class TryLater(Exception):
    """The outside said "not now", or nothing: the errand waits `wait`, growing with each attempt when None."""

    def __init__(self, cause: str, wait: timedelta | None = None) -> None:
        super().__init__(cause)
        self.wait = wait


class Errands:
    """Runs what is due. Each run must end in a transaction whose cause is the errand, or in TryLater."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._runs: dict[str, Run] = {}
        self._woken = asyncio.Event()
        outbox.after_commit = self._woken.set

    def does(self, kind: str, run: Run) -> None:
        self._runs[kind] = run

    @property
    def kinds(self) -> list[str]:
        return list(self._runs)

    async def run(self) -> None:
        """For ever; the world's failures are waited out. One slow errand does not hold up the others."""
        running: set[asyncio.Task[None]] = set()
        try:
            while True:
                self._woken.clear()
                due = await self._claim_quietly(TOGETHER - len(running))
                for errand in due:
                    task = asyncio.create_task(self._run_one(errand))
                    running.add(task)
                    task.add_done_callback(running.discard)
                    task.add_done_callback(lambda _: self._woken.set())
                with suppress(TimeoutError):
                    # not wait_for: woken and cancelled at once, that of Python 3.11 goes on as if never cancelled
                    async with asyncio.timeout(POLL_SECONDS):
                        await self._woken.wait()
        finally:
            for task in running:
                task.cancel()

    async def _claim_quietly(self, at_most: int) -> list[Errand]:
        try:
            return await self._claim(at_most) if at_most and self._runs else []
        except Exception as error:
            if not is_the_worlds(error):
                log.error("errands cannot be claimed", cause=cause_without_data(error))
            return []

    async def _claim(self, at_most: int) -> list[Errand]:
        free = errands.c.leased_until.is_(None) | (errands.c.leased_until < func.clock_timestamp())
        due = (
            select(errands.c.id)
            .where(errands.c.done_at.is_(None), errands.c.due_at <= self._outbox.clock.now(), free)
            .where(errands.c.kind.in_(self._runs))
            .order_by(errands.c.due_at)
            .limit(at_most)
            .with_for_update(skip_locked=True)
        )
        claim = update(errands).where(errands.c.id.in_(due.scalar_subquery()))
        claim = claim.values(leased_until=func.clock_timestamp() + LEASE, attempts=errands.c.attempts + 1)
        wanted = (errands.c.id, errands.c.kind, errands.c.subject, errands.c.details, errands.c.attempts)
        async with self._outbox.engine.begin() as connection:
            rows = await connection.execute(claim.returning(*wanted))
            return [Errand(*row) for row in rows]

    async def _run_one(self, errand: Errand) -> None:
        try:
            await self._runs[errand.kind](errand)
        except AlreadyHandled:
            return
        except TryLater as later:
            await self._postpone(errand, str(later), later.wait)
        except Exception as error:
            # Ours or the world's: either way the errand must not be lost, and somebody must see why it waits.
            cause = cause_without_data(error)
            log.error("errand failed", kind=errand.kind, subject=errand.subject, attempts=errand.attempts, cause=cause)
            await self._postpone(errand, cause, None)

    async def _postpone(self, errand: Errand, trouble: str, wait: timedelta | None) -> None:
        wait = wait or min(LONGEST_WAIT, timedelta(seconds=2.0 ** min(errand.attempts, 10) * (0.5 + random() / 2)))
        again: datetime = self._outbox.clock.now() + wait
        later = update(errands).where(errands.c.id == errand.id, errands.c.done_at.is_(None))
        with suppress(OSError):  # the lease runs out by itself
            async with self._outbox.engine.begin() as connection:
                await connection.execute(later.values(due_at=again, leased_until=None, trouble=trouble))
