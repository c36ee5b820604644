"""One subscriber, and the gate it hands its partitions over by."""

import asyncio
import time
from collections.abc import Iterable
from typing import Any

import structlog
from aiokafka import TopicPartition
from aiokafka.abc import ConsumerRebalanceListener

from shared.events import Event

HAND_OVER_SECONDS = 20.0  # how long a rebalance waits for the message in flight; less than the session timeout
STALLED_SECONDS = 60.0  # lag and no movement for this long: not ready

log = structlog.get_logger()


class Gate(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka ships no types
    """Lets the message in flight finish before its partition goes to another consumer.

    Without it every join and leave of a group made 2-6 messages run twice (engineering.md G4).
    """

    def __init__(self) -> None:
        self.closed = asyncio.Event()
        self.idle = asyncio.Event()
        self.idle.set()

    async def closes_within(self, seconds: float) -> bool:
        """Waits; True as soon as the partitions are asked back."""
        try:
            async with asyncio.timeout(seconds):  # not wait_for: Python 3.11's loses a cancellation at the wake-up
                await self.closed.wait()
        except TimeoutError:
            return False
        return True

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        self.closed.set()
        try:
            async with asyncio.timeout(HAND_OVER_SECONDS):
                await self.idle.wait()
        except TimeoutError:
            log.warning("a partition goes while its message is in flight", partitions=len(list(revoked)))

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:  # noqa: ARG002  aiokafka's signature
        self.closed.clear()


class Ear:
    """One subscriber: one topic, one group, one message at a time."""

    def __init__(self, event: type[Event], group: str) -> None:
        self.event = event
        self.group = group
        self.gate = Gate()
        self.subscriber: Any = None
        self.in_flight_since: float | None = None  # Kafka's timestamp of the message being worked on, seconds
        self.moved_at = time.monotonic()

    def lag(self) -> int:
        """Messages of the assigned partitions not yet taken."""
        consumer = self.subscriber.consumer
        if consumer is None:
            return 0
        return sum(max(0, (consumer.highwater(each) or 0) - _position(consumer, each)) for each in self._assigned())

    def is_moving(self) -> bool:
        """In its group, and when there is lag, something was finished lately. A broker that answers a ping proves less.

        With partitions or without: of several processes one alone has a topic of one partition, the others stand by."""
        return self._has_joined() and (self.lag() == 0 or time.monotonic() - self.moved_at < STALLED_SECONDS)

    def _has_joined(self) -> bool:
        consumer: Any = self.subscriber.consumer
        subscription = consumer and consumer._subscription.subscription
        return bool(subscription) and subscription.assignment is not None  # None until the group has answered

    def _assigned(self) -> set[TopicPartition]:
        return self.subscriber.consumer.assignment() if self.subscriber.consumer else set()


def _position(consumer: Any, partition: TopicPartition) -> int:
    state = consumer._subscription.subscription.assignment.state_value(partition)  # position() would wait for it
    return int(state.position) if state is not None and state.has_valid_position else 0
