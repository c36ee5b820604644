"""Bans: who may not take part again in a school's term."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, exists, insert, select, update

from services.matcher.store.tables import bans
from shared.events import PhotoRevoked
from shared.outbox import Transaction
from shared.reasons import Reason


@dataclass(frozen=True)
class Ban:
    id: int
    campaign_id: str
    application_id: UUID
    codes: tuple[Reason, ...]
    banned_at: datetime


_in_force = bans.c.lifted_at.is_(None)


async def ban(tx: Transaction, person_print: str, event: PhotoRevoked) -> None:
    row = {
        "person_print": person_print,
        "campaign_id": event.campaign_id,
        "application_id": event.application_id,
        "codes": list(event.codes),
        "banned_at": tx.now,
    }
    await tx.execute(insert(bans), row)


async def is_banned(tx: Transaction, person_print: str) -> bool:
    return bool((await tx.execute(select(exists().where(bans.c.person_print == person_print, _in_force)))).scalar())


async def of_person(tx: Transaction, person_print: str) -> Ban | None:
    """The latest in force, whichever campaign of the term it comes from."""
    wanted = select(bans).where(bans.c.person_print == person_print, _in_force).order_by(bans.c.id.desc()).limit(1)
    row = (await tx.execute(wanted)).one_or_none()
    return _ban(row) if row else None


async def stands(tx: Transaction, application_id: UUID) -> bool:
    """For a photo of this application."""
    return bool((await tx.execute(select(exists().where(bans.c.application_id == application_id, _in_force)))).scalar())


async def of_campaign(tx: Transaction, campaign_id: str) -> list[Ban]:
    """In force, for photos of this campaign, the latest first."""
    wanted = select(bans).where(bans.c.campaign_id == campaign_id, _in_force).order_by(bans.c.id.desc())
    return [_ban(row) for row in await tx.execute(wanted)]


async def lift(tx: Transaction, ban_id: int, campaign_id: str, member: str) -> bool:
    """False: it is not in force, or another campaign's."""
    wanted = update(bans).where(bans.c.id == ban_id, bans.c.campaign_id == campaign_id, _in_force)
    lifted = wanted.values(lifted_by=member, lifted_at=tx.now).returning(bans.c.id)
    return (await tx.execute(lifted)).first() is not None


def _ban(row: Row[*tuple[Any, ...]]) -> Ban:
    codes = tuple(Reason[code] for code in row.codes)
    return Ban(row.id, row.campaign_id, row.application_id, codes, row.banned_at)
