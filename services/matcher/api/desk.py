"""What every route of the school's desk needs, and who may ask."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus

from fastapi import Request

from services.matcher.handlers import Handlers
from shared.campaign import Campaign
from shared.campaigns import newest_campaign
from shared.outbox import Outbox, Transaction
from shared.problems import Problem
from shared.reasons import Reason
from shared.sealed import Sealer
from shared.staff import Member, Staff


@dataclass(frozen=True)
class Desk:
    outbox: Outbox
    handlers: Handlers
    staff: Staff
    sealer: Sealer
    roster_max_bytes: int

    def member(self) -> Callable[[Request], Awaitable[Member]]:
        """The dependency of every route."""
        return self.staff.requires("school", "operator")


async def campaign_for(tx: Transaction, campaign_id: str, member: Member) -> Campaign:
    """Raises Problem 404, for another school's campaign as for one that does not exist."""
    campaign = await newest_campaign(tx, campaign_id)
    if campaign is None or not member.may_see(campaign.school.code):
        raise Problem(HTTPStatus.NOT_FOUND, Reason.NO_CAMPAIGN, f"{member.name} has no campaign {campaign_id!r}")
    return campaign
