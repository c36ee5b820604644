"""What every route of the school's desk needs, and who may ask."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from fastapi import Request

from services.exporter.handlers import Handlers
from services.exporter.outcomes import Outcomes
from shared.links import Links
from shared.outbox import Outbox
from shared.photos import Objects
from shared.sealed import Sealer
from shared.staff import Member, Staff


@dataclass(frozen=True)
class Desk:
    """links: for bundles, good for `download_seconds`; bundles: their bucket."""

    outbox: Outbox
    handlers: Handlers
    outcomes: Outcomes
    staff: Staff
    sealer: Sealer
    links: Links
    bundles: Objects
    download_seconds: int

    def member(self) -> Callable[[Request], Awaitable[Member]]:
        """The dependency of every route but the download, which has its signed link."""
        return self.staff.requires("school", "operator")

    def link(self, bundle_id: object, member: Member) -> str:
        """Where this member may fetch the bundle for a few minutes; the audit says to whom the link was given."""
        return f"/bundles/{bundle_id}/download?token={self.links.sign(f'{bundle_id} {member.name}')}"
