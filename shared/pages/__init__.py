"""What every staff page stands on: one layout, Beijing time, and which campaigns a member may see."""

from datetime import datetime, timedelta, timezone
from http import HTTPStatus
from pathlib import Path

from fastapi import Request
from fastapi.templating import Jinja2Templates

from shared.campaign import Campaign
from shared.campaigns import newest_campaign, newest_campaigns
from shared.outbox import Transaction
from shared.problems import Problem
from shared.reasons import Reason
from shared.staff import Member

FOLDER = Path(__file__).parent
BEIJING = timezone(timedelta(hours=8))  # all of China, no summer time since 1991
PRIVATE = {"Cache-Control": "no-store"}  # what staff look at stays in no cache


def templates_of(pages: Path) -> Jinja2Templates:
    """A service's own pages, which may extend "layout.html" and show "campaigns.html"."""
    templates = Jinja2Templates([pages, FOLDER])
    templates.env.filters["beijing"] = beijing
    return templates


def beijing(moment: datetime) -> str:
    return moment.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M")


def is_browser(request: Request) -> bool:
    """The same routes answer browsers with pages and programs with JSON."""
    return "text/html" in request.headers.get("accept", "")


async def campaigns_of(tx: Transaction, member: Member) -> list[Campaign]:
    """The newest version of each campaign of the member's schools."""
    return [each for each in await newest_campaigns(tx) if member.may_see(each.school.code)]


async def campaign_for(tx: Transaction, campaign_id: str, member: Member) -> Campaign:
    """Raises Problem 404, for another school's campaign as for one that does not exist."""
    campaign = await newest_campaign(tx, campaign_id)
    if campaign is None or not member.may_see(campaign.school.code):
        raise Problem(HTTPStatus.NOT_FOUND, Reason.NO_CAMPAIGN, f"{member.name} has no campaign {campaign_id!r}")
    return campaign
