"""The servers that every other test stands on: do they keep what they were given through a crash?"""

import asyncio
from pathlib import Path

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from minio import Minio

from deploy.local.keys import load_keys
from deploy.local.servers import Servers
from deploy.local.state import StateDir

# A killed broker reads the logs of every topic again that the tests before have made.
pytestmark = pytest.mark.timeout(240)


@pytest.fixture
async def topic(parts: Servers, topic_prefix: str) -> str:
    admin = AIOKafkaAdminClient(bootstrap_servers=parts.kafka_bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic(f"{topic_prefix}kept", 2, 1)])
    await admin.close()
    return f"{topic_prefix}kept"


async def say(parts: Servers, topic: str, body: bytes) -> None:
    async with AIOKafkaProducer(bootstrap_servers=parts.kafka_bootstrap, acks="all") as producer:
        await producer.send_and_wait(topic, body)


async def test_kafka_keeps_acknowledged_messages_through_a_kill(parts: Servers, topic: str) -> None:
    await say(parts, topic, b"before the crash")
    await parts.kafka.kill()
    await parts.kafka.start()
    await say(parts, topic, b"after the crash")
    async with AIOKafkaConsumer(
        topic, bootstrap_servers=parts.kafka_bootstrap, auto_offset_reset="earliest"
    ) as consumer:
        heard = {(await consumer.getone()).value for _ in range(2)}
    assert heard == {b"before the crash", b"after the crash"}


async def test_postgres_keeps_committed_rows_through_a_kill(parts: Servers, empty_database_url: str) -> None:
    url = empty_database_url.replace("postgresql+asyncpg", "postgresql")
    connection = await asyncpg.connect(url)
    await connection.execute("CREATE TABLE kept AS SELECT 1 AS row")
    await parts.postgres.kill()
    await parts.postgres.start()
    connection = await asyncpg.connect(url)
    assert await connection.fetchval("SELECT row FROM kept") == 1
    assert (await connection.fetchval("SHOW server_version")).startswith("18.")
    await connection.close()


async def test_postgres_waits_for_the_disk_unless_its_run_is_thrown_away(tmp_path: Path) -> None:
    with StateDir(tmp_path / "run") as state:
        kept = Servers(state, load_keys(tmp_path / "keys"))
        try:
            await kept.postgres.start()
            connection = await asyncpg.connect(kept.postgres_url("postgres", "postgresql"))
            assert await connection.fetchval("SHOW fsync") == "on"
            await connection.close()
        finally:
            await kept.stop()


async def test_the_object_store_keeps_objects_through_a_kill(parts: Servers, topic_prefix: str) -> None:
    host = parts.s3_endpoint.removeprefix("http://")
    store = Minio(host, access_key=parts.s3_access_key, secret_key=parts.s3_secret_key, secure=False)
    bucket = topic_prefix.rstrip(".")
    await asyncio.to_thread(store.make_bucket, bucket)
    await asyncio.to_thread(store.fput_object, bucket, "kept", __file__)
    await parts.minio.kill()
    await parts.minio.start()
    assert (await asyncio.to_thread(store.stat_object, bucket, "kept")).size == Path(__file__).stat().st_size
