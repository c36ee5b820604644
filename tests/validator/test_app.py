"""The wired service on the real broker: a submitted photo goes in, a verdict comes out."""

from pathlib import Path
from typing import Any

import pytest

from services.validator import app
from services.validator.settings import Settings
from shared.campaign import Campaign
from shared.events import (
    CampaignPublished,
    ErasureCompleted,
    ErasureRequested,
    PaymentSucceeded,
    PhotoAccepted,
    PhotoPrepared,
    PhotoUploaded,
)
from shared.photos import Objects
from tests.connections import connections_to
from tests.kafka import create_topics_of, teller, told, until
from tests.portraits.album import compose
from tests.portraits.recipes import compliant
from tests.validator.facts import NOW
from tests.validator.judges import Judges, about

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
    settings = Settings(database_url=database_url, models_dir=models_dir, processes=1)
    service = app.build(settings, connections)
    await create_topics_of(service)
    later = campaign.model_copy(update={"version": 2})
    async with service.app.router.lifespan_context(service.app), teller(parts.kafka_bootstrap, topic_prefix) as tell:
        await tell.tell(await judges.submission(compose(compliant(0)), campaign_version=2))
        await tell.tell(CampaignPublished(campaign=later))

        async def accepted() -> bool:
            return bool(await told(parts.kafka_bootstrap, topic_prefix + PhotoAccepted.topic))

        await until(accepted, seconds=60, what="a verdict")
        assert service.hearing.is_ready()


async def test_an_uploaded_picture_is_prepared_paid_judged_and_erased_over_kafka(
    parts: Any,
    database_url: str,
    topic_prefix: str,
    models_dir: Path,
    photos: Objects,
    campaign: Campaign,
    faces: None,
    judges: Judges,
) -> None:
    """The payment is told before the photo is: two topics promise no order."""
    connections = connections_to(parts, topic_prefix)
    service = app.build(Settings(database_url=database_url, models_dir=models_dir, processes=1), connections)
    await create_topics_of(service)
    paid_first = {"processing": "auto_crop", "payment": {"moment": "at_order", "fee_fen": 2000}}
    version = await judges.publish(campaign, **paid_first)
    template = await judges.submission(compose(compliant(0)), campaign_version=version)
    same = about(template) | {"photo_id": template.photo_id}
    upload = PhotoUploaded(**same, original_key=template.original_key, sha256=template.sha256)
    payment = PaymentSucceeded(**about(template), order_no="A", amount_fen=2000, how="wechat", paid_at=NOW)

    async def one(topic: str) -> Any:
        async def there() -> bool:
            return bool(await told(parts.kafka_bootstrap, topic_prefix + topic))

        await until(there, seconds=60, what=topic)
        return (await told(parts.kafka_bootstrap, topic_prefix + topic))[0]

    async with service.app.router.lifespan_context(service.app), teller(parts.kafka_bootstrap, topic_prefix) as tell:
        await tell.tell(upload)
        prepared = PhotoPrepared.model_validate_json((await one(PhotoPrepared.topic)).value)
        await tell.tell(payment)
        yes = {"prepared_key": prepared.prepared_key, "frame": prepared.frame}
        await tell.tell(template.model_copy(update=yes))
        accepted = PhotoAccepted.model_validate_json((await one(PhotoAccepted.topic)).value)
        assert accepted.standard_key == prepared.prepared_key
        await tell.tell(ErasureRequested(**about(template), cause="student"))
        await one(ErasureCompleted.topic)
        assert await photos.keys(f"{template.application_id}/") == []
