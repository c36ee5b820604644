"""Every error over HTTP is `application/problem+json` (RFC 9457): a code for ever, Chinese for the student."""

from http import HTTPStatus

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from shared.reasons import Reason

MEDIA_TYPE = "application/problem+json"


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


def answer(body: ProblemBody) -> JSONResponse:
    return JSONResponse(body.model_dump(exclude_none=True), status_code=body.status, media_type=MEDIA_TYPE)


async def problem(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Problem)
    return answer(error.body)


async def invalid_request(_: Request, error: Exception) -> JSONResponse:
    """Names the wrong fields, never their values: they may be an ID number."""
    assert isinstance(error, RequestValidationError)
    wrong = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
    reason = Reason.BAD_REQUEST
    return answer(
        ProblemBody(code=reason.value, title=reason.text, detail=wrong, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    )


async def http_error(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    reason = Reason.SYS_RETRY if error.status_code >= 500 else Reason.BAD_REQUEST
    return answer(ProblemBody(code=reason.value, title=reason.text, detail=str(error.detail), status=error.status_code))


async def unexpected(_: Request, error: Exception) -> JSONResponse:  # noqa: ARG001  Starlette's signature
    """The cause is in the log; a stack trace never reaches a student."""
    reason, detail = Reason.SYS_RETRY, "not the request's fault; it is logged"
    return answer(
        ProblemBody(code=reason.value, title=reason.text, detail=detail, status=HTTPStatus.SERVICE_UNAVAILABLE)
    )
