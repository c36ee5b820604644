"""What can be asked of the exporter over HTTP? Progress and bundles, as JSON for a school's own system; and a page."""

from fastapi import APIRouter

from services.exporter.api import bundles, pages, progress
from services.exporter.api.desk import Desk


def router(desk: Desk) -> APIRouter:
    whole = APIRouter()
    for part in (pages, progress, bundles):
        whole.include_router(part.router(desk))
    return whole


__all__ = ["Desk", "router"]
