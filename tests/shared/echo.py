"""A service as small as can be, to try the plumbing on: it hears photo.queued, remembers it and says photo.referred.

What the photo's `sha256` says decides how the handler behaves. `python -m tests.shared.echo` runs it as a process.
"""

import asyncio
from pathlib import Path
from uuid import uuid4

from pydantic_settings import SettingsConfigDict
from sqlalchemy import BigInteger, Column, Identity, MetaData, Table, Text, insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from shared import outbox
from shared.campaigns import pinned_campaign
from shared.events import CampaignPublished, Frame, PhotoQueued, PhotoReferred
from shared.outbox import Outbox
from shared.service import Service, run
from shared.settings import Connections, ServiceSettings

metadata = MetaData()
# Written inside the transaction: one row per effect.
effects = Table(
    "effects",
    metadata,
    Column("seq", BigInteger, Identity(always=True), primary_key=True),
    Column("application_id", Text, nullable=False),
)
# Written outside it: one row per run of the handler, also of the runs that came to nothing.
runs = Table(
    "runs",
    metadata,
    Column("seq", BigInteger, Identity(always=True), primary_key=True),
    Column("application_id", Text, nullable=False),
    Column("who", Text, nullable=False),
)


class Settings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="ECHO_", extra="ignore")

    bug_file: Path | None = None  # while this file exists, the handler has a bug
    who: str = "echo"
    workers: int = 1


class Handlers:
    def __init__(self, outbox: Outbox, settings: Settings) -> None:
        self._outbox = outbox
        self._settings = settings

    async def echo(self, event: PhotoQueued) -> None:
        async with self._outbox.engine.begin() as connection:
            row = {"application_id": str(event.application_id), "who": self._settings.who}
            await connection.execute(insert(runs), row)
        if self._settings.bug_file and self._settings.bug_file.exists():
            raise KeyError("a bug of ours")
        if event.sha256.startswith("wait "):
            await asyncio.sleep(float(event.sha256.removeprefix("wait ")))
        async with self._outbox.transaction(cause=event) as tx:
            if event.campaign_id != "none":
                await pinned_campaign(tx, event)
            await tx.execute(insert(effects), {"application_id": str(event.application_id)})
            tx.tell(
                PhotoReferred(
                    **event.model_dump(
                        include={"application_id", "campaign_id", "campaign_version", "photo_id", "attempt"}
                    ),
                    revision=1,
                    decided_by="judge",
                    codes=(),
                )
            )


TOPICS = (CampaignPublished.topic, PhotoQueued.topic, PhotoReferred.topic, "dead.validator", "dead.purged")


def build(settings: Settings | None = None, connections: Connections | None = None) -> Service:
    settings, connections = settings or Settings(), connections or Connections()
    service = Service("validator", settings, connections)  # a name with a dead-letter topic
    handlers = Handlers(service.outbox, settings)
    service.keeps_campaigns()
    service.hears(PhotoQueued, handlers.echo, workers=settings.workers)
    service.says(PhotoReferred)
    return service


async def create_tables(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.run_sync(outbox.metadata.create_all)
        await connection.run_sync(metadata.create_all)


async def effects_of(engine: AsyncEngine) -> list[str]:
    async with engine.connect() as connection:
        return list((await connection.execute(select(effects.c.application_id))).scalars())


async def runs_of(engine: AsyncEngine) -> list[tuple[str, str]]:
    async with engine.connect() as connection:
        return [(row.application_id, row.who) for row in await connection.execute(select(runs))]


def queued(sha256: str = "0" * 64, campaign_id: str = "none") -> PhotoQueued:
    return PhotoQueued(
        application_id=uuid4(),
        campaign_id=campaign_id,
        campaign_version=1,
        photo_id=uuid4(),
        attempt=1,
        original_key="none",
        sha256=sha256,
        frame=Frame(x=0, y=0, width=480),
    )


if __name__ == "__main__":
    run(build)
