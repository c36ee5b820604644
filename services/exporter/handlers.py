"""What does it hear? Each fact is kept in its application's row; whoever asks is told what the whole row says."""

import asyncio
from dataclasses import asdict
from datetime import timedelta
from typing import cast
from uuid import UUID

import structlog

from services.exporter import bundle, rules, store
from services.exporter.bundle import Missing, Photo, Plan, Written
from services.exporter.roster import Person, everybody, read_roster
from services.exporter.rules import Case, Fact, Standing
from shared.campaign import Campaign
from shared.campaigns import newest_campaign, pinned_campaign
from shared.events import (
    ApplicationDelivered,
    Entry,
    ErasureCompleted,
    ErasureRequested,
    PhotoAccepted,
    RosterPublished,
)
from shared.outbox import AlreadyHandled, Errand, Outbox, TryLater
from shared.photos import Objects
from shared.sealed import Sealer

ANOTHERS_TURN = timedelta(seconds=2)
KEPT = "已交付学校的成果包副本，保留期满删除"

log = structlog.get_logger()


class Handlers:
    """photos, rosters, bundles: the buckets. `sealer` opens the entries while a bundle is written."""

    def __init__(self, outbox: Outbox, sealer: Sealer, photos: Objects, rosters: Objects, bundles: Objects) -> None:
        self._outbox = outbox
        self._sealer = sealer
        self._photos = photos
        self._rosters = rosters
        self._bundles = bundles
        # One bundle at a time in a process: each holds a thread of the pool in which its photos are fetched, so that
        # as many as there are threads would wait for each other for ever; and memory is that of one.
        self._writing = asyncio.Lock()

    async def keep_roster(self, event: RosterPublished) -> None:
        async with self._outbox.transaction(cause=event) as tx:
            await store.keep_roster(tx, event)

    async def keep(self, fact: Fact) -> None:
        """Every fact about an application, in whatever order they come."""
        async with self._outbox.transaction(cause=fact) as tx:
            campaign = await pinned_campaign(tx, fact)
            case = await store.locked_case(tx, fact, campaign.payment)
            if not case.erased:
                await store.save_case(tx, rules.with_fact(case, fact))

    async def forget(self, event: ErasureRequested) -> None:
        """What was delivered is in the school's hands, and in our copy of its bundles until those are removed."""
        async with self._outbox.transaction(cause=event) as tx:
            campaign = await pinned_campaign(tx, event)
            case = await store.locked_case(tx, event, campaign.payment)
            await store.erase(tx, event.application_id)
            about = event.model_dump(include={"application_id", "campaign_id", "campaign_version"})
            kept = {"kept": (KEPT,), "kept_until": tx.now + _bundle_lives(campaign)} if case.delivered else {}
            tx.tell(ErasureCompleted(**about, service="exporter", **kept))

    async def remove_bundle(self, errand: Errand) -> None:
        """Retention (PIPL 19): the copy here goes, the line that it existed stays."""
        async with self._outbox.transaction() as tx:
            row = await store.bundle(tx, UUID(errand.subject))
        if row and row.object_key:
            await self._bundles.remove(row.object_key)
        async with self._outbox.transaction(cause=errand) as tx:
            await store.forget_object(tx, UUID(errand.subject))

    async def people_of(self, campaign_id: str) -> list[Person]:
        """Everybody the school waits for, and where each stands; their data still sealed."""
        async with self._outbox.transaction() as tx:
            roster_key = await store.roster_key(tx, campaign_id)
            cases = await store.cases_of(tx, campaign_id)
        lines = await read_roster(self._rosters, roster_key) if roster_key else []
        return everybody(lines, cases)

    async def write_bundle(self, errand: Errand) -> None:
        """Whole or absent: every try has an object of its own, and is nowhere before it is published.

        What lost tries have left goes when one has won, not before: until then none of them is known to be lost.
        """
        if self._writing.locked():
            raise TryLater("this process is writing another bundle", wait=ANOTHERS_TURN)
        async with self._writing, store.alone(self._outbox.engine, UUID(errand.subject)):
            plan = await self._plan(UUID(errand.subject))
            object_key = _object_key(plan, errand.attempts)
            written = await bundle.write(plan, self._photos, self._bundles, object_key)
            try:
                await self._publish(errand, plan, object_key, written)
            except (AlreadyHandled, TryLater):
                await self._bundles.remove(object_key)
                raise
            for earlier in range(1, errand.attempts):
                await self._bundles.remove(_object_key(plan, earlier))
        log.info("bundle published", bundle_id=errand.subject, photos=len(plan.photos), missing=len(plan.missing))

    async def _plan(self, bundle_id: UUID) -> Plan:
        async with self._outbox.transaction() as tx:
            asked = await store.bundle(tx, bundle_id)
            assert asked  # the errand and the row were written in one transaction
            if asked.published_at:
                raise AlreadyHandled(f"bundle {bundle_id}")
            campaign = await newest_campaign(tx, asked.campaign_id)
            assert campaign  # checked when it was asked for
            made_at = tx.now
        people = await self.people_of(campaign.id)
        await self._pick_up([each.case for each in people if each.case and each.standing == Standing.COMPLETE])
        photos = tuple(self._photo(each) for each in people if each.standing == Standing.COMPLETE)
        missing = tuple(self._missing(each) for each in people if each.standing != Standing.COMPLETE)
        return Plan(bundle_id, asked.version, campaign, made_at, photos, missing)

    async def _pick_up(self, cases: list[Case]) -> None:
        """制作中 (row 34). What was delivered before stays delivered: it is listed again, not made again."""
        async with self._outbox.transaction() as tx:
            picked = [rules.with_handover(case, "picked up") for case in cases]
            await store.mark_handed(tx, [case for case in picked if case])

    def _photo(self, person: Person) -> Photo:
        case = cast(Case, person.case)  # the standing says so
        accepted = cast(PhotoAccepted, case.photo)
        entry = self._sealer.open(person.entry, Entry)
        return Photo(case.application_id, accepted.attempt, accepted.revision, accepted.standard_key, entry)

    def _missing(self, person: Person) -> Missing:
        return Missing(self._sealer.open(person.entry, Entry), person.why_missing)

    async def _publish(self, errand: Errand, plan: Plan, object_key: str, written: Written) -> None:
        """Raises TryLater when a listed photo has changed since: it would be delivered and already be another."""
        async with self._outbox.transaction(cause=errand) as tx:
            cases = {each.application_id: each for each in await store.cases_of(tx, plan.campaign.id, lock=True)}
            if any(not _still_stands(photo, cases[photo.application_id]) for photo in plan.photos):
                raise TryLater("a listed photo changed while the bundle was written")
            new = [each for each in plan.photos if cases[each.application_id].delivered != _turn(each)]
            delivered = [rules.with_handover(cases[each.application_id], "published") for each in new]
            await store.mark_handed(tx, [case for case in delivered if case])
            tx.do("remove_bundle", plan.bundle_id, at=tx.now + _bundle_lives(plan.campaign))
            counts = {"photos": len(plan.photos), "missing": len(plan.missing)}
            await store.publish(tx, plan.bundle_id, object_key=object_key, **asdict(written), **counts)
            for photo in new:
                tx.tell(_delivered(plan, photo, cases[photo.application_id]))


def _bundle_lives(campaign: Campaign) -> timedelta:
    return timedelta(days=campaign.retention.days_after_delivery)


def _object_key(plan: Plan, attempt: int) -> str:
    return f"{plan.campaign.id}/{plan.bundle_id}/{attempt}.zip"


def _turn(photo: Photo) -> rules.Turn:
    return (photo.attempt, photo.revision)


def _still_stands(photo: Photo, case: Case) -> bool:
    is_complete = rules.standing(case) == Standing.COMPLETE
    return is_complete and case.photo is not None and rules.turn(case.photo) == _turn(photo)


def _delivered(plan: Plan, photo: Photo, case: Case) -> ApplicationDelivered:
    assert case.identity  # complete
    return ApplicationDelivered(
        application_id=photo.application_id,
        campaign_id=case.identity.campaign_id,
        campaign_version=case.identity.campaign_version,
        bundle_id=plan.bundle_id,
        attempt=photo.attempt,
        revision=photo.revision,
    )
