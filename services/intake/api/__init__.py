"""What can be asked of intake over HTTP? Sign-in and campaigns, the application, its photos."""

from fastapi import APIRouter

from services.intake.api import applications, campaigns, photos
from services.intake.api.door import Door


def router(door: Door) -> APIRouter:
    whole = APIRouter(prefix="/v1")
    whole.include_router(campaigns.router(door))
    whole.include_router(applications.router(door))
    whole.include_router(photos.router(door))
    return whole


__all__ = ["Door", "router"]
