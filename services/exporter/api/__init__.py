"""What can be asked of the exporter over HTTP? Progress, bundles and their outcome, for a school's system or a page."""

from fastapi import APIRouter

from services.exporter.api import bundles, outcomes, pages, progress
from services.exporter.api.desk import Desk


def router(desk: Desk) -> APIRouter:
    whole = APIRouter()
    for part in (pages, progress, bundles, outcomes):
        whole.include_router(part.router(desk))
    return whole


__all__ = ["Desk", "router"]
