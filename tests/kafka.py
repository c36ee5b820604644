"""Talking to the real broker from a test: tell a fact as the relay would, and read what was told."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord

from shared.events import Event
from shared.service import Service
from shared.topics import create_topics, dead_letters_of

Headers = Sequence[tuple[str, bytes | None]]


def headers_of(fact: Event, fact_id: UUID) -> list[tuple[str, bytes | None]]:
    return [
        ("ce_specversion", b"1.0"),
        ("ce_id", str(fact_id).encode()),
        ("ce_source", b"test"),
        ("ce_type", fact.topic.encode()),
        ("ce_time", datetime.now(UTC).isoformat().encode()),
        ("content-type", b"application/json"),
    ]


async def create_topics_of(service: Service) -> None:
    """What it hears and says. All topics would cost Kafka 0.7 s of work for each test, 8 ms a partition."""
    hearing = service.hearing
    heard = {ear.event.topic for ear in hearing.ears}
    publishers: list[Any] = hearing.broker.publishers
    said = {publisher.topic.removeprefix(hearing.kafka.topic_prefix) for publisher in publishers}
    await create_topics(hearing.kafka, heard | said | {dead_letters_of(service.name), "dead.purged"})


class Teller:
    """Tells facts on the topics of one test."""

    def __init__(self, producer: AIOKafkaProducer, prefix: str) -> None:
        self._producer = producer
        self._prefix = prefix

    async def tell(self, fact: Event, fact_id: UUID | None = None, partition: int | None = None) -> UUID:
        fact_id = fact_id or uuid4()
        body = fact.model_dump_json().encode()
        await self.raw(fact.topic, fact.key.encode(), body, headers_of(fact, fact_id), partition)
        return fact_id

    async def raw(
        self, topic: str, key: bytes | None, body: bytes | None, headers: Headers, partition: int | None = None
    ) -> None:
        await self._producer.send_and_wait(self._prefix + topic, body, key, partition=partition, headers=headers)


@asynccontextmanager
async def teller(bootstrap: str, prefix: str) -> AsyncIterator[Teller]:
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", enable_idempotence=True)
    await producer.start()
    try:
        yield Teller(producer, prefix)
    finally:
        await producer.stop()


async def told(bootstrap: str, topic: str) -> list[ConsumerRecord[Any, Any]]:
    """Everything on a topic (full name), now."""
    # Subscribed and without a group it has all partitions at once, and asks the broker about no other topic.
    # It waits shortly for more: the question for the ends is answered after that.
    consumer = AIOKafkaConsumer(
        topic, bootstrap_servers=bootstrap, group_id=None, auto_offset_reset="earliest", fetch_max_wait_ms=5
    )
    await consumer.start()
    try:
        ends = await consumer.end_offsets(consumer.assignment())
        records: list[ConsumerRecord[Any, Any]] = []
        for partition, end in ends.items():
            while await consumer.position(partition) < end:
                records.append(await consumer.getone(partition))
        return records
    finally:
        await consumer.stop()


async def until(question: Callable[[], Awaitable[bool]], seconds: float = 20, what: str = "the condition") -> None:
    """Waits until the question is answered yes; fails after the deadline."""
    deadline = time.monotonic() + seconds
    while not await question():
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} was not met in {seconds} s")
        await asyncio.sleep(0.05)
