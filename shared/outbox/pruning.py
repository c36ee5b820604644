"""What is over is forgotten after a while, or the four tables would grow for ever."""

import asyncio
from datetime import timedelta

import structlog
from sqlalchemy import delete, func
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.failures import cause_without_data, is_the_worlds
from shared.outbox.tables import errands, inbox, outbox

# Topics and dead letters live seven days each (shared/topics.py): a fact may come again, replayed, after fourteen.
KEPT = timedelta(days=30)
EVERY_SECONDS = 60 * 60

log = structlog.get_logger()
_long_ago = func.clock_timestamp() - KEPT
_over = (
    delete(inbox).where(inbox.c.handled_at < _long_ago),
    delete(outbox).where(outbox.c.told_at < _long_ago),
    delete(errands).where(errands.c.done_at < _long_ago),
)


async def prune(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        for statement in _over:
            await connection.execute(statement)


async def keep_pruning(engine: AsyncEngine) -> None:
    """For ever."""
    while True:
        try:
            await prune(engine)
        except Exception as error:
            if not is_the_worlds(error):
                log.error("the past cannot be forgotten", cause=cause_without_data(error))
        await asyncio.sleep(EVERY_SECONDS)
