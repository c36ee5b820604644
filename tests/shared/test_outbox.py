"""Remember and tell, killed in between; errands, leased and looked up."""

import asyncio
import signal
from datetime import timedelta

import asyncpg
import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.clock import Clock
from shared.events import PhotoReferred
from shared.outbox import AlreadyHandled, Cause, Errand, Errands, Outbox, TryLater, tables
from shared.outbox.pruning import prune
from shared.outbox.relay import LOCK
from tests.kafka import told, until
from tests.shared.conftest import EchoParts, running
from tests.shared.echo import queued


async def test_killed_between_remember_and_tell_it_is_told_after_the_restart_and_once(
    parts_of_echo: EchoParts,
) -> None:
    # Whoever holds the relay's lock is the teller: the test holds it, so the service remembers and cannot tell.
    lock = await asyncpg.connect(parts_of_echo.environment["ECHO_DATABASE_URL"].replace("+asyncpg", ""))
    await lock.execute("SELECT pg_advisory_lock($1)", LOCK)
    facts = [queued() for _ in range(5)]
    process = parts_of_echo.start()
    for fact in facts:
        await parts_of_echo.teller.tell(fact)
    await until(parts_of_echo.has_effects(5))
    topic = parts_of_echo.kafka.topic_prefix + PhotoReferred.topic
    assert await told(parts_of_echo.kafka.bootstrap_servers, topic) == []
    process.send_signal(signal.SIGKILL)
    process.wait()
    await lock.close()

    async with parts_of_echo.serving():

        async def all_told() -> bool:
            return len(await told(parts_of_echo.kafka.bootstrap_servers, topic)) >= 5

        await until(all_told)
    records = await told(parts_of_echo.kafka.bootstrap_servers, topic)
    assert sorted(record.key.decode() for record in records) == sorted(str(each.application_id) for each in facts)
    assert len({dict(record.headers)["ce_id"] for record in records}) == 5


async def test_a_process_killed_again_and_again_loses_and_doubles_nothing(parts_of_echo: EchoParts) -> None:
    facts = [queued() for _ in range(200)]
    for fact in facts:
        await parts_of_echo.teller.tell(fact)
    for enough in (20, 80, 150):
        process = parts_of_echo.start()
        await until(parts_of_echo.has_effects(enough), 40)
        process.kill()
        process.wait()
    parts_of_echo.start()
    await until(parts_of_echo.has_effects(200), 40)
    assert sorted(await parts_of_echo.effects()) == sorted(str(fact.application_id) for fact in facts)


@pytest.mark.timeout(150)  # more than its own deadlines together
async def test_the_broker_killed_under_load_loses_and_doubles_nothing(parts_of_echo: EchoParts, parts: object) -> None:
    facts = [queued() for _ in range(150)]
    async with parts_of_echo.serving():
        for number, fact in enumerate(facts):
            await parts_of_echo.teller.tell(fact)
            if number == 75:
                await parts.kafka.kill()  # type: ignore[attr-defined]  # whoever keeps the parts
                await parts.kafka.start()  # type: ignore[attr-defined]
        await until(parts_of_echo.has_effects(150), 50)
        topic = parts_of_echo.kafka.topic_prefix + PhotoReferred.topic

        async def all_told() -> bool:
            return len(await told(parts_of_echo.kafka.bootstrap_servers, topic)) >= 150

        await until(all_told, 30)
    assert sorted(await parts_of_echo.effects()) == sorted(str(fact.application_id) for fact in facts)
    ids = {dict(record.headers)["ce_id"] for record in await told(parts_of_echo.kafka.bootstrap_servers, topic)}
    assert len(ids) == 150


async def test_a_service_whose_every_message_dies_stops(parts_of_echo: EchoParts) -> None:
    parts_of_echo.bug_file.touch()
    for _ in range(25):
        await parts_of_echo.teller.raw("photo.queued.v1", b"key", b"{not json", [], partition=0)
    process = parts_of_echo.start()

    async def has_stopped() -> bool:
        return process.poll() is not None

    await until(has_stopped, 30)


async def test_a_cause_has_its_effect_once(engine: AsyncEngine) -> None:
    outbox = Outbox(engine, Clock())
    async with outbox.transaction(cause=Cause("webhook", "17")) as tx:
        tx.do("anything", "x")
    with pytest.raises(AlreadyHandled):
        async with outbox.transaction(cause=Cause("webhook", "17")):
            raise AssertionError("must not be reached")


async def test_what_is_told_in_a_failed_transaction_is_not_told(engine: AsyncEngine) -> None:
    outbox = Outbox(engine, Clock())
    with pytest.raises(ZeroDivisionError):
        async with outbox.transaction(cause=Cause("webhook", "18")) as tx:
            tx.tell(queued())
            tx.do("anything", "x")
            raise ZeroDivisionError
    async with engine.connect() as connection:
        for table in (tables.outbox, tables.errands, tables.inbox):
            assert (await connection.execute(select(func.count()).select_from(table))).scalar() == 0


async def test_an_errand_that_fails_is_tried_again_until_it_is_done_and_then_never(engine: AsyncEngine) -> None:
    outbox = Outbox(engine, Clock())
    tries: list[int] = []

    async def call(errand: Errand) -> None:
        tries.append(errand.attempts)
        if errand.attempts == 1:
            raise TryLater("the gateway is busy", timedelta(0))
        if errand.attempts == 2:
            raise RuntimeError("a bug")
        async with outbox.transaction(cause=errand):
            pass

    errands = Errands(outbox)
    errands.does("call", call)
    async with outbox.transaction() as tx:
        tx.do("call", "order-1")
        tx.do("call", "order-1")  # one open errand of a kind per subject
    async with running(errands):

        async def is_done() -> bool:
            async with engine.connect() as connection:
                done = select(func.count()).where(tables.errands.c.done_at.is_not(None))
                return bool((await connection.execute(done)).scalar())

        await until(is_done)
    assert tries == [1, 2, 3]


async def test_an_errand_whose_runner_died_is_taken_over_when_its_lease_is_over(engine: AsyncEngine) -> None:
    outbox = Outbox(engine, Clock())
    async with outbox.transaction() as tx:
        tx.do("call", "order-1")
    started, seen = asyncio.Event(), asyncio.Event()

    async def hang(_: Errand) -> None:
        started.set()
        await asyncio.Event().wait()

    async def call(errand: Errand) -> None:
        assert errand.attempts == 2, "the second runner must know that an earlier try may have got through"
        seen.set()
        async with outbox.transaction(cause=errand):
            pass

    dying, living = Errands(outbox), Errands(outbox)
    dying.does("call", hang)
    living.does("call", call)
    async with running(dying):
        await asyncio.wait_for(started.wait(), 5)
    async with engine.begin() as connection:
        await connection.execute(tables.errands.update().values(leased_until=func.clock_timestamp()))
    async with running(living):
        await asyncio.wait_for(seen.wait(), 5)


async def test_what_was_over_a_month_ago_is_forgotten_and_what_is_open_is_kept(engine: AsyncEngine) -> None:
    outbox = Outbox(engine, Clock())
    for cause in ("old", "new"):
        async with outbox.transaction(cause=Cause("webhook", cause)) as tx:
            tx.tell(queued())
            tx.do("call", cause)
    long_ago = func.clock_timestamp() - timedelta(days=31)
    old = {
        tables.inbox: (tables.inbox.c.cause_id == "old", {"handled_at": long_ago}),
        tables.outbox: (tables.outbox.c.seq == 1, {"told_at": long_ago}),
        tables.errands: (tables.errands.c.subject == "old", {"done_at": long_ago}),
    }
    async with engine.begin() as connection:
        for table, (which, values) in old.items():
            await connection.execute(table.update().where(which).values(**values))
    await prune(engine)
    async with engine.connect() as connection:
        for table in old:
            assert (await connection.execute(select(func.count()).select_from(table))).scalar() == 1
