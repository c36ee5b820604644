"""What can be asked of the matcher over HTTP? Rosters, refusals, close names, corrections, bans."""

from fastapi import APIRouter

from services.matcher.api import entries, pages, referrals, refusals, rosters
from services.matcher.api.desk import Desk


def router(desk: Desk) -> APIRouter:
    whole = APIRouter()
    for part in (pages, rosters, refusals, referrals, entries):
        whole.include_router(part.router(desk))
    return whole


__all__ = ["Desk", "router"]
