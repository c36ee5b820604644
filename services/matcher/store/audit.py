"""What staff did: looks, decisions, corrections. Written with the act itself, never changed."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, select

from services.matcher.rosters import Line
from services.matcher.store.claims import Claim
from services.matcher.store.tables import corrections, decisions, looks
from shared.outbox import Transaction
from shared.sealed import Sealed


@dataclass(frozen=True)
class Correction:
    before: Sealed[Line]
    after: Sealed[Line]
    corrected_by: str
    corrected_at: datetime


async def record_look(tx: Transaction, campaign_id: str, member: str, seen: list[UUID]) -> None:
    """seen: the applications or entries that were shown."""
    row = {"campaign_id": campaign_id, "looked_by": member, "looked_at": tx.now, "applications": seen}
    await tx.execute(insert(looks), row)


async def record_decision(tx: Transaction, claim: Claim, is_same: bool, member: str) -> None:
    row = {
        "campaign_id": claim.campaign_id,
        "application_id": claim.application_id,
        "submission": claim.submission,
        "entry_id": claim.entry_id,
        "is_same": is_same,
        "decided_by": member,
        "decided_at": tx.now,
    }
    await tx.execute(insert(decisions), row)


async def record_correction(
    tx: Transaction, campaign_id: str, entry_id: UUID, before: Sealed[Line], after: Sealed[Line], member: str
) -> None:
    row = {
        "campaign_id": campaign_id,
        "entry_id": entry_id,
        "before": before.model_dump(),
        "after": after.model_dump(),
        "corrected_by": member,
        "corrected_at": tx.now,
    }
    await tx.execute(insert(corrections), row)


async def corrections_of(tx: Transaction, entry_id: UUID) -> list[Correction]:
    """The latest first."""
    wanted = select(corrections).where(corrections.c.entry_id == entry_id).order_by(corrections.c.id.desc())
    sealed = Sealed[Line].model_validate
    return [
        Correction(sealed(row.before), sealed(row.after), row.corrected_by, row.corrected_at)
        for row in await tx.execute(wanted)
    ]
