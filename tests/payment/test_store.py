"""Do we remember right? Real PostgreSQL."""

import asyncio
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData
from sqlalchemy.exc import IntegrityError

from services.payment import store
from services.payment.rules import Case, Money, OrderState, RefundState
from shared.campaign import Payment
from shared.events import Payer
from shared.outbox import Outbox, Transaction
from shared.outbox.tables import metadata as shared_tables
from shared.reasons import Reason
from tests.payment.till import Till

TERMS = Payment(moment="after_approval", fee_fen=2000)


async def due_case(till: Till, tx: Transaction) -> Case:
    await store.locked(tx, till.accepted())
    await store.change_case(tx, till.application_id, money=Money.DUE, amount_fen=2000, due_at=tx.now)
    return await store.case_locked(tx, till.application_id)


async def test_the_migrations_make_the_tables_that_the_store_describes(outbox: Outbox) -> None:
    described = MetaData()
    for table in [*store.metadata.sorted_tables, *shared_tables.sorted_tables]:
        table.to_metadata(described)

    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), described))

    async with outbox.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_what_is_kept_comes_back_as_it_was(till: Till) -> None:
    payer = till.sealer.seal(Payer(openid="o-zhang"))
    async with till.outbox.transaction() as tx:
        kept = await store.add_order(tx, await due_case(till, tx), payer, TERMS, tx.now)
        refund = await store.add_refund(tx, kept, Reason.PAY_DUP)
    async with till.outbox.transaction() as tx:
        case, order, found = await store.refund_locked(tx, refund.refund_no)
    assert (case.money, order, found) == (Money.DUE, kept, refund)
    assert till.sealer.open(order.payer, Payer).openid == "o-zhang"


async def test_an_application_has_one_open_order_and_an_order_one_refund(till: Till) -> None:
    payer = till.sealer.seal(Payer(openid="o-zhang"))
    async with till.outbox.transaction() as tx:
        case = await due_case(till, tx)
        order = await store.add_order(tx, case, payer, TERMS, tx.now)
        await store.add_refund(tx, order, Reason.PAY_DUP)
    with pytest.raises(IntegrityError, match="orders_one_open"):
        async with till.outbox.transaction() as tx:
            await store.add_order(tx, case, payer, TERMS, tx.now)
    with pytest.raises(IntegrityError, match="refunds"):
        async with till.outbox.transaction() as tx:
            await store.add_refund(tx, order, Reason.PAY_DUP)
    async with till.outbox.transaction() as tx:
        await store.change_order(tx, order.order_no, state=OrderState.CLOSED)
        assert (await store.add_order(tx, case, payer, TERMS, tx.now)).order_no != order.order_no


async def test_two_transactions_of_one_application_come_one_after_the_other(till: Till) -> None:
    event, entered = till.accepted(), asyncio.Event()

    async def second() -> bool:
        await entered.wait()
        async with till.outbox.transaction() as tx:
            return (await store.locked(tx, event)).money is Money.DUE

    waiting = asyncio.create_task(second())
    async with till.outbox.transaction() as tx:
        await store.locked(tx, event)
        entered.set()
        done, _ = await asyncio.wait({waiting}, timeout=0.2)
        assert not done
        await store.change_case(tx, event.application_id, money=Money.DUE)
    assert await waiting


async def test_a_number_that_is_not_ours_is_said_to_be_so(till: Till) -> None:
    async with till.outbox.transaction() as tx:
        with pytest.raises(store.NoSuchNumber):
            await store.order_locked(tx, uuid4().hex)
        with pytest.raises(store.NoSuchNumber):
            await store.refund_locked(tx, "R")


async def test_a_refund_changes_its_state_alone(till: Till) -> None:
    payer = till.sealer.seal(Payer(openid="o-zhang"))
    async with till.outbox.transaction() as tx:
        order = await store.add_order(tx, await due_case(till, tx), payer, TERMS, tx.now)
        refund = await store.add_refund(tx, order, Reason.PAY_DUP)
        await store.change_refund(tx, refund.refund_no, RefundState.REFUNDED)
        _, same, refund = await store.refund_locked(tx, refund.refund_no)
    assert (same.state, refund.state) == (OrderState.PLACING, RefundState.REFUNDED)
