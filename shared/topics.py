"""Topic ↔ event class, and the command that creates the topics: `python -m shared.topics create`.

Nobody creates a topic by using it: a typing mistake must fail, not grow a topic of its own.
"""

import asyncio
import sys
from collections.abc import Collection

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError

from shared.events import EVENTS, CampaignPublished
from shared.settings import KafkaSettings

SERVICES = ("intake", "matcher", "validator", "payment", "notifier", "exporter")
DAY_MS = 24 * 60 * 60 * 1000
# Sealed personal data and dead letters live days, not for ever (research/domain.md §5.3); the inbox is kept longer.
RETENTION_MS = 7 * DAY_MS


def dead_letters_of(service: str) -> str:
    return f"dead.{service}"


def all_topics() -> dict[str, dict[str, str]]:
    """Topic → its Kafka settings."""
    kept_days = {"retention.ms": str(RETENTION_MS)}
    topics = dict.fromkeys(EVENTS, kept_days)
    topics[CampaignPublished.topic] = {"cleanup.policy": "compact"}
    return topics | {dead_letters_of(service): kept_days for service in SERVICES} | {"dead.purged": {}}


async def create_topics(kafka: KafkaSettings, wanted: Collection[str] | None = None) -> int:
    """Creates what is missing of all topics, or of those wanted; returns how many that were."""
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap_servers)
    await admin.start()
    try:
        there = set(await admin.list_topics())
        missing = [
            NewTopic(
                kafka.topic_prefix + topic,
                num_partitions=1 if topic.startswith(("dead.", "campaign.", "roster.")) else kafka.partitions,
                replication_factor=kafka.replication,
                topic_configs=settings,
            )
            for topic, settings in all_topics().items()
            if kafka.topic_prefix + topic not in there and (wanted is None or topic in wanted)
        ]
        if missing:
            answer = await admin.create_topics(missing)
            for topic, code, message in answer.topic_errors:
                if code not in (0, TopicAlreadyExistsError.errno):  # another process may have created it meanwhile
                    raise RuntimeError(f"topic {topic} was not created: {message}")
        return len(missing)
    finally:
        await admin.close()


if __name__ == "__main__":
    if sys.argv[1:] != ["create"]:
        sys.exit("usage: python -m shared.topics create")
    created = asyncio.run(create_topics(KafkaSettings()))
    sys.stdout.write(f"{created} topics created, {len(all_topics()) - created} were there\n")
