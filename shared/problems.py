"""Every error over HTTP is `application/problem+json` (RFC 9457): a code for ever, Chinese for the student.

A browser, which is where staff sit, gets the same as a page.
"""

from html import escape
from http import HTTPStatus
from pathlib import Path

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, Response
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from shared.reasons import Reason

MEDIA_TYPE = "application/problem+json"
PAGE = Path(__file__).parent / "pages" / "problem.html"
NO_RIGHT = "您没有打开此页的权限"


class ProblemBody(BaseModel):
    """What a client gets with any 4xx or 5xx. `title` is for the student, `detail` for whoever mends the client."""

    code: str
    title: str
    detail: str
    status: int
    support: str | None = None  # whom to ask, where the campaign names somebody


class Problem(Exception):
    """Raise it in a route: status, the reason's code and Chinese, and in English what was wrong with which value."""

    def __init__(self, status: HTTPStatus, reason: Reason, detail: str, support: str | None = None) -> None:
        super().__init__(detail)
        self.body = ProblemBody(
            code=reason.value, title=reason.text, detail=detail, status=status.value, support=support
        )


def answer(request: Request, body: ProblemBody) -> Response:
    if "text/html" in request.headers.get("accept", ""):
        return HTMLResponse(_page(body), body.status)
    return JSONResponse(body.model_dump(exclude_none=True), status_code=body.status, media_type=MEDIA_TYPE)


def _page(body: ProblemBody) -> str:
    title = NO_RIGHT if body.status == HTTPStatus.FORBIDDEN else body.title
    page = PAGE.read_text(encoding="utf-8")
    for name, text in (("title", title), ("code", body.code), ("status", str(body.status))):
        page = page.replace(f"{{{{{name}}}}}", escape(text))
    return page


async def problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return answer(request, error.body)


async def invalid_request(request: Request, error: Exception) -> Response:
    """Names the wrong fields, never their values: they may be an ID number."""
    assert isinstance(error, RequestValidationError)
    wrong = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
    reason = Reason.BAD_REQUEST
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    return answer(request, ProblemBody(code=reason.value, title=reason.text, detail=wrong, status=status))


async def http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    reason = Reason.SYS_RETRY if error.status_code >= 500 else Reason.BAD_REQUEST
    body = ProblemBody(code=reason.value, title=reason.text, detail=str(error.detail), status=error.status_code)
    return answer(request, body)


async def unexpected(request: Request, error: Exception) -> Response:  # noqa: ARG001  Starlette's signature
    """The cause is in the log; a stack trace never reaches a student."""
    reason, detail = Reason.SYS_RETRY, "not the request's fault; it is logged"
    status = HTTPStatus.SERVICE_UNAVAILABLE
    return answer(request, ProblemBody(code=reason.value, title=reason.text, detail=detail, status=status))
