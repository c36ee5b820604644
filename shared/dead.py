"""Dead letters: the raw message, where it came from, why and after how many tries.

python -m shared.dead list   SERVICE              each waiting letter in a line
python -m shared.dead show   SERVICE OFFSET       one, whole (it may hold sealed data, never plain personal data)
python -m shared.dead count  SERVICE              how many by topic and cause
python -m shared.dead replay SERVICE [OFFSET …]   tells them again, only to the service that failed, with the same id
python -m shared.dead purge  SERVICE --because …  drops all of them; who and why stays on topic dead.purged
"""

import argparse
import asyncio
import getpass
import json
import sys
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete

from shared.producer import Producer
from shared.settings import KafkaSettings
from shared.topics import SERVICES, dead_letters_of

REPLAY_FOR = "replay_for"
OURS = ("dead_topic", "dead_partition", "dead_offset", "dead_cause", "dead_tries", "dead_at", REPLAY_FOR)


class Dead:
    """Where one service buries its messages."""

    def __init__(self, service: str, topic_prefix: str, producer: Producer) -> None:
        self._topic = topic_prefix + dead_letters_of(service)
        self._producer = producer

    async def bury(self, record: ConsumerRecord[Any, Any], cause: str, tries: int) -> None:
        """Returns when Kafka has it; waits as long as Kafka is away."""
        about = {
            "dead_topic": record.topic,
            "dead_partition": str(record.partition),
            "dead_offset": str(record.offset),
            "dead_cause": cause,
            "dead_tries": str(tries),
            "dead_at": datetime.now(UTC).isoformat(),
        }
        kept = [(name, value) for name, value in record.headers if name not in OURS]
        headers = [*kept, *((name, value.encode()) for name, value in about.items())]
        await self._producer.send_and_wait(self._topic, record.value, record.key, headers)


def about(record: ConsumerRecord[Any, Any], name: str) -> str:
    """One of the headers that `bury` wrote."""
    return next((value.decode() for key, value in record.headers if key == name), "")


class Graveyard:
    """The dead letters of one service, read and replayed by an operator."""

    def __init__(self, kafka: KafkaSettings, service: str) -> None:
        self._kafka = kafka
        self._service = service
        self._partition = TopicPartition(kafka.topic_prefix + dead_letters_of(service), 0)

    async def letters(self) -> AsyncIterator[ConsumerRecord[Any, Any]]:
        """Those not replayed yet, oldest first."""
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._kafka.bootstrap_servers,
            group_id=self._partition.topic + ".replay",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
        )
        await consumer.start()
        try:
            consumer.assign([self._partition])
            end = (await consumer.end_offsets([self._partition]))[self._partition]
            while await consumer.position(self._partition) < end:
                yield await consumer.getone()
        finally:
            await consumer.stop()

    async def replay(self, offsets: set[int]) -> int:
        """Tells the letters again (all waiting ones when `offsets` is empty); returns how many. Safe to repeat."""
        producer = AIOKafkaProducer(
            bootstrap_servers=self._kafka.bootstrap_servers, acks="all", enable_idempotence=True
        )
        await producer.start()
        told = 0
        try:
            async for letter in self.letters():
                if offsets and letter.offset not in offsets:
                    continue
                headers = [(name, value) for name, value in letter.headers if name not in OURS]
                headers.append((REPLAY_FOR, self._service.encode()))
                await producer.send_and_wait(about(letter, "dead_topic"), letter.value, letter.key, headers=headers)
                told += 1
        finally:
            await producer.stop()
        if not offsets:
            await self._mark_replayed()
        return told

    async def _mark_replayed(self) -> None:
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._kafka.bootstrap_servers,
            group_id=self._partition.topic + ".replay",
            enable_auto_commit=False,
        )
        await consumer.start()
        try:
            consumer.assign([self._partition])
            await consumer.commit(await consumer.end_offsets([self._partition]))
        finally:
            await consumer.stop()

    async def purge(self, because: str) -> int:
        """Drops every letter; the audit record is written first."""
        letters = [letter async for letter in self.letters()]
        if not letters:
            return 0
        record = {
            "service": self._service,
            "letters": len(letters),
            "because": because,
            "by": getpass.getuser(),
            "at": datetime.now(UTC).isoformat(),
        }
        producer = AIOKafkaProducer(bootstrap_servers=self._kafka.bootstrap_servers, acks="all")
        await producer.start()
        try:
            await producer.send_and_wait(self._kafka.topic_prefix + "dead.purged", json.dumps(record).encode())
        finally:
            await producer.stop()
        admin = AIOKafkaAdminClient(bootstrap_servers=self._kafka.bootstrap_servers)
        await admin.start()
        try:
            await admin.delete_records({self._partition: RecordsToDelete(before_offset=letters[-1].offset + 1)})
        finally:
            await admin.close()
        return len(letters)


async def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m shared.dead", description=__doc__)
    parser.add_argument("what", choices=["list", "show", "count", "replay", "purge"])
    parser.add_argument("service", choices=SERVICES)
    parser.add_argument("offsets", nargs="*", type=int)
    parser.add_argument("--because", default="")
    chosen = parser.parse_args(arguments)
    graveyard = Graveyard(KafkaSettings(), chosen.service)
    say = sys.stdout.write
    match chosen.what:
        case "list":
            async for letter in graveyard.letters():
                say(_line(letter))
        case "show":
            async for letter in graveyard.letters():
                if letter.offset in chosen.offsets:
                    say(_line(letter) + f"{(letter.value or b'').decode(errors='replace')}\n")
        case "count":
            causes = Counter(
                [(about(each, "dead_topic"), about(each, "dead_cause")) async for each in graveyard.letters()]
            )
            for (topic, cause), letters in causes.most_common():
                say(f"{letters:6} {topic} {cause}\n")
        case "replay":
            say(f"{await graveyard.replay(set(chosen.offsets))} told again to {chosen.service}\n")
        case "purge":
            if not chosen.because:
                parser.error("purge needs --because: it goes into the audit record")
            say(f"{await graveyard.purge(chosen.because)} dropped\n")
    return 0


def _line(letter: ConsumerRecord[Any, Any]) -> str:
    where = f"{about(letter, 'dead_topic')}/{about(letter, 'dead_partition')}@{about(letter, 'dead_offset')}"
    why = f"tries={about(letter, 'dead_tries')} {about(letter, 'dead_cause')}"
    return f"{letter.offset:6} {about(letter, 'dead_at')} {where} {why}\n"


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1:])))
