"""What can be asked of the reviewers' desk over HTTP? The same routes give browsers pages, programs JSON."""

from fastapi import APIRouter

from services.validator.api import duplicates, pictures, reviews, technical
from services.validator.api.words import CHECK_NAMES
from services.validator.desk import Desk, Duplicates, Technical
from shared.links import Links
from shared.staff import Staff

__all__ = ["CHECK_NAMES", "router"]


def router(desk: Desk, alarms: Duplicates, checks: Technical, staff: Staff, links: Links) -> APIRouter:
    """Reviewers only; each sees the schools that the staff file gives them."""
    router = APIRouter()
    router.include_router(reviews.router(desk, staff, links))
    router.include_router(duplicates.router(alarms, staff, links))
    router.include_router(technical.router(checks, staff, links))
    router.include_router(pictures.router(desk, staff, links))
    return router
