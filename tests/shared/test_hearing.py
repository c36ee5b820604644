"""Who owns a failure: on a real broker and a real database."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from shared.campaign import read_campaign
from shared.dead import Graveyard, about
from shared.events import CampaignPublished, PhotoQueued, PhotoReferred
from tests.kafka import headers_of, told, until
from tests.shared.conftest import EchoParts
from tests.shared.echo import queued

CAMPAIGN = read_campaign(Path("deploy/campaigns/buct-2020-summer.toml"))


async def dead_of(parts_of_echo: EchoParts) -> list[str]:
    letters = Graveyard(parts_of_echo.kafka, "validator").letters()
    return [about(letter, "dead_cause") async for letter in letters]


async def test_the_same_message_twice_has_one_effect_and_is_told_once(parts_of_echo: EchoParts) -> None:
    fact, other = queued(), queued()
    async with parts_of_echo.serving():
        fact_id = await parts_of_echo.teller.tell(fact, partition=0)
        await parts_of_echo.teller.tell(fact, fact_id, partition=0)
        await parts_of_echo.teller.tell(other, partition=0)
        await until(parts_of_echo.has_effects(2))
        topic = parts_of_echo.kafka.topic_prefix + PhotoReferred.topic

        async def both_told() -> bool:
            return len(await told(parts_of_echo.kafka.bootstrap_servers, topic)) >= 2

        await until(both_told)
    assert await parts_of_echo.effects() == [str(fact.application_id), str(other.application_id)]
    assert len(await told(parts_of_echo.kafka.bootstrap_servers, topic)) == 2
    assert await dead_of(parts_of_echo) == []


POISON = {
    "bad JSON": (b"{not json", None),
    "no body": (None, None),
    "a list": (b"[]", None),
    "a wrong type": (b'{"application_id": 7}', None),
    "a null header": (queued().model_dump_json().encode(), ("ce_source", None)),
    "a header that is not UTF-8": (queued().model_dump_json().encode(), ("ce_source", b"\xff\xfe")),
    "no id": (queued().model_dump_json().encode(), ("ce_id", b"")),
}


@pytest.mark.parametrize("poison", POISON)
async def test_a_poisonous_message_is_one_dead_letter_and_the_next_one_moves(
    parts_of_echo: EchoParts, poison: str
) -> None:
    body, header = POISON[poison]
    good = queued()
    headers = [each for each in headers_of(good, uuid4()) if header is None or each[0] != header[0]]
    headers += [header] if header and header[1] != b"" else []
    await parts_of_echo.teller.raw(PhotoQueued.topic, b"key", body, headers, partition=0)
    await parts_of_echo.teller.tell(good, partition=0)
    async with parts_of_echo.serving():
        await until(parts_of_echo.has_effects(1))
    async with parts_of_echo.serving() as again:  # and it is not heard again after a restart
        await until(lambda: _is_ready(again))
    assert await parts_of_echo.effects() == [str(good.application_id)]
    assert len(await dead_of(parts_of_echo)) == 1


async def test_of_two_processes_the_one_without_a_partition_is_ready_too(parts_of_echo: EchoParts) -> None:
    """campaign.published has one partition: whoever does not get it stands by, and is no less ready."""
    async with parts_of_echo.serving() as one, parts_of_echo.serving() as other:
        await until(lambda: _is_ready(one))
        await until(lambda: _is_ready(other))


async def _is_ready(service: object) -> bool:
    return bool(service.hearing.is_ready())  # type: ignore[attr-defined]


async def test_a_bug_costs_three_tries_and_a_dead_letter_which_is_replayed_after_the_fix(
    parts_of_echo: EchoParts,
) -> None:
    parts_of_echo.bug_file.touch()
    fact = queued()
    async with parts_of_echo.serving():
        await parts_of_echo.teller.tell(fact)

        async def is_dead() -> bool:
            return await dead_of(parts_of_echo) != []

        await until(is_dead)
        assert len(await parts_of_echo.runs()) == 3
        assert await parts_of_echo.effects() == []
        assert (await dead_of(parts_of_echo))[0].startswith("KeyError at echo.py:")

        parts_of_echo.bug_file.unlink()
        graveyard = Graveyard(parts_of_echo.kafka, "validator")
        assert await graveyard.replay(set()) == 1
        await until(parts_of_echo.has_effects(1))
        assert await graveyard.replay(set()) == 0
    assert await parts_of_echo.effects() == [str(fact.application_id)]


async def test_a_purged_graveyard_is_empty_and_says_who_and_why(parts_of_echo: EchoParts) -> None:
    parts_of_echo.bug_file.touch()
    async with parts_of_echo.serving():
        await parts_of_echo.teller.tell(queued())

        async def is_dead() -> bool:
            return await dead_of(parts_of_echo) != []

        await until(is_dead)
    graveyard = Graveyard(parts_of_echo.kafka, "validator")
    assert await graveyard.purge("tried in a test") == 1
    assert await dead_of(parts_of_echo) == []
    audit = await told(parts_of_echo.kafka.bootstrap_servers, parts_of_echo.kafka.topic_prefix + "dead.purged")
    assert b"tried in a test" in (audit[0].value or b"")


async def test_a_fact_before_its_campaign_is_parked_and_then_applied(parts_of_echo: EchoParts) -> None:
    fact = queued(campaign_id=CAMPAIGN.id)
    async with parts_of_echo.serving() as service:
        await parts_of_echo.teller.tell(fact)

        async def is_parked() -> bool:
            await service._gauges.read()
            from shared.metrics import PARKED

            return bool(PARKED.labels("validator")._value.get() == 1)

        await until(is_parked)
        assert await parts_of_echo.effects() == []
        await parts_of_echo.teller.tell(CampaignPublished(campaign=CAMPAIGN))
        await until(parts_of_echo.has_effects(1))
    assert await parts_of_echo.effects() == [str(fact.application_id)]
    assert await dead_of(parts_of_echo) == []


async def test_a_database_down_for_ten_seconds_is_waited_for(parts_of_echo: EchoParts, parts: object) -> None:
    facts = [queued() for _ in range(20)]
    async with parts_of_echo.serving():
        await parts_of_echo.teller.tell(facts[0])
        await until(parts_of_echo.has_effects(1))
        await parts.postgres.stop()  # type: ignore[attr-defined]  # whoever keeps the parts
        down_since = datetime.now(UTC)
        for fact in facts[1:]:
            await parts_of_echo.teller.tell(fact)
        while (datetime.now(UTC) - down_since).total_seconds() < 10:
            await asyncio.sleep(0.5)  # the outage itself
        await parts.postgres.start()  # type: ignore[attr-defined]

        async def all_done() -> bool:
            try:
                return len(await parts_of_echo.effects()) >= 20
            except Exception:
                return False

        await until(all_done, 40)
    assert sorted(await parts_of_echo.effects()) == sorted(str(fact.application_id) for fact in facts)
    assert await dead_of(parts_of_echo) == []


async def test_a_handler_slower_than_the_session_keeps_its_partition(parts_of_echo: EchoParts) -> None:
    slow = queued(sha256="wait 8")  # the session times out after 6
    async with parts_of_echo.serving(who="first"):
        await parts_of_echo.teller.tell(slow, partition=0)

        async def has_begun() -> bool:
            return len(await parts_of_echo.runs()) == 1

        await until(has_begun)
        await until(parts_of_echo.has_effects(1))
    assert await parts_of_echo.runs() == [(str(slow.application_id), "first")]


async def test_a_second_process_joins_and_nothing_runs_twice(parts_of_echo: EchoParts) -> None:
    facts = [queued(sha256="wait 0.15") for _ in range(60)]
    async with parts_of_echo.serving(who="first"):
        for number, fact in enumerate(facts):
            await parts_of_echo.teller.tell(fact, partition=number % 4)
        await until(parts_of_echo.has_effects(5))
        async with parts_of_echo.serving(who="second"):
            await until(parts_of_echo.has_effects(60), 40)
    runs = await parts_of_echo.runs()
    assert len(runs) == 60, "a message ran twice"
    assert {who for _, who in runs} == {"first", "second"}
