"""What every route of the school's desk needs, and who may ask."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from fastapi import Request

from services.matcher.keeper import RosterKeeper
from services.matcher.support import Support
from shared.outbox import Outbox
from shared.sealed import Sealer
from shared.staff import Member, Staff


@dataclass(frozen=True)
class Desk:
    """keeper: whole rosters; support: single people."""

    outbox: Outbox
    keeper: RosterKeeper
    support: Support
    staff: Staff
    sealer: Sealer
    roster_max_bytes: int

    def member(self) -> Callable[[Request], Awaitable[Member]]:
        """The dependency of every route."""
        return self.staff.requires("school", "operator")
