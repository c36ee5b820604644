"""The whole service on the real broker: facts in, one message out, and the fact that says so."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx
import pytest

from services.notifier.app import build
from services.notifier.settings import WeChatSettings
from shared.events import CampaignPublished, MessageSent
from shared.sealed import Sealer
from shared.service import Service
from tests.connections import connections_to
from tests.kafka import Teller, create_topics_of, teller, told, until
from tests.notifier.facts import PHONE, REFUSED, Student, campaign
from tests.notifier.world import notifier_settings


@pytest.fixture
async def sealer(parts: Any, topic_prefix: str, database_url: str, sandbox: httpx.AsyncClient) -> AsyncIterator[Sealer]:
    """The notifier serves; what it may open is sealed with this."""
    connections = connections_to(parts, topic_prefix)
    url = str(sandbox.base_url).rstrip("/")
    mini_program = WeChatSettings(url=url, appid="wx1234567890abcdef", secret="wechat-secret")
    service: Service = build(notifier_settings(database_url, url), connections, mini_program)
    await create_topics_of(service)
    async with service.app.router.lifespan_context(service.app):
        yield connections.seal.sealer()


@pytest.fixture
async def outside(parts: Any, topic_prefix: str, sealer: Sealer) -> AsyncIterator[Teller]:
    async with teller(parts.kafka_bootstrap, topic_prefix) as outside:
        yield outside


async def test_a_refusal_told_before_its_campaign_and_twice_is_one_sms_and_one_fact(
    parts: Any, topic_prefix: str, outside: Teller, sealer: Sealer, sandbox: httpx.AsyncClient
) -> None:
    student = Student(sealer=sealer)
    refusal = student.refused()
    fact_id: UUID = await outside.tell(refusal)  # parked: its campaign has not come
    await outside.tell(student.reachable())
    await outside.tell(refusal, fact_id)
    await outside.tell(CampaignPublished(campaign=campaign(REFUSED)))

    async def arrived() -> bool:
        return len(await told(parts.kafka_bootstrap, topic_prefix + MessageSent.topic)) > 0

    await until(arrived, what="message.sent")
    [sms] = (await sandbox.get("/play/messages")).json()["sms"]
    assert sms["phone"] == PHONE
    [record] = await told(parts.kafka_bootstrap, topic_prefix + MessageSent.topic)
    said = MessageSent.model_validate_json(record.value)
    assert (said.channel, said.fact, said.fact_id) == ("sms", "photo.refused", fact_id)
