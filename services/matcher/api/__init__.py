"""What can be asked of the matcher over HTTP? A roster is handed in, refusals are looked up; as JSON, and as a page."""

from fastapi import APIRouter

from services.matcher.api import pages, refusals, rosters
from services.matcher.api.desk import Desk


def router(desk: Desk) -> APIRouter:
    whole = APIRouter()
    for part in (pages, rosters, refusals):
        whole.include_router(part.router(desk))
    return whole


__all__ = ["Desk", "router"]
