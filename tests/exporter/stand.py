"""The exporter's handlers on a real database and object store; also a process of its own, to be killed or measured:

python -m tests.exporter.stand DATABASE_URL S3_ENDPOINT S3_ACCESS_KEY S3_SECRET_KEY BUCKET_PREFIX BUNDLE_ID
"""

import asyncio
import sys
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from pydantic import SecretStr
from sqlalchemy import select, update

from services.exporter import store
from services.exporter.handlers import Handlers
from services.exporter.roster import RosterLine
from services.exporter.rules import Case, Fact, with_fact
from shared.campaign import Campaign
from shared.campaigns import keep_campaign
from shared.clock import Clock
from shared.database import connect
from shared.events import ApplicationDelivered, ErasureRequested, RosterPublished
from shared.outbox import AlreadyHandled, Errand, Outbox
from shared.outbox.tables import errands, outbox
from shared.photos import BUNDLES, PHOTOS, ROSTERS, Objects
from shared.settings import StoreSettings
from tests.exporter.stories import SEALER, Story, campaign, told


@dataclass
class Place:
    """Where the database and the store are."""

    database_url: str
    s3_endpoint: str
    s3_access_key: str
    s3_secret_key: str
    bucket_prefix: str

    @property
    def store(self) -> StoreSettings:
        return StoreSettings(
            endpoint=self.s3_endpoint,
            access_key=self.s3_access_key,
            secret_key=SecretStr(self.s3_secret_key),
            bucket_prefix=self.bucket_prefix,
        )

    @property
    def words(self) -> list[str]:
        """For the command line of this module."""
        return [self.database_url, self.s3_endpoint, self.s3_access_key, self.s3_secret_key, self.bucket_prefix]


class Stand:
    """One exporter. `photos`, `rosters`, `bundles` are its buckets."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.engine = connect(place.database_url)
        self.outbox = Outbox(self.engine, Clock())
        self.photos, self.rosters, self.bundles = (Objects(place.store, each) for each in (PHOTOS, ROSTERS, BUNDLES))
        self.handlers = Handlers(self.outbox, SEALER, self.photos, self.rosters, self.bundles)

    async def hear(self, *facts: Fact | RosterPublished | ErasureRequested) -> None:
        """As the broker does: what has been handled is let go."""
        for fact in facts:
            with suppress(AlreadyHandled):
                if isinstance(fact, RosterPublished):
                    await self.handlers.keep_roster(fact)
                elif isinstance(fact, ErasureRequested):
                    await self.handlers.forget(fact)
                else:
                    await self.handlers.keep(fact)

    async def know(self, campaign: Campaign) -> None:
        async with self.outbox.transaction() as tx:
            await keep_campaign(tx, campaign)

    async def import_roster(self, campaign_id: str, lines: Iterable[RosterLine], version: int = 1) -> None:
        key = f"{campaign_id}/{version}.jsonl"
        body = "".join(f"{line.model_dump_json()}\n" for line in lines)
        await self.rosters.put(key, body.encode(), "application/jsonl")
        event = RosterPublished(campaign_id=campaign_id, roster_version=version, object_key=key, entries=0)
        await self.hear(told(event))

    async def remember(self, stories: Iterable[Story], standard_key: str) -> None:
        """Many complete applications at once."""
        async with self.outbox.transaction() as tx:
            for story in stories:
                facts = story.complete(standard_key)
                case = await store.locked_case(tx, facts[0], campaign().payment)
                for fact in facts:
                    case = with_fact(case, fact)
                await store.save_case(tx, case)

    async def case(self, story: Story) -> Case:
        async with self.outbox.transaction() as tx:
            cases = await store.cases_of(tx, "buct-2020")
        return next(each for each in cases if each.application_id == story.application_id)

    async def ask_for_bundle(self, campaign_id: str = "buct-2020") -> UUID:
        bundle_id = uuid4()
        async with self.outbox.transaction() as tx:
            await store.add_bundle(tx, bundle_id, campaign_id, "学校老师", str(bundle_id))
            tx.do("write_bundle", bundle_id)
        return bundle_id

    async def write(self, bundle_id: UUID) -> None:
        """One try of the errand, counted as the errand runner counts."""
        mine = (errands.c.subject == str(bundle_id)) & (errands.c.kind == "write_bundle")
        claim = update(errands).where(mine).values(attempts=errands.c.attempts + 1)
        wanted = (errands.c.id, errands.c.kind, errands.c.subject, errands.c.details, errands.c.attempts)
        async with self.engine.begin() as connection:
            errand = Errand(*(await connection.execute(claim.returning(*wanted))).one())
        await self.handlers.write_bundle(errand)

    async def row(self, bundle_id: UUID) -> Any:
        async with self.outbox.transaction() as tx:
            return await store.bundle(tx, bundle_id)

    async def delivered(self) -> list[ApplicationDelivered]:
        """All that was told, in order."""
        async with self.engine.connect() as connection:
            rows = await connection.execute(select(outbox.c.body).order_by(outbox.c.seq))
            return [ApplicationDelivered.model_validate_json(row.body) for row in rows]


async def main(words: list[str]) -> None:
    """Writes one bundle, then says the most memory that this process ever had, in KiB."""
    stand = Stand(Place(*words[:-1]))
    await stand.write(UUID(words[-1]))
    await stand.engine.dispose()
    # Not getrusage's ru_maxrss: after a fork that begins with what the parent had.
    status = Path("/proc/self/status").read_text()
    most = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    sys.stdout.write(f"{most.split()[1]}\n")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
