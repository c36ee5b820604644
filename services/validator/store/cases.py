"""Each application's newest attempt, the pictures that were refused, who waits, and who of the staff looked."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql

from services.validator.rules import Case, Photo, Pictures, State, needs_a_new_shot
from services.validator.store.hashes import alike
from services.validator.store.tables import LOOK_LASTS, LOOKED, WAITS, audit, cases, fingerprints, refused_pictures
from shared.events import ApplicationEvent, Frame
from shared.outbox import Transaction
from shared.reasons import Reason

_PICTURES = ("standard_key", "overlay_key", "report_key")
_PHOTO = ("photo_id", "original_key", "sha256", "frame", "prepared_key", "charged_attempt")

_add_case = postgresql.insert(cases).on_conflict_do_nothing()
_case_locked = select(cases).with_for_update()
_remember_refused = postgresql.insert(refused_pictures).on_conflict_do_nothing()
_waiting = select(cases).where(WAITS).order_by(cases.c.decided_at)
_how_many_waiting = select(func.count()).where(WAITS)


async def locked(tx: Transaction, event: ApplicationEvent) -> Case:
    """The application's row, made if it is not there, locked."""
    new = Case(event.application_id, event.campaign_id, event.campaign_version)
    await tx.execute(_add_case, _row(new))
    case = await case_locked(tx, event.application_id)
    assert case is not None
    return case


async def case_locked(tx: Transaction, application_id: UUID) -> Case | None:
    row = (await tx.execute(_case_locked.where(cases.c.application_id == application_id))).first()
    return row and _case(row._asdict())


async def photo_locked(tx: Transaction, photo_id: UUID) -> Case | None:
    """None also when a newer attempt has taken its place."""
    row = (await tx.execute(_case_locked.where(cases.c.photo_id == photo_id))).first()
    return row and _case(row._asdict())


async def save(tx: Transaction, case: Case) -> None:
    """A refused picture is remembered, an accepted one (on appeal) is not held against the student any more."""
    await tx.execute(update(cases).where(cases.c.application_id == case.application_id).values(_row(case)))
    if case.state in {State.REFUSED, State.BOUNCED} and case.pictures.standard_key:
        # what nobody could see is not known to be bad
        pictures = {name: getattr(case.pictures, name) for name in _PICTURES}
        seen = await _hash_of(tx, case.handed_in.photo_id) if needs_a_new_shot(case.codes) else None
        await tx.execute(_remember_refused, _refused(case) | pictures | {"picture_hash": seen})
    elif case.state is State.ACCEPTED:
        await tx.execute(delete(refused_pictures).where(*_is_refused(case)))


async def _hash_of(tx: Transaction, photo_id: UUID) -> int | None:
    """As it is stored; None where no judge saw the photo."""
    wanted = select(fingerprints.c.picture_hash).where(fingerprints.c.photo_id == photo_id)
    return (await tx.execute(wanted)).scalar()


async def refused_before(tx: Transaction, case: Case) -> Pictures | None:
    """The judge's pictures of the very same photo, where it was refused in this application before."""
    known = select(*(refused_pictures.c[name] for name in _PICTURES)).where(*_is_refused(case))
    row = (await tx.execute(known)).first()
    return row and Pictures(*row)


async def looks_refused(tx: Transaction, case: Case, picture_hash: int, bits: int) -> bool:
    """Whether a picture refused in this application differs in `bits` of 64 or fewer. The very same photo does not
    count: it is here because its refusal was appealed, or because a judge repeats itself."""
    other = or_(*(refused_pictures.c[name] != value for name, value in _refused(case).items()))
    mine = refused_pictures.c.application_id == case.application_id
    known = select(refused_pictures.c.sha256).where(
        mine, other, alike(refused_pictures.c.picture_hash, picture_hash, bits)
    )
    return (await tx.execute(known)).first() is not None


async def waiting(tx: Transaction, campaign_ids: Collection[str], limit: int) -> list[Case]:
    """What awaits a person, the longest waiting first."""
    rows = await tx.execute(_waiting.where(cases.c.campaign_id.in_(campaign_ids)).limit(limit))
    return [_case(row._asdict()) for row in rows]


async def how_many_waiting(tx: Transaction, campaign_ids: Collection[str]) -> int:
    count = await tx.execute(_how_many_waiting.where(cases.c.campaign_id.in_(campaign_ids)))
    return int(count.scalar_one())


async def waiting_by_campaign(tx: Transaction) -> dict[str, int]:
    """Every campaign that has photos; 0 where none waits."""
    waits = func.count().filter(WAITS).label("waits")
    rows = await tx.execute(select(cases.c.campaign_id, waits).group_by(cases.c.campaign_id))
    return {row.campaign_id: row.waits for row in rows}


async def next_waiting(
    tx: Transaction, campaign_ids: Collection[str], staff: str, left: UUID | None = None
) -> UUID | None:
    """The longest waiting photo that this member may decide and nobody else is looking at, or two reviewers would
    always meet on the first.

    left: the photo that was looked at and left undecided: those that wait less long than it come first, it comes last.
    """
    somebody_looks = select(audit.c.id).where(
        audit.c.photo_id == cases.c.photo_id,
        audit.c.staff != staff,
        audit.c.staff.is_distinct_from(cases.c.first_by),  # who has had their say looks in vain
        audit.c.what == LOOKED,
        audit.c.at > tx.now - LOOK_LASTS,
    )
    not_mine = or_(cases.c.first_by.is_(None), cases.c.first_by != staff)
    free = _waiting.where(cases.c.campaign_id.in_(campaign_ids), not_mine, ~somebody_looks.exists()).limit(1)
    if left:
        since = select(cases.c.decided_at).where(cases.c.photo_id == left).scalar_subquery()
        free = free.order_by(None).order_by(cases.c.photo_id == left, cases.c.decided_at <= since, cases.c.decided_at)
    row = (await tx.execute(free)).first()
    return row and row.photo_id


async def note(tx: Transaction, case: Case, staff: str, what: str, codes: tuple[Reason, ...] = ()) -> None:
    row = {"at": tx.now, "staff": staff, "application_id": case.application_id, "photo_id": case.handed_in.photo_id}
    await tx.execute(insert(audit), row | {"what": what, "codes": [code.value for code in codes]})


def _refused(case: Case) -> dict[str, Any]:
    frame = case.handed_in.frame
    name = f"{frame.x},{frame.y},{frame.width}"
    return {"application_id": case.application_id, "sha256": case.handed_in.sha256, "frame": name}


def _is_refused(case: Case) -> list[Any]:
    return [refused_pictures.c[name] == value for name, value in _refused(case).items()]


def _row(case: Case) -> dict[str, Any]:
    row = {column.name: getattr(case, column.name, None) for column in cases.columns}
    row |= {name: getattr(case.pictures, name) for name in _PICTURES}
    if case.photo:
        row |= {name: getattr(case.photo, name) for name in _PHOTO} | {"frame": case.photo.frame.model_dump()}
    return row | {"codes": list(case.codes), "paid": sorted(case.paid), "refunded": sorted(case.refunded)}


def _case(row: dict[str, Any]) -> Case:
    pictures = Pictures(*(row.pop(name) for name in _PICTURES))
    photo = {name: row.pop(name) for name in _PHOTO}
    if photo["photo_id"]:
        row["photo"] = Photo(**photo | {"frame": Frame.model_validate(photo["frame"])})
    row |= {"paid": frozenset(row["paid"]), "refunded": frozenset(row["refunded"])}
    codes = tuple(Reason[code] for code in row.pop("codes"))
    return Case(**row | {"state": State(row["state"])}, codes=codes, pictures=pictures)
