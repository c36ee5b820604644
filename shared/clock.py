"""What time it is: windows, deadlines and timers ask here. Signatures read real time instead."""

from datetime import UTC, datetime, timedelta
from pathlib import Path


class Clock:
    """Aware UTC now. `moved_by` names a file of seconds to add (tests and the demo write it); None in production."""

    def __init__(self, moved_by: Path | None = None) -> None:
        self._moved_by = moved_by

    def now(self) -> datetime:
        return datetime.now(UTC) + self._moved()

    def _moved(self) -> timedelta:
        if self._moved_by is None:
            return timedelta()
        try:
            return timedelta(seconds=float(self._moved_by.read_text() or 0))
        except FileNotFoundError:
            return timedelta()
