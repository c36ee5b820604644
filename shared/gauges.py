"""What waits: read when somebody asks for the metrics, not before."""

import time

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from shared import metrics
from shared.broker import Hearing
from shared.failures import is_the_worlds
from shared.outbox.tables import errands, outbox, parked

_alive = text("SELECT 1")
_untold = select(func.count()).where(outbox.c.told_at.is_(None))
_age = func.coalesce(func.extract("epoch", func.clock_timestamp() - func.min(parked.c.parked_at)), 0)
_parked = select(func.count(), _age).select_from(parked)
_late = func.greatest(func.extract("epoch", func.clock_timestamp() - func.min(errands.c.due_at)), 0)
_open_errands = select(errands.c.kind, func.count(), _late).where(errands.c.done_at.is_(None)).group_by(errands.c.kind)


class Gauges:
    """Of one service."""

    def __init__(self, service: str, engine: AsyncEngine, hearing: Hearing) -> None:
        self._service = service
        self._engine = engine
        self._hearing = hearing

    async def database_answers(self) -> bool:
        try:
            async with self._engine.connect() as connection:
                await connection.execute(_alive)
        except Exception as error:
            if is_the_worlds(error):
                return False
            raise
        return True

    async def read(self) -> None:
        self._read_hearing()
        if await self.database_answers():
            await self._read_database()

    def _read_hearing(self) -> None:
        lags: dict[str, int] = {}
        oldest: dict[str, float] = {}
        for ear in self._hearing.ears:
            topic = ear.event.topic
            lags[topic] = lags.get(topic, 0) + ear.lag()
            age = time.time() - ear.in_flight_since if ear.in_flight_since else 0.0
            oldest[topic] = max(oldest.get(topic, 0.0), age)
        for topic in lags:
            metrics.LAG.labels(self._service, topic).set(lags[topic])
            metrics.OLDEST_UNHANDLED.labels(self._service, topic).set(oldest[topic])

    async def _read_database(self) -> None:
        async with self._engine.connect() as connection:
            metrics.OUTBOX_WAITING.labels(self._service).set((await connection.execute(_untold)).scalar_one())
            waiting, age = (await connection.execute(_parked)).one()
            metrics.PARKED.labels(self._service).set(waiting)
            metrics.PARKED_OLDEST.labels(self._service).set(float(age))
            for kind, count, late in await connection.execute(_open_errands):
                metrics.ERRANDS_OPEN.labels(self._service, kind).set(count)
                metrics.ERRANDS_OVERDUE.labels(self._service, kind).set(float(late))
