"""A case changes: it is saved with its line in the timeline, its timers are set, and what others must know is told."""

from typing import Any
from uuid import UUID

from services.intake.rules import (
    Application,
    CaseState,
    in_force,
    timers,
    with_erasure,
    with_lapse,
)
from services.intake.rules.acts import Cause
from services.intake.store import accounts
from services.intake.store import applications as store
from shared.campaign import Campaign
from shared.campaigns import campaign_version, newest_campaign
from shared.events import ApplicationLapsed, ErasureRequested
from shared.outbox import NotYet, Transaction
from shared.reasons import Reason


async def campaign_of(tx: Transaction, application: Application) -> Campaign:
    """The campaign in force for it: pinned, with the newest's window, deadlines and contacts."""
    pinned = await campaign_version(tx, application.campaign_id, application.campaign_version)
    return in_force(pinned, await newest_campaign(tx, application.campaign_id) or pinned)


async def locked(tx: Transaction, application_id: UUID) -> Application:
    """Raises NotYet: every fact speaks of an application that intake made, this one was made in another database."""
    application = await store.locked(tx, application_id)
    if application is None:
        raise NotYet(f"application {application_id}")
    return application


async def begin(tx: Transaction, application: Application, about: dict[str, Any]) -> None:
    for kind, at in timers(application, await campaign_of(tx, application)).items():
        tx.do(kind, application.id, at=at)
    await store.happened(tx, application.id, "consented", about)


async def change(
    tx: Transaction, before: Application, after: Application, what: str, about: dict[str, Any] | None = None
) -> Application:
    """A timer that moved is set anew; one that is no longer wanted fires and finds nothing to do."""
    campaign = await campaign_of(tx, after)
    running = timers(before, campaign)
    for kind, at in timers(after, campaign).items():
        if running.get(kind) != at:
            tx.do(kind, after.id, at=at)
    if before.case is CaseState.OPEN and after.case is CaseState.LAPSED:
        tx.tell(ApplicationLapsed(**after.named, reason=after.ending.lapsed or Reason.PAY_LAPSED))
    return await store.save(tx, before, after, what, about)


async def lapse(tx: Transaction, before: Application, reason: Reason) -> Application:
    after = with_lapse(before, reason)
    return await change(tx, before, after, "application.lapsed", {"reason": reason.value})


async def erase(tx: Transaction, before: Application, cause: Cause) -> Application:
    """Rows at once, pictures by an errand, the others when they hear of it; each of them answers."""
    owner = await store.owner_of(tx, before.id)
    await accounts.erase(tx, before.id, owner or "")  # reads the identity that goes next
    after = await change(tx, before, with_erasure(before, cause), "erasure.requested")
    await store.erase(tx, after.id)
    tx.tell(ErasureRequested(**after.named, cause=cause, delivered=before.delivery.is_delivered))
    tx.do("erase_pictures", after.id)
    return after
