"""What is forgotten of a person, and what stays."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, or_, update

from services.validator.store.tables import alarms, audit, fingerprints, refused_pictures, technical_checks
from shared.outbox import Transaction

AUDIT_KEPT = timedelta(days=3 * 366)  # PIPL 56: records of processing are kept three years


async def forget_looks(tx: Transaction, application_id: UUID) -> None:
    """Nothing of an ended application is compared or checked any more."""
    for table in (fingerprints, technical_checks):
        await tx.execute(delete(table).where(table.c.application_id == application_id))
    mine = or_(alarms.c.one_application == application_id, alarms.c.other_application == application_id)
    await tx.execute(delete(alarms).where(mine))


async def forget_person(tx: Transaction, application_id: UUID) -> None:
    """All but the audit's who, when and what; not what was found about the face."""
    await forget_looks(tx, application_id)
    await tx.execute(delete(refused_pictures).where(refused_pictures.c.application_id == application_id))
    await tx.execute(update(audit).where(audit.c.application_id == application_id).values(codes=[]))


async def forget_audit(tx: Transaction, application_id: UUID) -> None:
    await tx.execute(delete(audit).where(audit.c.application_id == application_id))
