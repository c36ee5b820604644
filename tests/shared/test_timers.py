"""Timers on a moved clock: each fires once, whoever dies and however many look."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.clock import Clock
from shared.database import connect
from shared.outbox import Errand, Errands, Outbox, tables
from tests.kafka import until
from tests.shared.conftest import running


async def test_a_timer_fires_when_the_clock_is_moved(engine: AsyncEngine, tmp_path: Path) -> None:
    moved_by = tmp_path / "clock"
    outbox = Outbox(engine, Clock(moved_by))
    fired = asyncio.Event()

    async def lapse(errand: Errand) -> None:
        async with outbox.transaction(cause=errand):
            fired.set()

    errands = Errands(outbox)
    errands.does("lapse", lapse)
    async with outbox.transaction() as tx:
        tx.do("lapse", "application-1", at=tx.now + timedelta(days=3))
    async with running(errands):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(fired.wait(), 1.5)
        moved_by.write_text(str(timedelta(days=3, seconds=1).total_seconds()))
        await asyncio.wait_for(fired.wait(), 5)


async def test_a_clock_that_jumps_over_many_timers_fires_each_once_however_many_processes_look(
    engine: AsyncEngine, empty_database_url: str, tmp_path: Path
) -> None:
    moved_by, other_engine = tmp_path / "clock", connect(empty_database_url)
    processes = [Outbox(each, Clock(moved_by)) for each in (engine, other_engine)]
    timers = [f"application-{number}" for number in range(60)]
    async with processes[0].transaction() as tx:
        for day, timer in enumerate(timers):
            tx.do("lapse", timer, at=tx.now + timedelta(days=1 + day))

    def runner(outbox: Outbox) -> Errands:
        async def lapse(errand: Errand) -> None:
            async with outbox.transaction(cause=errand) as tx:
                tx.do("fired", f"{errand.subject} {errand.attempts}", at=tx.now + timedelta(days=999))

        errands = Errands(outbox)
        errands.does("lapse", lapse)
        return errands

    async def fired() -> list[str]:
        async with engine.connect() as connection:
            kinds = select(tables.errands.c.subject).where(tables.errands.c.kind == "fired")
            return list((await connection.execute(kinds)).scalars())

    async def all_have() -> bool:
        return len(await fired()) >= len(timers)

    try:
        async with running(runner(processes[0])), running(runner(processes[1])):
            moved_by.write_text(str(timedelta(days=100).total_seconds()))
            await until(all_have)
    finally:
        await other_engine.dispose()
    assert sorted(await fired()) == sorted(f"{timer} 1" for timer in timers)


async def test_a_timer_whose_process_dies_before_its_commit_fires_once_in_the_next(engine: AsyncEngine) -> None:
    outbox = Outbox(engine, Clock())
    async with outbox.transaction() as tx:
        tx.do("lapse", "application-1")
    decided = asyncio.Event()

    def runner(*, dies: bool) -> Errands:
        async def lapse(errand: Errand) -> None:
            async with outbox.transaction(cause=errand) as tx:
                tx.do("fired", errand.subject, at=tx.now + timedelta(days=999))
                decided.set()
                if dies:
                    await asyncio.Event().wait()

        errands = Errands(outbox)
        errands.does("lapse", lapse)
        return errands

    async def kinds(*, done: bool) -> list[str]:
        is_done = tables.errands.c.done_at.is_not(None) if done else tables.errands.c.done_at.is_(None)
        async with engine.connect() as connection:
            return list((await connection.execute(select(tables.errands.c.kind).where(is_done))).scalars())

    async with running(runner(dies=True)):
        await asyncio.wait_for(decided.wait(), 5)
    assert await kinds(done=False) == ["lapse"]
    async with engine.begin() as connection:
        await connection.execute(tables.errands.update().values(leased_until=func.clock_timestamp()))

    async def is_done() -> bool:
        return await kinds(done=True) == ["lapse"]

    async with running(runner(dies=False)):
        await until(is_done)
    assert await kinds(done=False) == ["fired"]
