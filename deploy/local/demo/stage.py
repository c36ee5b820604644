"""What a play needs of a stack, whether it runs as processes (deploy/local) or in containers (deploy/compose)."""

from typing import Protocol

from deploy.local.keys import Keys
from deploy.local.state import StateDir


class Stage(Protocol):
    state: StateDir
    keys: Keys

    def url(self, name: str) -> str:
        """Where a service, `review` or `sandbox` serves."""

    def move_clock(self, seconds: float) -> None:
        """Moves the services' clock so far from real time."""

    async def run(self, *command: str) -> str:
        """Runs `python -m COMMAND…` beside the services; returns what it said. Raises ProcessFailed."""
