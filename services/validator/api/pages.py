"""Pages are never kept by a cache: they show faces."""

from http import HTTPStatus
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import Response

from services.validator.api import words
from shared.pages import PRIVATE, templates_of

_templates = templates_of(Path(__file__).parent.parent / "pages")
_templates.env.globals |= {
    name: getattr(words, name)
    for name in ("ALARMS", "ANSWERS", "CHECK_NAMES", "CHECK_STATES", "HAIRLINE_BY", "OUTCOMES", "STATES")
}
_templates.env.filters["against_limit"] = words.against_limit


def page(request: Request, name: str, context: dict[str, Any], status: int = HTTPStatus.OK) -> Response:
    return _templates.TemplateResponse(request, name, context, status, PRIVATE)
