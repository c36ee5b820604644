"""What do we remember? Per application what is owed, and every order and refund under our own number."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    MetaData,
    Row,
    Table,
    Text,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import JSONB

from services.payment.rules import Case, Money, Order, OrderState, Refund, RefundState, order_no_at
from shared.campaign import Payment
from shared.events import ApplicationEvent, Payer
from shared.outbox import Transaction
from shared.reasons import Reason
from shared.sealed import Sealed

metadata = MetaData()
WHEN = DateTime(timezone=True)

cases = Table(
    "cases",
    metadata,
    Column("application_id", postgresql.UUID(as_uuid=True), primary_key=True),
    Column("campaign_id", Text, nullable=False),
    Column("campaign_version", Integer, nullable=False),
    Column("money", Text, nullable=False),
    Column("amount_fen", Integer),
    Column("due_at", WHEN),
    Column("unpaid_until", WHEN),
    Column("settled_by", Text),
    Column("fees", Integer, nullable=False, server_default="0"),
    Column("order_no", Text, unique=True),
)
orders = Table(
    "orders",
    metadata,
    Column("order_no", Text, primary_key=True),
    Column("application_id", ForeignKey("cases.application_id"), nullable=False, index=True),
    Column("payer", JSONB, nullable=False),  # sealed
    Column("description", Text, nullable=False),
    Column("amount_fen", Integer, CheckConstraint("amount_fen > 0"), nullable=False),
    Column("state", Text, nullable=False),
    Column("expires_at", WHEN, nullable=False),
    Column("prepay_id", Text),
    Column("prepared_at", WHEN),
    Column("closed_at", WHEN),
    Column("transaction_id", Text, unique=True),
    Column("paid_at", WHEN),
)
# One order at a time: whatever we do wrong, the student cannot be asked twice.
Index("orders_one_open", orders.c.application_id, unique=True, postgresql_where=orders.c.state.in_(("placing", "open")))
refunds = Table(
    "refunds",
    metadata,
    Column("refund_no", Text, primary_key=True),
    Column("order_no", ForeignKey("orders.order_no"), nullable=False, unique=True),
    Column("amount_fen", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("state", Text, nullable=False),
)

# What operators did by hand: kept, never changed.
notes = Table(
    "notes",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("at", WHEN, nullable=False),
    Column("staff", Text, nullable=False),
    Column("application_id", postgresql.UUID(as_uuid=True), nullable=False, index=True),
    Column("what", Text, nullable=False),
)

_add_case = postgresql.insert(cases).on_conflict_do_nothing()
_order_columns = [orders.c[name] for name in Order.__dataclass_fields__]
_open_order = select(*_order_columns).where(orders.c.state.in_(("placing", "open")))


async def locked(tx: Transaction, fact: ApplicationEvent) -> Case:
    """The application's row, made if it is not there, locked until the transaction ends."""
    row = {
        "application_id": fact.application_id,
        "campaign_id": fact.campaign_id,
        "campaign_version": fact.campaign_version,
        "money": Money.NOT_DUE,
    }
    await tx.execute(_add_case, row)
    return await case_locked(tx, fact.application_id)


async def case_locked(tx: Transaction, application_id: UUID) -> Case:
    wanted = select(cases).where(cases.c.application_id == application_id).with_for_update()
    row = (await tx.execute(wanted)).one()._asdict()
    return Case(**row | {"money": Money(row["money"])})


async def case_seen(tx: Transaction, application_id: UUID) -> Case | None:
    """Only to be looked at."""
    row = (await tx.execute(select(cases).where(cases.c.application_id == application_id))).first()
    return row and Case(**row._asdict() | {"money": Money(row.money)})


class NoSuchNumber(Exception):
    """No order or refund of ours has this number."""


async def order_locked(tx: Transaction, order_no: str) -> tuple[Case, Order]:
    """The order and its application, the application's row locked first. Raises NoSuchNumber."""
    owner = select(orders.c.application_id).where(orders.c.order_no == order_no)
    application_id = (await tx.execute(owner)).scalar()
    if application_id is None:
        raise NoSuchNumber(order_no)
    case = await case_locked(tx, application_id)
    row = (await tx.execute(select(*_order_columns).where(orders.c.order_no == order_no))).one()
    return case, _order(row._asdict())


async def open_order(tx: Transaction, application_id: UUID) -> Order | None:
    row = (await tx.execute(_open_order.where(orders.c.application_id == application_id))).first()
    return row and _order(row._asdict())


async def standing_orders(tx: Transaction, application_id: UUID) -> list[Order]:
    """Paid and not given back."""
    given_back = select(refunds.c.refund_no).where(refunds.c.order_no == orders.c.order_no).exists()
    paid = select(*_order_columns).where(orders.c.application_id == application_id, orders.c.state == OrderState.PAID)
    return [_order(row._asdict()) for row in await tx.execute(paid.where(~given_back))]


async def new_order_no(tx: Transaction, prefix: str) -> str:
    """The next free millisecond's: one transaction after the other."""
    await tx.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(prefix, 0))))
    moment = tx.now
    while await _is_taken(tx, order_no_at(prefix, moment)):
        moment += timedelta(milliseconds=1)
    return order_no_at(prefix, moment)


async def _is_taken(tx: Transaction, order_no: str) -> bool:
    told = select(cases.c.order_no).where(cases.c.order_no == order_no)
    used = select(orders.c.order_no).where(orders.c.order_no == order_no)
    return (await tx.execute(told.union_all(used))).first() is not None


async def _next_order_no(tx: Transaction, case: Case, prefix: str | None) -> str:
    """Ours: of WeChat's allowed characters, at most 32, never used again. The first is the one the student was told."""
    if prefix is None:
        return uuid4().hex
    used = select(orders.c.order_no).where(orders.c.order_no == case.order_no)
    is_new = case.order_no is not None and (await tx.execute(used)).first() is None
    return case.order_no if case.order_no and is_new else await new_order_no(tx, prefix)


async def add_order(tx: Transaction, case: Case, payer: Sealed[Payer], terms: Payment, expires_at: datetime) -> Order:
    """A new order in state placing."""
    assert case.amount_fen is not None
    order = Order(
        order_no=await _next_order_no(tx, case, terms.order_prefix),
        application_id=case.application_id,
        payer=payer,
        description=terms.description,
        amount_fen=case.amount_fen,
        state=OrderState.PLACING,
        expires_at=expires_at,
        prepay_id=None,
        prepared_at=None,
        closed_at=None,
    )
    await tx.execute(insert(orders).values(vars(order) | {"payer": payer.model_dump()}))
    return order


async def change_case(tx: Transaction, application_id: UUID, **changes: Any) -> None:
    await tx.execute(update(cases).where(cases.c.application_id == application_id).values(changes))


async def change_order(tx: Transaction, order_no: str, **changes: Any) -> None:
    await tx.execute(update(orders).where(orders.c.order_no == order_no).values(changes))


async def add_refund(tx: Transaction, order: Order, reason: Reason) -> Refund:
    """The whole order, once: the refund's number is made of the order's."""
    refund = Refund(f"{order.order_no}-1", order.order_no, order.amount_fen, reason, RefundState.REFUNDING)
    await tx.execute(insert(refunds).values(vars(refund)))
    return refund


async def orders_of(tx: Transaction, application_id: UUID) -> list[tuple[Order, Refund | None]]:
    """The oldest first, each with its refund."""
    wanted = select(*_order_columns).where(orders.c.application_id == application_id).order_by(orders.c.expires_at)
    found = [_order(row._asdict()) for row in await tx.execute(wanted)]
    numbers = [order.order_no for order in found]
    given_back = await tx.execute(select(refunds).where(refunds.c.order_no.in_(numbers)))
    given = {row.order_no: _refund(row) for row in given_back}
    return [(order, given.get(order.order_no)) for order in found]


async def refunds_stuck(tx: Transaction) -> list[Refund]:
    stuck = select(refunds).where(refunds.c.state == RefundState.ABNORMAL).order_by(refunds.c.refund_no)
    return [_refund(row) for row in await tx.execute(stuck)]


async def note(tx: Transaction, application_id: UUID, staff: str, what: str) -> None:
    row = {"at": tx.now, "staff": staff, "application_id": application_id, "what": what}
    await tx.execute(insert(notes).values(row))


async def notes_of(tx: Transaction, application_id: UUID) -> list[Row[Any]]:
    return list(await tx.execute(select(notes).where(notes.c.application_id == application_id).order_by(notes.c.id)))


async def is_money_moving(tx: Transaction, application_id: UUID) -> bool:
    """An order can still be paid, or a refund is under way."""
    moving = refunds.c.state == RefundState.REFUNDING
    of_application = orders.c.application_id == application_id
    refunding = select(refunds.c.refund_no).join(orders).where(of_application, moving)
    return await open_order(tx, application_id) is not None or (await tx.execute(refunding)).first() is not None


async def erase_payers(tx: Transaction, application_id: UUID, nobody: Sealed[Payer]) -> None:
    erased = update(orders).where(orders.c.application_id == application_id)
    await tx.execute(erased.values(payer=nobody.model_dump()))


async def change_refund(tx: Transaction, refund_no: str, state: RefundState) -> None:
    await tx.execute(update(refunds).where(refunds.c.refund_no == refund_no).values(state=state))


async def refund_locked(tx: Transaction, refund_no: str) -> tuple[Case, Order, Refund]:
    """The refund, its order and its application, the application's row locked first. Raises NoSuchNumber."""
    owner = select(refunds.c.order_no).where(refunds.c.refund_no == refund_no)
    order_no = (await tx.execute(owner)).scalar()
    if order_no is None:
        raise NoSuchNumber(refund_no)
    case, order = await order_locked(tx, order_no)
    row = (await tx.execute(select(refunds).where(refunds.c.refund_no == refund_no))).one()
    return case, order, _refund(row)


def _refund(row: Row[Any]) -> Refund:
    return Refund(**row._asdict() | {"reason": Reason[row.reason], "state": RefundState(row.state)})


def _order(row: dict[str, Any]) -> Order:
    return Order(**row | {"payer": Sealed[Payer].model_validate(row["payer"]), "state": OrderState(row["state"])})
