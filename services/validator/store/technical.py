"""The technical check after the window: every accepted photo of a campaign once more, and what became of it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects import postgresql

from services.validator.rules import State
from services.validator.store.tables import cases, technical_checks
from shared.outbox import Transaction

_begin = postgresql.insert(technical_checks).on_conflict_do_nothing().returning(technical_checks.c.photo_id)


@dataclass(frozen=True, slots=True)
class TechnicalCheck:
    """`state`: waiting, clean, suspect (a person is to look), kept or revoked (a person has), gone (not accepted any
    more when its turn came). `findings`: what was measured, as in the judge's report."""

    photo_id: UUID
    application_id: UUID
    campaign_id: str
    state: str
    findings: list[dict[str, Any]]
    checked_at: datetime | None
    decided_by: str | None
    decided_at: datetime | None


async def begin(tx: Transaction, campaign_id: str) -> list[UUID]:
    """The accepted photos that were not checked yet: they wait from now on."""
    accepted = select(cases.c.photo_id, cases.c.application_id).where(
        cases.c.campaign_id == campaign_id, cases.c.state == State.ACCEPTED
    )
    rows = [
        row._asdict() | {"campaign_id": campaign_id, "state": "waiting", "findings": []}
        for row in await tx.execute(accepted)
    ]
    return list((await tx.execute(_begin.values(rows))).scalars()) if rows else []


async def record(tx: Transaction, photo_id: UUID, state: str, findings: list[dict[str, Any]]) -> None:
    result = {"state": state, "findings": findings, "checked_at": tx.now}
    await tx.execute(update(technical_checks).where(technical_checks.c.photo_id == photo_id).values(result))


async def decide(tx: Transaction, photo_id: UUID, state: str, staff: str) -> None:
    answer = {"state": state, "decided_by": staff, "decided_at": tx.now}
    await tx.execute(update(technical_checks).where(technical_checks.c.photo_id == photo_id).values(answer))


async def check_locked(tx: Transaction, photo_id: UUID) -> TechnicalCheck | None:
    wanted = select(technical_checks).where(technical_checks.c.photo_id == photo_id).with_for_update()
    row = (await tx.execute(wanted)).first()
    return row and TechnicalCheck(**row._asdict())


async def suspects(tx: Transaction, campaign_ids: Collection[str], limit: int) -> list[TechnicalCheck]:
    """What a person is to look at, the longest waiting first; not what a bounce has overtaken."""
    mine = technical_checks.c.campaign_id.in_(campaign_ids)
    wanted = select(technical_checks).join(cases, cases.c.photo_id == technical_checks.c.photo_id)
    wanted = wanted.where(technical_checks.c.state == "suspect", mine, cases.c.state == State.ACCEPTED)
    rows = await tx.execute(wanted.order_by(technical_checks.c.checked_at).limit(limit))
    return [TechnicalCheck(**row._asdict()) for row in rows]


async def progress(tx: Transaction, campaign_ids: Collection[str]) -> dict[str, dict[str, int]]:
    """Campaign → state → how many; a campaign whose check was not begun is not there."""
    mine = technical_checks.c.campaign_id.in_(campaign_ids)
    by = (technical_checks.c.campaign_id, technical_checks.c.state)
    counts: dict[str, dict[str, int]] = {}
    for row in await tx.execute(select(*by, func.count().label("photos")).where(mine).group_by(*by)):
        counts.setdefault(row.campaign_id, {})[row.state] = row.photos
    return counts
