"""Card readers in processes of their own: a picture that kills or hangs one costs nobody else anything."""

from typing import Any

from shared.events import IdCard
from shared.reasons import Reason
from shared.workers import WorkerPool

PICTURES_PER_PROCESS = 1_000

_reader: Any  # of a worker process, loaded with its first picture: models that nobody asks for cost 300 MB


class CardPool(WorkerPool):
    """`async with CardPool(...) as pool: await pool.read(...)`. Workers never outlive the process that made them."""

    def __init__(self, processes: int, seconds_per_picture: float) -> None:
        super().__init__("matcher", processes, seconds_per_picture, PICTURES_PER_PROCESS, _begin)

    async def read(self, picture: bytes) -> IdCard | Reason:
        """Never raises for a picture's sake: one that twice kills, breaks or outlasts its worker is unread."""
        found: IdCard | Reason | None = await self.tried(_read, picture)
        return found or Reason.ID_CARD_UNREAD


def _begin() -> None:
    global _reader
    _reader = None


def _read(picture: bytes) -> IdCard | Reason:
    global _reader
    from services.matcher.cards.reader import CardReader  # here: the parent never loads the libraries

    if _reader is None:
        _reader = CardReader()
    found: IdCard | Reason = _reader.read(picture)
    return found
