"""The wired service on the real broker: a submitted photo goes in, a verdict comes out."""

from pathlib import Path
from typing import Any

import pytest

from services.validator import app
from services.validator.settings import Settings
from shared.campaign import Campaign
from shared.events import CampaignPublished, PhotoAccepted
from shared.photos import Objects
from shared.topics import create_topics
from tests.connections import connections_to
from tests.kafka import teller, told, until
from tests.portraits.compose import compose
from tests.portraits.recipes import compliant
from tests.validator.judges import Judges

pytestmark = pytest.mark.timeout(300)


async def test_a_submitted_photo_is_accepted_over_kafka_though_its_campaign_comes_later(
    parts: Any,
    database_url: str,
    topic_prefix: str,
    models_dir: Path,
    photos: Objects,
    campaign: Campaign,
    faces: None,
    judges: Judges,
) -> None:
    connections = connections_to(parts, topic_prefix)
    await create_topics(connections.kafka)
    settings = Settings(database_url=database_url, models_dir=models_dir, processes=1)
    service = app.build(settings, connections)
    later = campaign.model_copy(update={"version": 2})
    async with service.app.router.lifespan_context(service.app), teller(parts.kafka_bootstrap, topic_prefix) as tell:
        await tell.tell(await judges.submission(compose(compliant(0)), campaign_version=2))
        await tell.tell(CampaignPublished(campaign=later))

        async def accepted() -> bool:
            return bool(await told(parts.kafka_bootstrap, topic_prefix + PhotoAccepted.topic))

        await until(accepted, seconds=60, what="a verdict")
        assert service.hearing.is_ready()
