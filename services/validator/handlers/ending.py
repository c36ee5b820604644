"""The application is over: a tombstone stays, everything else goes, at once or when its retention is over."""

from datetime import timedelta
from uuid import UUID

import structlog

from services.validator.rules import State, ended, erased
from services.validator.store import cases, erasure
from shared.campaigns import pinned_campaign
from shared.events import ApplicationLapsed, ApplicationWithdrawn, ErasureCompleted, ErasureRequested
from shared.outbox import Errand, Outbox
from shared.photos import Objects

log = structlog.get_logger()

KEPT = ("审核记录：何时、由谁查看或审核（无照片、无结论），个人信息保护法第五十六条",)


class Ending:
    """Facts that end an application, and the errands that clear up after it."""

    def __init__(self, outbox: Outbox, photos: Objects) -> None:
        self._outbox = outbox
        self._photos = photos

    async def withdraw(self, event: ApplicationWithdrawn) -> None:
        """The student wants no more of it: nothing is kept that the law does not ask for (PIPL 47)."""
        await self._end_now(event, asked=False)

    async def erase(self, event: ErasureRequested) -> None:
        await self._end_now(event, asked=True)

    async def lapse(self, event: ApplicationLapsed) -> None:
        """Kept as long as a delivered one, for whoever asks why it lapsed."""
        async with self._outbox.transaction(cause=event) as tx:
            pinned = await pinned_campaign(tx, event)
            case = await cases.locked(tx, event)
            if case.state is State.ENDED:
                return
            await cases.save(tx, ended(case, erasing=False))
            await erasure.forget_looks(tx, event.application_id)
            days = timedelta(days=pinned.retention.days_after_delivery)
            tx.do("erase", event.application_id, at=tx.now + days)

    async def _end_now(self, event: ApplicationWithdrawn | ErasureRequested, *, asked: bool) -> None:
        async with self._outbox.transaction(cause=event) as tx:
            case = await cases.locked(tx, event)
            await cases.save(tx, ended(case, erasing=True, asked=asked))
            await erasure.forget_looks(tx, event.application_id)
            tx.do("erase", event.application_id)

    async def clear(self, errand: Errand) -> None:
        """Errand "erase": the pictures, then the row."""
        await self._remove(f"{errand.subject}/")
        async with self._outbox.transaction(cause=errand) as tx:
            application_id = UUID(errand.subject)
            case = await cases.case_locked(tx, application_id)
            assert case is not None, f"{application_id} was ended and has no row"
            await erasure.forget_person(tx, application_id)
            await cases.save(tx, erased(case))
            kept_until = tx.now + erasure.AUDIT_KEPT
            tx.do("forget_audit", application_id, at=kept_until)
            if case.asked_to_erase:
                about = (case.application_id, case.campaign_id, case.campaign_version)
                names = ("application_id", "campaign_id", "campaign_version")
                answer = dict(zip(names, about, strict=True))
                tx.tell(ErasureCompleted(**answer, service="validator", kept=KEPT, kept_until=kept_until))
        log.info("erased", application_id=errand.subject)

    async def remove_pictures(self, errand: Errand) -> None:
        """Errand: what was put into the store while its owner was erased; the subject is the prefix of its keys."""
        await self._remove(errand.subject)
        async with self._outbox.transaction(cause=errand):
            pass

    async def forget_audit(self, errand: Errand) -> None:
        async with self._outbox.transaction(cause=errand) as tx:
            await erasure.forget_audit(tx, UUID(errand.subject))

    async def _remove(self, prefix: str) -> None:
        for key in await self._photos.keys(prefix):
            await self._photos.remove(key)
