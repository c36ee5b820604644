"""The whole service as a process of its own, killed with -9 between the gateway's deed and its record."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from sqlalchemy import update

from shared.database import connect
from shared.events import CampaignPublished, MessageSent
from shared.outbox.tables import errands
from shared.topics import create_topics
from tests.connections import KEY, connections_to
from tests.kafka import teller, told, until
from tests.notifier.facts import REFUSED, Student, campaign


@contextmanager
def _notifier(environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen([sys.executable, "-m", "services.notifier.app"], env=os.environ | environment) as process:
        try:
            yield process
        finally:
            process.kill()


def _environment(parts: Any, topic_prefix: str, database_url: str, gateway: str) -> dict[str, str]:
    return {
        "KAFKA_BOOTSTRAP_SERVERS": parts.kafka_bootstrap,
        "KAFKA_TOPIC_PREFIX": topic_prefix,
        "KAFKA_SESSION_TIMEOUT_MS": "6000",  # the broker's least: so long a killed one keeps its partitions
        "S3_ENDPOINT": parts.s3_endpoint,
        "S3_ACCESS_KEY": parts.s3_access_key,
        "S3_SECRET_KEY": parts.s3_secret_key,
        "SEAL_KEYS": f"k1:{KEY}",
        "SEAL_LOOKUP_KEY": KEY,
        "LINK_KEY": "links",
        "WECHAT_URL": gateway,
        "WECHAT_APPID": "wx1234567890abcdef",
        "WECHAT_SECRET": "wechat-secret",
        "NOTIFIER_DATABASE_URL": database_url,
        "NOTIFIER_SMS_URL": gateway,
        "NOTIFIER_SMS_SECRET_ID": "AKIDsandbox",
        "NOTIFIER_SMS_SECRET_KEY": "sms-secret",
        "NOTIFIER_SMS_SDK_APP_ID": "1400006666",
        "NOTIFIER_SMS_SIGN_NAME": "易拍证照",
        "NOTIFIER_RECEIPT_SECRET": "receipt-secret",
    }


async def test_killed_after_the_gateway_took_it_and_started_again_there_is_one_sms(
    parts: Any, topic_prefix: str, database_url: str, sandbox: httpx.AsyncClient
) -> None:
    connections = connections_to(parts, topic_prefix)
    await create_topics(connections.kafka)
    slow = {"call": "sms", "name": "done_then_slow", "value": 5}
    (await sandbox.post("/play/triggers", json=slow)).raise_for_status()
    environment = _environment(parts, topic_prefix, database_url, str(sandbox.base_url).rstrip("/"))
    student = Student(sealer=connections.seal.sealer())

    async def sms() -> list[Any]:
        return list((await sandbox.get("/play/messages")).json()["sms"])

    async def taken() -> bool:
        return bool(await sms())

    async def said() -> bool:
        return bool(await told(parts.kafka_bootstrap, topic_prefix + MessageSent.topic))

    with _notifier(environment) as process:
        async with teller(parts.kafka_bootstrap, topic_prefix) as outside:
            for fact in (CampaignPublished(campaign=campaign(REFUSED)), student.reachable(), student.refused()):
                await outside.tell(fact)
        await until(taken, what="the gateway has the SMS")
        process.kill()
    assert not await said()
    await _leases_run_out(database_url)
    with _notifier(environment):
        await until(said, seconds=30, what="message.sent")
    assert len(await sms()) == 1


async def _leases_run_out(database_url: str) -> None:
    engine = connect(database_url)
    async with engine.begin() as connection:
        await connection.execute(update(errands).values(leased_until=None))
    await engine.dispose()
