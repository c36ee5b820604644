"""Who registered, by the document; the one-time codes that were sent; how often somebody tried."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, case, delete, exists, func, insert, or_, select, text, update
from sqlalchemy.dialects import postgresql

from services.intake.rules.codes import LONGEST, SentCode
from services.intake.rules.registration import Registration
from services.intake.store.tables import accounts, applications, codes, tries
from shared.outbox import Transaction
from shared.sealed import Sealed


@dataclass(frozen=True)
class Account:
    id: UUID
    document_print: str
    registration: Sealed[Registration]
    password_hash: str


_account = select(accounts.c.id, accounts.c.document_print, accounts.c.registration, accounts.c.password_hash)
_add = postgresql.insert(accounts).on_conflict_do_nothing().returning(accounts.c.id)
_add_code = insert(codes)
_newest_code = select(codes).order_by(codes.c.id.desc()).limit(1).with_for_update()
_forget_codes = delete(codes).where(codes.c.sent_at <= bindparam("before"))
# Two requests at once for one number would each see that the other has not been sent.
_one_at_a_time = select(func.pg_advisory_xact_lock(func.hashtextextended(text(":sent_to"), 0)))
_is_over = tries.c.since <= bindparam("reset_since", type_=tries.c.since.type)
_try = postgresql.insert(tries).values(count=1)
_try = _try.on_conflict_do_update(
    constraint=tries.primary_key,
    set_={
        "count": case((_is_over, 1), else_=tries.c.count + 1),
        "since": case((_is_over, _try.excluded.since), else_=tries.c.since),
    },
)
_tried = _try.returning(tries.c.count)
_used_by = applications.c.identity["account"]["account_id"].astext


async def of_document(tx: Transaction, document_print: str) -> Account | None:
    return _found((await tx.execute(_account.where(accounts.c.document_print == document_print))).first())


async def of_id(tx: Transaction, account_id: UUID) -> Account | None:
    return _found((await tx.execute(_account.where(accounts.c.id == account_id))).first())


async def add(
    tx: Transaction, document_print: str, registration: Sealed[Registration], password_hash: str
) -> UUID | None:
    """None: the document has an account already."""
    row = {
        "document_print": document_print,
        "registration": registration.model_dump(),
        "password_hash": password_hash,
        "registered_at": tx.now,
        "changed_at": tx.now,
    }
    added: UUID | None = (await tx.execute(_add, row)).scalar()
    return added


async def change_password(tx: Transaction, account_id: UUID, password_hash: str) -> None:
    changed = update(accounts).where(accounts.c.id == account_id)
    await tx.execute(changed.values(password_hash=password_hash, changed_at=tx.now))


async def codes_sent(tx: Transaction, application_id: UUID, sent_to: str) -> list[datetime]:
    """When, of the last day, for this application or to this number; whoever asks next waits for this transaction."""
    await tx.execute(_one_at_a_time, {"sent_to": sent_to})
    await tx.execute(_forget_codes, {"before": tx.now - LONGEST})
    mine = or_(codes.c.application_id == application_id, codes.c.sent_to == sent_to)
    return list((await tx.execute(select(codes.c.sent_at).where(mine))).scalars())


async def add_code(
    tx: Transaction, application_id: UUID, purpose: str, sent_to: str, code_print: str, expires_at: datetime
) -> None:
    row = {"application_id": application_id, "purpose": purpose, "sent_to": sent_to, "code_print": code_print}
    await tx.execute(_add_code, {**row, "sent_at": tx.now, "expires_at": expires_at})


async def take_code(tx: Transaction, application_id: UUID, purpose: str, sent_to: str, code_print: str) -> bool:
    """True, once: the newest code of this purpose, in time. A wrong one costs a try."""
    newest = _newest_code.where(codes.c.application_id == application_id, codes.c.purpose == purpose)
    row = (await tx.execute(newest)).first()
    if row is None:
        return False
    code = SentCode(row.sent_to, row.code_print, row.expires_at, row.tries, row.used_at is not None)
    fits = code.fits(sent_to, code_print, tx.now)
    spent: dict[str, Any] = {"used_at": tx.now} if fits else {"tries": codes.c.tries + 1}
    await tx.execute(update(codes).where(codes.c.id == row.id).values(**spent))
    return fits


async def count_try(tx: Transaction, what: str, print_: str, reset: timedelta) -> int:
    """This one included, since the first of the last `reset`."""
    row = {"what": what, "print": print_, "since": tx.now, "reset_since": tx.now - reset}
    count: int = (await tx.execute(_tried, row)).scalar_one()
    return count


async def forget_tries(tx: Transaction, what: str, print_: str) -> None:
    await tx.execute(delete(tries).where(tries.c.what == what, tries.c.print == print_))


async def erase(tx: Transaction, application_id: UUID, owner: str) -> None:
    """What is remembered of a person besides the application, which is stripped after this. The account goes with the
    last application that it acted in."""
    identity = (await tx.execute(select(applications.c.identity).where(applications.c.id == application_id))).scalar()
    account = (identity or {}).get("account") or {}
    await tx.execute(delete(codes).where(codes.c.application_id == application_id))
    await tx.execute(delete(tries).where(tries.c.print == owner))
    if account_id := account.get("account_id"):
        elsewhere = exists().where(_used_by == account_id, applications.c.id != application_id)
        gone = delete(accounts).where(accounts.c.id == UUID(account_id), ~elsewhere)
        document_print = (await tx.execute(gone.returning(accounts.c.document_print))).scalar()
        if document_print:
            await tx.execute(delete(tries).where(tries.c.print == document_print))


def _found(row: Any) -> Account | None:
    if row is None:
        return None
    registration = Sealed[Registration].model_validate(row.registration)
    return Account(row.id, row.document_print, registration, row.password_hash)
