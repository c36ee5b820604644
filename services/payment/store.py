"""What do we remember? Per application what is owed, and every order and refund under our own number."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    insert,
    select,
    update,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import JSONB

from services.payment.rules import Case, Money, Order, OrderState, Refund, RefundState
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


async def add_order(tx: Transaction, case: Case, payer: Sealed[Payer], description: str, expires_at: datetime) -> Order:
    """A new order in state placing. Its number is ours: 32 of WeChat's allowed characters, never used again."""
    assert case.amount_fen is not None
    order = Order(
        order_no=uuid4().hex,
        application_id=case.application_id,
        payer=payer,
        description=description,
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


async def change_refund(tx: Transaction, refund_no: str, state: RefundState) -> None:
    await tx.execute(update(refunds).where(refunds.c.refund_no == refund_no).values(state=state))


async def refund_locked(tx: Transaction, refund_no: str) -> tuple[Case, Order, Refund]:
    """The refund, its order and its application, the application's row locked first. Raises NoSuchNumber."""
    owner = select(refunds.c.order_no).where(refunds.c.refund_no == refund_no)
    order_no = (await tx.execute(owner)).scalar()
    if order_no is None:
        raise NoSuchNumber(refund_no)
    case, order = await order_locked(tx, order_no)
    row = (await tx.execute(select(refunds).where(refunds.c.refund_no == refund_no))).one()._asdict()
    return case, order, Refund(**row | {"reason": Reason[row["reason"]], "state": RefundState(row["state"])})


def _order(row: dict[str, Any]) -> Order:
    return Order(**row | {"payer": Sealed[Payer].model_validate(row["payer"]), "state": OrderState(row["state"])})
