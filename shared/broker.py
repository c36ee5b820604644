"""Kafka, decided once: how a service hears, and who owns a failure.

FastStream's and aiokafka's defaults that would lose or stop work are disarmed here, each with its reason
(research/engineering.md A1-A8 and G, measured).
"""

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, TypeAlias

import structlog
from aiokafka import ConsumerRecord
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError
from faststream import AckPolicy, BaseMiddleware
from faststream.exceptions import NackMessage
from faststream.kafka import KafkaBroker
from faststream.message import AckStatus, StreamMessage

from shared import metrics
from shared.dead import REPLAY_FOR, Dead
from shared.ear import HAND_OVER_SECONDS, Ear
from shared.events import Event
from shared.failures import Unreadable, cause_without_data, is_the_messages, is_the_worlds
from shared.outbox import AlreadyHandled, NotYet, Parking
from shared.producer import Producer
from shared.settings import KafkaSettings
from shared.wire import UNREADABLE, decode, parse

# A bug that shows once in three tries is a race: worth trying; a fourth would only delay the next message.
OUR_TRIES = 3
DEAD_IN_A_ROW = 20  # this many and nothing between: the service is broken, not the messages
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 0.2, 5.0

Handler = Callable[[Any], Awaitable[None]]
CallNext = Callable[[Any], Awaitable[Any]]
Record: TypeAlias = ConsumerRecord[Any, Any]
log = structlog.get_logger()


class Hearing:
    """All that a service hears, and the door through which its dead letters leave."""

    def __init__(
        self,
        service: str,
        kafka: KafkaSettings,
        producer: Producer,
        parking: Parking,
        stop: Callable[[], None],
    ) -> None:
        self.service = service
        self.kafka = kafka
        self.parking = parking
        self.dead = Dead(service, kafka.topic_prefix, producer)
        self.ears: list[Ear] = []
        self._dead_in_a_row = 0
        self._stop = stop
        self.broker = KafkaBroker(
            kafka.bootstrap_servers,
            client_id=service,
            consumer_only=True,  # only the relay tells
            allow_auto_create_topics=False,  # a mistyped topic must fail, not appear
            parser=parse,
            decoder=decode,
            middlewares=[partial(OwnTheFailure, hearing=self)],
            logger=_quiet_logger(),
            graceful_timeout=HAND_OVER_SECONDS,
        )

    def hears(self, event: type[Event], handler: Handler, workers: int = 1) -> None:
        """workers: subscribers of this process that share the topic's partitions."""
        self.parking.resumes(event, handler)
        for worker in range(workers):
            ear = Ear(event, f"{self.kafka.topic_prefix}{self.service}.{event.topic}")
            ear.subscriber = self.broker.subscriber(
                self.kafka.topic_prefix + event.topic,  # one topic each: several with a policy lose all but the first
                group_id=ear.group,
                ack_policy=AckPolicy.NACK_ON_ERROR,  # the default commits before the work
                auto_offset_reset="earliest",  # the default skips what was told before a group's first start
                listener=ear.gate,
                session_timeout_ms=self.kafka.session_timeout_ms,
                heartbeat_interval_ms=self.kafka.session_timeout_ms // 10,
                max_poll_interval_ms=self.kafka.max_poll_interval_ms,
                title=f"{self.service} hears {event.__name__}",
                description=(event.__doc__ or "").strip(),
                include_in_schema=worker == 0,
            )
            ear.subscriber(_taking(event, handler))
            self.ears.append(ear)

    def says(self, *events: type[Event]) -> None:
        """Only for the AsyncAPI file: the relay does the telling."""
        for event in events:
            self.broker.publisher(
                self.kafka.topic_prefix + event.topic,
                schema=event,
                title=f"{self.service} says {event.__name__}",
                description=(event.__doc__ or "").strip(),
            )

    async def start(self) -> None:
        """Returns when every group is joined, however long Kafka is away."""
        while True:
            try:
                await self.broker.start()
                return
            except Exception as error:
                if not is_the_worlds(error):
                    raise
                log.warning("kafka is away", cause=type(error).__name__)
                await self.broker.stop()
                await asyncio.sleep(FIRST_WAIT_SECONDS)

    def ear_of(self, subscriber: object) -> Ear:
        return next(ear for ear in self.ears if ear.subscriber is subscriber)

    async def bury(self, record: Record, error: Exception, tries: int) -> None:
        """Writes the dead letter; too many in a row stop the service, for then it is not the messages that are ill."""
        cause = cause_without_data(error)
        await self.dead.bury(record, cause, tries)
        self._dead_in_a_row += 1
        metrics.DEAD.labels(self.service, record.topic, type(error).__name__).inc()
        log.error("dead letter", topic=record.topic, partition=record.partition, offset=record.offset, cause=cause)
        if self._dead_in_a_row >= DEAD_IN_A_ROW:
            log.critical("too many dead letters in a row: this service stops", dead_in_a_row=self._dead_in_a_row)
            self._stop()

    def finished(self) -> None:
        self._dead_in_a_row = 0

    def is_ready(self) -> bool:
        """A group with more consumers than partitions leaves some without work: one that has some is enough."""
        topics = {ear.group: False for ear in self.ears}
        for ear in self.ears:
            topics[ear.group] |= ear.is_moving()
        return all(topics.values())


class OwnTheFailure(BaseMiddleware):
    """Decides what becomes of one message: handled, parked, waited for, dead. Afterwards its offset moves, or not."""

    def __init__(self, msg: Any, /, *, context: Any, hearing: Hearing) -> None:
        super().__init__(msg, context=context)
        self._hearing = hearing

    async def consume_scope(self, call_next: CallNext, msg: StreamMessage[Any]) -> None:
        ear = self._hearing.ear_of(self.context.get_local("handler_"))
        if ear.gate.closed.is_set():  # fetched before the partition went: its next owner has it
            msg.committed = AckStatus.NACKED
            return
        record = msg.raw_message
        ear.gate.idle.clear()
        ear.in_flight_since = record.timestamp / 1000
        started = time.monotonic()
        try:
            with structlog.contextvars.bound_contextvars(application_id=_text(record.key)):
                outcome = await self._end_of(call_next, msg, record, ear)
            metrics.HEARD.labels(self._hearing.service, ear.event.topic, outcome).inc()
            metrics.HANDLING.labels(self._hearing.service, ear.event.topic).observe(time.monotonic() - started)
            if outcome == "left":
                msg.committed = AckStatus.NACKED
            else:
                await _commit(msg)  # inside the gate: the next owner starts behind it
        finally:
            ear.in_flight_since = None
            ear.moved_at = time.monotonic()
            ear.gate.idle.set()

    async def _end_of(self, call_next: CallNext, msg: StreamMessage[Any], record: Record, ear: Ear) -> str:
        """Raises NackMessage when the world was away for too long: the poll interval starts anew."""
        hearing = self._hearing
        if _is_for_another(record, hearing.service):
            return "not for us"
        tries, waited, wait = 0, 0.0, FIRST_WAIT_SECONDS
        while True:
            try:
                tries += 1
                await self._once(call_next, msg)
            except Exception as error:
                if is_the_worlds(error):
                    tries -= 1
                    log.warning("the world is away", topic=record.topic, cause=cause_without_data(error), waited=waited)
                    if waited > hearing.kafka.max_poll_interval_ms / 2000:
                        raise NackMessage from error
                    pause = wait * (0.5 + random.random() / 2)
                    if await ear.gate.closes_within(pause):
                        return "left"
                    waited, wait = waited + pause, min(2 * wait, LONGEST_WAIT_SECONDS)
                elif is_the_messages(error) or tries >= OUR_TRIES:
                    await hearing.bury(record, error, tries)
                    return "dead"
                else:
                    log.warning("handler failed", topic=record.topic, tries=tries, cause=cause_without_data(error))
                    await asyncio.sleep(FIRST_WAIT_SECONDS * tries)
            else:
                hearing.finished()
                return "handled"

    async def _once(self, call_next: CallNext, msg: StreamMessage[Any]) -> None:
        if unreadable := msg.headers.get(UNREADABLE):
            raise Unreadable(unreadable)
        try:
            await call_next(msg)
        except AlreadyHandled:
            return
        except NotYet as not_yet:
            fact = self._hearing.ear_of(self.context.get_local("handler_")).event.model_validate(await msg.decode())
            await self._hearing.parking.park(fact, not_yet.missing)


def _quiet_logger() -> logging.Logger:
    """FastStream warns once per subscriber that topics are not created, and says two lines for every message."""
    logger = logging.getLogger("gradphoto.faststream")
    logger.setLevel(logging.ERROR)
    return logger


def _taking(event: type[Event], handler: Handler) -> Handler:
    """A handler may be written for several events: FastStream reads each topic into the class it is annotated with."""

    async def hear(fact: Event) -> None:
        await handler(fact)

    hear.__annotations__["fact"] = event
    return hear


def _is_for_another(record: Record, service: str) -> bool:
    """A replayed dead letter is for the service that failed; the others have had it."""
    return any(name == REPLAY_FOR and value != service.encode() for name, value in record.headers)


async def _commit(msg: StreamMessage[Any]) -> None:
    try:
        await msg.ack()
    except (CommitFailedError, IllegalStateError, KafkaError) as error:
        # The work is done and remembered: whoever gets the message again finds its inbox row.
        log.warning("offset not committed", cause=type(error).__name__)
        msg.committed = AckStatus.NACKED


def _text(key: bytes | None) -> str:
    return (key or b"").decode(errors="replace")
