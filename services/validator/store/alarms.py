"""The same picture or the same face under another application of the campaign."""

from array import array
from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Select, func, insert, select, update
from sqlalchemy.dialects import postgresql

from services.validator.store.hashes import alike, as_stored, as_unsigned
from services.validator.store.tables import alarms, audit, fingerprints
from shared.outbox import Transaction

Kind = Literal["same_picture", "same_face"]
Decision = Literal["different_people", "same_person"]

_keep = postgresql.insert(fingerprints).on_conflict_do_nothing()
_raise = postgresql.insert(alarms).on_conflict_do_nothing().returning(alarms.c.id)
_open = alarms.c.decision.is_(None)


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What a judged photo looks like. `face`: 128 numbers, None where the campaign does not compare faces.

    Biometric, and not sealed: it lies beside the photo it is computed from, is compared with thousands, and goes with
    the photo (erasure.py).
    """

    photo_id: UUID
    application_id: UUID
    campaign_id: str
    picture_hash: int
    face: tuple[float, ...] | None
    standard_key: str


@dataclass(frozen=True, slots=True)
class Alarm:
    """One question: are these two photos of different people? `decision` None: nobody has answered."""

    id: UUID
    campaign_id: str
    kind: Kind
    one_application: UUID
    other_application: UUID
    one_photo: UUID
    other_photo: UUID
    one_key: str
    other_key: str
    raised_at: datetime
    decision: Decision | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None


async def keep_fingerprint(tx: Transaction, one: Fingerprint) -> None:
    face = None if one.face is None else array("f", one.face).tobytes()
    await tx.execute(_keep, asdict(one) | {"picture_hash": as_stored(one.picture_hash), "face": face})


async def fingerprint(tx: Transaction, photo_id: UUID) -> Fingerprint | None:
    row = (await tx.execute(select(fingerprints).where(fingerprints.c.photo_id == photo_id))).first()
    return row and _fingerprint(row)


async def alike_elsewhere(tx: Transaction, mine: Fingerprint, bits: int, limit: int) -> list[Fingerprint]:
    """Photos of other applications of the campaign whose hashes differ in `bits` or fewer, `limit` at most."""
    near = alike(fingerprints.c.picture_hash, mine.picture_hash, bits)
    return [_fingerprint(row) for row in await tx.execute(_elsewhere(mine).where(near).limit(limit))]


async def faces_elsewhere(tx: Transaction, mine: Fingerprint) -> list[Fingerprint]:
    """Photos of other applications of the campaign with a face to compare."""
    return [_fingerprint(row) for row in await tx.execute(_elsewhere(mine).where(fingerprints.c.face.is_not(None)))]


async def raise_alarm(tx: Transaction, kind: Kind, mine: Fingerprint, other: Fingerprint) -> bool:
    """False where the pair is known."""
    one, two = sorted((mine, other), key=lambda each: each.application_id)  # one pair, from whichever side it is seen
    row = {
        "campaign_id": mine.campaign_id,
        "kind": kind,
        "one_application": one.application_id,
        "other_application": two.application_id,
        "one_photo": one.photo_id,
        "other_photo": two.photo_id,
        "one_key": one.standard_key,
        "other_key": two.standard_key,
        "raised_at": tx.now,
    }
    return (await tx.execute(_raise, row)).first() is not None


async def open_alarms(tx: Transaction, campaign_ids: Collection[str], limit: int) -> list[Alarm]:
    """The oldest first."""
    wanted = select(alarms).where(_open, alarms.c.campaign_id.in_(campaign_ids)).order_by(alarms.c.raised_at)
    return [Alarm(**row._asdict()) for row in await tx.execute(wanted.limit(limit))]


async def how_many_open(tx: Transaction, campaign_ids: Collection[str]) -> int:
    count = select(func.count()).where(_open, alarms.c.campaign_id.in_(campaign_ids))
    return int((await tx.execute(count)).scalar_one())


async def alarm_locked(tx: Transaction, alarm_id: UUID) -> Alarm | None:
    row = (await tx.execute(select(alarms).where(alarms.c.id == alarm_id).with_for_update())).first()
    return row and Alarm(**row._asdict())


async def decide(tx: Transaction, alarm: Alarm, decision: Decision, staff: str) -> None:
    """One row in the audit for each of the two."""
    answer = {"decision": decision, "decided_by": staff, "decided_at": tx.now}
    await tx.execute(update(alarms).where(alarms.c.id == alarm.id).values(answer))
    await note(tx, alarm, staff, decision)


async def note(tx: Transaction, alarm: Alarm, staff: str, what: str) -> None:
    pairs = ((alarm.one_application, alarm.one_photo), (alarm.other_application, alarm.other_photo))
    for application_id, photo_id in pairs:
        row = {"at": tx.now, "staff": staff, "application_id": application_id, "photo_id": photo_id}
        await tx.execute(insert(audit), row | {"what": f"{alarm.kind}: {what}", "codes": []})


def _elsewhere(mine: Fingerprint) -> Select[Any]:
    return select(fingerprints).where(
        fingerprints.c.campaign_id == mine.campaign_id, fingerprints.c.application_id != mine.application_id
    )


def _fingerprint(row: Any) -> Fingerprint:
    face = None if row.face is None else tuple(array("f", row.face))
    return Fingerprint(**row._asdict() | {"picture_hash": as_unsigned(row.picture_hash), "face": face})
