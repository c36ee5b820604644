"""Claims: what became of the newest one of each application, how often somebody asked, and who looked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import DateTime, bindparam, case, insert, select
from sqlalchemy.dialects import postgresql

from services.matcher.rules import Attempts
from services.matcher.store.tables import attempts, claims, looks
from shared.events import Identity, IdentitySubmitted
from shared.outbox import Transaction
from shared.reasons import Reason
from shared.sealed import Sealed

LATEST = 200  # shown at once: whoever looks for one person searches by number


@dataclass(frozen=True)
class RefusedClaim:
    application_id: UUID
    identity: Sealed[Identity]
    reason: Reason
    decided_at: datetime


_count = postgresql.insert(attempts).values(count=1)
_is_over = attempts.c.since <= bindparam("reset_since", type_=DateTime(timezone=True))
_count = _count.on_conflict_do_update(
    constraint=attempts.primary_key,
    set_={
        "count": case((_is_over, 1), else_=attempts.c.count + 1),
        "since": case((_is_over, _count.excluded.since), else_=attempts.c.since),
    },
)
_counted = _count.returning(attempts.c.count)

_remember = postgresql.insert(claims)
_remember = _remember.on_conflict_do_update(
    constraint=claims.primary_key,
    set_={column.name: _remember.excluded[column.name] for column in claims.c if not column.primary_key},
    where=claims.c.submission < _remember.excluded.submission,
)
_remembered = _remember.returning(claims.c.application_id)


async def count_attempt(tx: Transaction, event: IdentitySubmitted, number_print: str, reset: timedelta) -> Attempts:
    """Counts this one; a count begins anew `reset` after its first attempt."""

    async def counted(of: str, fingerprint: str) -> int:
        row = {"campaign_id": event.campaign_id, "of": of, "print": fingerprint, "since": tx.now}
        return int((await tx.execute(_counted, {**row, "reset_since": tx.now - reset})).scalar_one())

    # Always in this order: two claims can never wait for each other.
    return Attempts(await counted("identity", number_print), await counted("source", event.source))


async def remember(
    tx: Transaction, event: IdentitySubmitted, number_print: str, entry_id: UUID | None, reason: Reason | None
) -> bool:
    """What became of it: matched with an entry, or refused for a reason.

    False: a later submission of this application has been decided, so this one is of no interest any more."""
    row = {
        "application_id": event.application_id,
        "campaign_id": event.campaign_id,
        "submission": event.submission,
        "number_print": number_print,
        "identity": event.identity.model_dump(),
        "entry_id": None if reason else entry_id,
        "reason": reason,
        "decided_at": tx.now,
    }
    return (await tx.execute(_remembered, row)).first() is not None


async def refusals(
    tx: Transaction, campaign_id: str, application_id: UUID | None = None, number_prints: Sequence[str] = ()
) -> list[RefusedClaim]:
    """The latest of the campaign; of one application, or of one number (all its prints), where these are given."""
    wanted = select(claims.c.application_id, claims.c.identity, claims.c.reason, claims.c.decided_at)
    wanted = wanted.where(claims.c.campaign_id == campaign_id, claims.c.reason.is_not(None))
    if application_id:
        wanted = wanted.where(claims.c.application_id == application_id)
    if number_prints:
        wanted = wanted.where(claims.c.number_print.in_(number_prints))
    rows = await tx.execute(wanted.order_by(claims.c.decided_at.desc()).limit(LATEST))
    return [
        RefusedClaim(
            row.application_id, Sealed[Identity].model_validate(row.identity), Reason[row.reason], row.decided_at
        )
        for row in rows
    ]


async def record_look(tx: Transaction, campaign_id: str, member: str, applications: list[UUID]) -> None:
    row = {"campaign_id": campaign_id, "looked_by": member, "looked_at": tx.now, "applications": applications}
    await tx.execute(insert(looks), row)
