"""The school's roster as a whole: taken from a file, published for the others, forgotten when its time is over."""

import asyncio
import tempfile
from collections.abc import Callable, Sequence
from contextlib import aclosing
from datetime import datetime, timedelta
from typing import IO

import orjson
import structlog

from services.matcher.prints import Prints
from services.matcher.rosters import Report, RosterReader
from services.matcher.sheets import Cell, row_batches
from services.matcher.store import rosters
from services.matcher.store.rosters import RosterEntry, SealedLine
from shared.campaign import Campaign
from shared.campaigns import newest_campaign
from shared.events import RosterPublished
from shared.outbox import Errand, Outbox, Transaction, TryLater
from shared.photos import Objects
from shared.sealed import Sealer

OLD_ROSTERS_STAY = timedelta(days=1)  # whoever reads one now has heard of the newer by then

log = structlog.get_logger()
Progress = Callable[[int, int], None]  # rows read, rows at most


class RosterKeeper:
    """objects: the bucket of rosters."""

    def __init__(self, outbox: Outbox, sealer: Sealer, objects: Objects) -> None:
        self._outbox = outbox
        self._sealer = sealer
        self._objects = objects

    async def take_roster(
        self, campaign_id: str, file: IO[bytes], member: str, progress: Progress = lambda *_: None
    ) -> Report:
        """All good rows of the file or, when it is no roster, none. Raises NotARoster."""
        reader, prints = RosterReader(), Prints(self._sealer, campaign_id)
        expected = 0

        def expect(rows: int) -> None:
            nonlocal expected
            expected = rows

        def read(rows: Sequence[list[Cell]]) -> list[SealedLine]:
            return [prints.sealed(line) for line in reader.take(rows)]

        async with self._outbox.transaction() as tx:
            version = await rosters.locked_version(tx, campaign_id)
            changed = 0
            async with aclosing(row_batches(file, expect)) as batches:
                async for rows in batches:
                    lines = await asyncio.to_thread(read, rows)
                    changed += await rosters.replace_entries(tx, campaign_id, lines)
                    progress(reader.rows, expected)
            reader.finish()
            if changed:
                version = await changed_roster(tx, campaign_id)
            report = Report(roster_version=version, rows=reader.rows, kept=reader.kept, bad=reader.bad)
            await rosters.record_upload(tx, campaign_id, member, report)
        log.info("roster taken", campaign_id=campaign_id, version=version, rows=report.rows, kept=report.kept)
        return report

    async def publish_roster(self, errand: Errand) -> None:
        """The roster as it is now becomes one object: a line of JSON for each entry, its personal data sealed."""
        campaign_id, version = errand.details["campaign_id"], errand.details["version"]
        key = _object_key(campaign_id, version)
        written = 0
        with tempfile.TemporaryFile() as file:
            async for entry in rosters.all_entries(self._outbox, campaign_id):
                file.write(_published_line(entry))
                written += 1
            length = file.tell()
            file.seek(0)
            await self._objects.put_stream(key, file, length, "application/jsonl")
        async with self._outbox.transaction(cause=errand) as tx:
            tx.tell(RosterPublished(campaign_id=campaign_id, roster_version=version, object_key=key, entries=written))
            tx.do("remove_old_rosters", errand.subject, at=tx.now + OLD_ROSTERS_STAY, **errand.details)
            campaign = await newest_campaign(tx, campaign_id)
            if campaign and written:
                tx.do("forget_roster", campaign_id, at=forgotten_at(campaign))

    async def remove_old_rosters(self, errand: Errand) -> None:
        campaign_id, newest = errand.details["campaign_id"], errand.details["version"]
        for version in range(1, newest):
            await self._objects.remove(_object_key(campaign_id, version))
        async with self._outbox.transaction(cause=errand):
            log.info("old rosters removed", campaign_id=campaign_id, below=newest)

    async def forget_roster(self, errand: Errand) -> None:
        """The campaign's retention is over: its entries go, and an empty roster takes the place of the published."""
        campaign_id = errand.subject
        async with self._outbox.transaction() as tx:
            campaign = await newest_campaign(tx, campaign_id)
            assert campaign  # its roster was taken
            if tx.now < forgotten_at(campaign):
                raise TryLater("the campaign was prolonged", wait=forgotten_at(campaign) - tx.now)
        async with self._outbox.transaction(cause=errand) as tx:
            await rosters.locked_version(tx, campaign_id)
            await rosters.forget_entries(tx, campaign_id)
            await changed_roster(tx, campaign_id)


async def changed_roster(tx: Transaction, campaign_id: str) -> int:
    """A new version: it is published, and who waits is asked again."""
    version = await rosters.raise_version(tx, campaign_id)
    tx.do("publish_roster", f"{campaign_id}/{version}", campaign_id=campaign_id, version=version)
    tx.do("ask_again", f"{campaign_id}/{version}", campaign_id=campaign_id)
    return version


def forgotten_at(campaign: Campaign) -> datetime:
    """Until when the school's roster is kept."""
    return campaign.window.closes_at + timedelta(days=campaign.retention.days_after_delivery)


def _object_key(campaign_id: str, version: int) -> str:
    return f"{campaign_id}/{version}.jsonl"


def _published_line(entry: RosterEntry) -> bytes:
    line = {"entry_id": str(entry.entry_id), "entry": entry.sealed.model_dump(), "excluded": entry.excluded}
    return orjson.dumps(line) + b"\n"
