"""Claims: what became of the newest one of each application, and how often somebody asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Row, bindparam, case, delete, exists, func, select, update
from sqlalchemy.dialects import postgresql

from services.matcher.rules import WAITING, State
from services.matcher.store.tables import attempts, claims, entries
from shared.events import ApplicationEvent, Identity, IdentitySubmitted
from shared.outbox import Transaction
from shared.reasons import Reason
from shared.sealed import Sealed

LATEST = 200  # shown at once: whoever looks for one person searches by number
AFTER_ANY = 2**31 - 1  # the submission of an ended application: none is newer
REFUSED = tuple(state for state in WAITING if state is not State.REVIEW)


@dataclass(frozen=True)
class Claim:
    """The newest of one application."""

    application_id: UUID
    campaign_id: str
    campaign_version: int
    submission: int
    identity: Sealed[Identity]
    number_print: str
    state: State = State.MATCHING
    entry_id: UUID | None = None
    reason: Reason | None = None
    decided_at: datetime | None = None
    decided_by: str | None = None  # the member of staff who compared it


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
_of_application = select(claims).where(claims.c.application_id == bindparam("application_id"))


async def count_attempt(
    tx: Transaction, event: IdentitySubmitted, identity_print: str, reset: timedelta
) -> tuple[int, int]:
    """(of the identity, of the source), this one included; a count begins anew `reset` after its first attempt."""

    async def counted(of: str, fingerprint: str) -> int:
        row = {"campaign_id": event.campaign_id, "of": of, "print": fingerprint, "since": tx.now}
        return int((await tx.execute(_counted, {**row, "reset_since": tx.now - reset})).scalar_one())

    # Always in this order: two claims can never wait for each other.
    return await counted("identity", identity_print), await counted("source", event.source)


async def remember(tx: Transaction, claim: Claim) -> bool:
    """False: a later submission of this application is known or it has ended: this one is of no interest any more."""
    row = {
        "application_id": claim.application_id,
        "campaign_id": claim.campaign_id,
        "campaign_version": claim.campaign_version,
        "submission": claim.submission,
        "state": claim.state,
        "number_print": claim.number_print,
        "identity": claim.identity.model_dump(),
        "entry_id": claim.entry_id,
        "reason": claim.reason,
        "decided_at": tx.now,
        "decided_by": claim.decided_by,
    }
    return (await tx.execute(_remembered, row)).first() is not None


async def settle(tx: Transaction, claim: Claim) -> None:
    """What became of a locked claim that was asked again."""
    values: dict[str, Any] = {"state": claim.state, "entry_id": claim.entry_id, "reason": claim.reason}
    values |= {"decided_at": tx.now, "decided_by": claim.decided_by}
    await tx.execute(update(claims).where(claims.c.application_id == claim.application_id).values(values))


async def end(tx: Transaction, event: ApplicationEvent) -> UUID | None:
    """A tombstone, also where no claim has come yet. The entry that the application was matched with."""
    row = (await tx.execute(_of_application, {"application_id": event.application_id})).one_or_none()
    tombstone = {
        "application_id": event.application_id,
        "campaign_id": event.campaign_id,
        "campaign_version": event.campaign_version,
        "submission": AFTER_ANY,
        "state": State.ENDED,
        "number_print": row.number_print if row else "",
        "identity": None,
        "entry_id": row.entry_id if row else None,
        "reason": None,
        "decided_at": tx.now,
        "decided_by": None,
    }
    await tx.execute(_remembered, tombstone)
    return row.entry_id if row else None


async def forget(tx: Transaction, application_id: UUID) -> None:
    """Of an ended application, what could still be compared with a number."""
    of_it = claims.c.application_id == application_id
    await tx.execute(delete(attempts).where(attempts.c.print.in_(select(claims.c.number_print).where(of_it))))
    await tx.execute(update(claims).where(of_it).values(number_print=""))


async def locked(tx: Transaction, application_id: UUID) -> Claim | None:
    """None: it has none, or has ended."""
    row = (await tx.execute(_of_application.with_for_update(), {"application_id": application_id})).one_or_none()
    return None if row is None or row.state == State.ENDED else _claim(row)


async def matched_entry(tx: Transaction, application_id: UUID) -> UUID | None:
    wanted = select(claims.c.entry_id).where(claims.c.application_id == application_id)
    found: UUID | None = (await tx.execute(wanted)).scalar()
    return found


async def may_go_on(tx: Transaction, campaign_id: str) -> list[UUID]:
    """Applications whose claim waits and whose number is on the roster now, or was when a person was asked."""
    number = (entries.c.campaign_id == claims.c.campaign_id) & (entries.c.number_print == claims.c.number_print)
    waits = claims.c.state.in_(WAITING) & (exists().where(number) | (claims.c.state == State.REVIEW))
    wanted = select(claims.c.application_id).where(claims.c.campaign_id == campaign_id, waits)
    return list((await tx.execute(wanted.order_by(claims.c.decided_at))).scalars())


async def in_review(tx: Transaction, campaign_id: str) -> list[Claim]:
    """Those that wait for a person, the longest waiting first."""
    wanted = select(claims).where(claims.c.campaign_id == campaign_id, claims.c.state == State.REVIEW)
    return [_claim(row) for row in await tx.execute(wanted.order_by(claims.c.decided_at).limit(LATEST))]


async def count_in_review(tx: Transaction, campaign_id: str) -> int:
    wanted = select(func.count()).where(claims.c.campaign_id == campaign_id, claims.c.state == State.REVIEW)
    return int((await tx.execute(wanted)).scalar_one())


async def refusals(
    tx: Transaction, campaign_id: str, application_id: UUID | None = None, number_prints: Sequence[str] = ()
) -> list[Claim]:
    """The latest of the campaign; of one application, or of one number (all its prints), where these are given."""
    wanted = select(claims).where(claims.c.campaign_id == campaign_id, claims.c.state.in_(REFUSED))
    if application_id:
        wanted = wanted.where(claims.c.application_id == application_id)
    if number_prints:
        wanted = wanted.where(claims.c.number_print.in_(number_prints))
    return [_claim(row) for row in await tx.execute(wanted.order_by(claims.c.decided_at.desc()).limit(LATEST))]


def _claim(row: Row[*tuple[Any, ...]]) -> Claim:
    return Claim(
        application_id=row.application_id,
        campaign_id=row.campaign_id,
        campaign_version=row.campaign_version,
        submission=row.submission,
        identity=Sealed[Identity].model_validate(row.identity),
        number_print=row.number_print,
        state=State(row.state),
        entry_id=row.entry_id,
        reason=Reason[row.reason] if row.reason else None,
        decided_at=row.decided_at,
        decided_by=row.decided_by,
    )
