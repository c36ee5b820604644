"""What does it hear? An identity that looks for its entry, and a school's roster."""

import asyncio
import tempfile
from collections.abc import Sequence
from contextlib import aclosing
from datetime import timedelta
from typing import IO

import orjson
import structlog

from services.matcher import rules
from services.matcher.documents import FORMS, fault, normalised
from services.matcher.prints import Prints
from services.matcher.rosters import Report, RosterReader
from services.matcher.rules import Claim
from services.matcher.sheets import Cell, row_batches
from services.matcher.store import claims, rosters
from services.matcher.store.rosters import RosterEntry, SealedLine
from shared.campaigns import pinned_campaign
from shared.events import Identity, IdentityMatched, IdentityRefused, IdentitySubmitted, RosterPublished
from shared.outbox import Errand, Outbox
from shared.photos import Objects
from shared.reasons import Reason
from shared.sealed import Sealer

log = structlog.get_logger()


class Handlers:
    """objects: the bucket of rosters."""

    def __init__(self, outbox: Outbox, sealer: Sealer, objects: Objects) -> None:
        self._outbox = outbox
        self._sealer = sealer
        self._objects = objects

    async def match_identity(self, event: IdentitySubmitted) -> None:
        """The same statements in the same order for every answer: the time tells nothing (engineering C4)."""
        identity = self._sealer.open(event.identity, Identity)
        prints = Prints(self._sealer, event.campaign_id)
        claim = _claim(identity, prints)
        number_print = prints.of_number(identity.document_type, identity.document_number)
        async with self._outbox.transaction(cause=event) as tx:
            policy = (await pinned_campaign(tx, event)).identity
            reset = timedelta(hours=policy.attempts_reset_hours)
            attempts = await claims.count_attempt(tx, event, number_print, reset)
            entry = await rosters.find_entry(tx, event.campaign_id, number_print, claim.document_type)
            reason = rules.why_not(claim, entry, attempts, policy)
            if await claims.remember(tx, event, number_print, entry.entry_id if entry else None, reason):
                tx.tell(_answer(event, entry, reason))
        log.info("identity decided", submission=event.submission, reason=reason or "matched")

    async def take_roster(self, campaign_id: str, file: IO[bytes], member: str) -> Report:
        """All good rows of the file or, when it is no roster, none. Raises NotARoster."""
        reader, prints = RosterReader(), Prints(self._sealer, campaign_id)

        def read(rows: Sequence[list[Cell]]) -> list[SealedLine]:
            return [prints.sealed(line) for line in reader.take(rows)]

        async with self._outbox.transaction() as tx:
            version = await rosters.locked_version(tx, campaign_id)
            changed = 0
            async with aclosing(row_batches(file)) as batches:
                async for rows in batches:
                    lines = await asyncio.to_thread(read, rows)
                    changed += await rosters.replace_entries(tx, campaign_id, lines)
            reader.finish()
            if changed:
                version = await rosters.raise_version(tx, campaign_id)
                tx.do("publish_roster", f"{campaign_id}/{version}", campaign_id=campaign_id, version=version)
            report = Report(roster_version=version, rows=reader.rows, kept=reader.kept, bad=reader.bad)
            await rosters.record_upload(tx, campaign_id, member, report)
        log.info("roster taken", campaign_id=campaign_id, version=version, rows=report.rows, kept=report.kept)
        return report

    async def publish_roster(self, errand: Errand) -> None:
        """The roster as it is now becomes one object: a line of JSON for each entry, its personal data sealed."""
        campaign_id, version = errand.details["campaign_id"], errand.details["version"]
        key = f"{campaign_id}/{version}.jsonl"
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


def _claim(identity: Identity, prints: Prints) -> Claim:
    document_type = identity.document_type
    number = normalised(identity.document_number)
    return Claim(
        document_type=document_type,
        number_is_valid=document_type in FORMS and fault(document_type, number) is None,
        name_print=None if identity.name is None else prints.of_name(identity.name),
    )


def _answer(
    event: IdentitySubmitted, entry: RosterEntry | None, reason: Reason | None
) -> IdentityMatched | IdentityRefused:
    about = {
        "application_id": event.application_id,
        "campaign_id": event.campaign_id,
        "campaign_version": event.campaign_version,
        "submission": event.submission,
    }
    if reason:
        return IdentityRefused(**about, reason=reason)
    assert entry is not None
    return IdentityMatched(**about, entry_id=entry.entry_id, entry=entry.sealed)


def _published_line(entry: RosterEntry) -> bytes:
    line = {"entry_id": str(entry.entry_id), "entry": entry.sealed.model_dump(), "excluded": entry.excluded}
    return orjson.dumps(line) + b"\n"
