"""What can be asked of intake over HTTP? Sign-in, schools and campaigns, the application, its account, its photos."""

from fastapi import APIRouter

from services.intake.api import (
    accounts,
    applications,
    attempts,
    campaigns,
    codes,
    idcards,
    identity,
    passwords,
    photos,
    schools,
)
from services.intake.api.door import Door


def router(door: Door) -> APIRouter:
    whole = APIRouter(prefix="/v1")
    whole.include_router(campaigns.router(door))
    whole.include_router(applications.router(door))
    whole.include_router(identity.router(door))
    whole.include_router(schools.router(door))
    whole.include_router(idcards.router(door))
    whole.include_router(accounts.router(door))
    whole.include_router(codes.router(door))
    whole.include_router(passwords.router(door))
    whole.include_router(photos.router(door))
    whole.include_router(attempts.router(door))
    return whole


__all__ = ["Door", "router"]
