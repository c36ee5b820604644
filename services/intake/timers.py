"""Timers and errands: each asks its rule again when it fires, for the case or the campaign may have moved on."""

from datetime import datetime, timedelta
from uuid import UUID

from services.intake import cases
from services.intake.rules import (
    ERASE,
    LAPSE,
    erased_at,
    lapses_at,
    recalled_at,
    timers,
    why_lapsed,
    with_fact,
)
from services.intake.store import applications as store
from shared.events import ErasureCompleted, ResubmissionDue
from shared.outbox import Errand, Outbox, Transaction
from shared.photos import Objects

TOGETHER = 500  # applications whose timers are moved in one transaction
STRAGGLERS_AFTER = timedelta(hours=1)  # an upload that was under way during the erasure has long ended
KEPT = ("采集申请编号、状态和订单号：防止重复采集，核对款项", "同意记录：证明处理的依据")


class Timers:
    """One method per kind of errand."""

    def __init__(self, outbox: Outbox, pictures: tuple[Objects, ...]) -> None:
        """pictures: every bucket that holds a person's."""
        self._outbox = outbox
        self._pictures = pictures

    async def recall_photo(self, errand: Errand) -> None:
        async with self._outbox.transaction(cause=errand) as tx:
            application = await cases.locked(tx, UUID(errand.subject))
            at = recalled_at(application)
            if at is None or _is_early(tx, errand, at):
                return
            by = lapses_at(application, await cases.campaign_of(tx, application))
            if by is not None and tx.now >= by:
                return  # the clock has jumped over both: nobody is told to hurry for what is over
            tx.tell(ResubmissionDue(**application.named, attempt=application.photo.attempt, resubmit_by=by))
            await store.happened(tx, application.id, "resubmission.due", {"attempt": application.photo.attempt})

    async def lapse(self, errand: Errand) -> None:
        async with self._outbox.transaction(cause=errand) as tx:
            application = await cases.locked(tx, UUID(errand.subject))
            campaign = await cases.campaign_of(tx, application)
            at = lapses_at(application, campaign)
            if at is None or _is_early(tx, errand, at):
                return
            reason = why_lapsed(application, campaign, tx.now)
            if reason is not None:
                await cases.lapse(tx, application, reason)

    async def erase(self, errand: Errand) -> None:
        async with self._outbox.transaction(cause=errand) as tx:
            application = await cases.locked(tx, UUID(errand.subject))
            at = erased_at(application, await cases.campaign_of(tx, application))
            if at is not None and not _is_early(tx, errand, at):
                await cases.erase(tx, application, "retention")

    async def move_timers(self, errand: Errand) -> None:
        """A new version of a campaign was published: what its window decides moves with it, batch by batch."""
        async with self._outbox.transaction(cause=errand) as tx:
            behind = errand.details.get("behind")
            some = await store.of_campaign(tx, errand.subject, UUID(behind) if behind else None, TOGETHER)
            for application in some:
                wanted = timers(application, await cases.campaign_of(tx, application))
                for kind in wanted.keys() & {LAPSE, ERASE}:
                    tx.do(kind, application.id, at=wanted[kind])
            if len(some) == TOGETHER:
                tx.do("move_timers", errand.subject, behind=str(some[-1].id))

    async def erase_pictures(self, errand: Errand) -> None:
        """Everything under the application's name; a second time later, for an upload that was on its way."""
        for bucket in self._pictures:
            for key in await bucket.keys(f"{errand.subject}/"):
                await bucket.remove(key)
        async with self._outbox.transaction(cause=errand) as tx:
            if errand.details.get("stragglers"):
                return
            before = await cases.locked(tx, UUID(errand.subject))
            done = ErasureCompleted(**before.named, service="intake", kept=KEPT)
            await cases.change(tx, before, with_fact(before, done), "erasure.completed", {"service": "intake"})
            tx.do("erase_pictures", before.id, at=tx.now + STRAGGLERS_AFTER, stragglers=True)


def _is_early(tx: Transaction, errand: Errand, at: datetime) -> bool:
    """The moment has moved on: the timer is set anew."""
    if tx.now < at:
        tx.do(errand.kind, errand.subject, at=at)
    return tx.now < at
