"""Staff: who may look and decide. A TOML file and a signed cookie; no table, no service of its own.

[[staff]]
name = "li"
roles = ["reviewer"]            # reviewer, school, operator
schools = ["10010"]             # empty: all
password_hash = "$argon2id$…"   # python -m shared.staff hash
"""

import getpass
import sys
import tomllib
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Literal

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error
from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from itsdangerous import BadSignature, URLSafeTimedSerializer
from pydantic import BaseModel, ConfigDict

from shared.problems import Problem
from shared.reasons import Reason
from shared.settings import CommonSettings

Role = Literal["reviewer", "school", "operator"]
COOKIE = "staff"
SIGNED_IN_SECONDS = 12 * 60 * 60  # a shift
PAGE = Path(__file__).parent / "pages" / "sign_in.html"


class Member(BaseModel):
    """One of the staff."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    roles: tuple[Role, ...]
    schools: tuple[str, ...] = ()
    password_hash: str

    def may_see(self, school_code: str) -> bool:
        return not self.schools or school_code in self.schools


class Staff:
    """Signs people in and says who asks."""

    def __init__(self, settings: CommonSettings) -> None:
        if settings.staff_file is None:
            raise ValueError("STAFF_FILE is not set: it names the TOML file of reviewers, schools and operators")
        table = tomllib.loads(settings.staff_file.read_text(encoding="utf-8"))
        self._members = {each.name: each for each in (Member.model_validate(row) for row in table["staff"])}
        self._cookies = URLSafeTimedSerializer(settings.staff_cookie_key.get_secret_value(), salt="staff")
        self._hasher = PasswordHasher()
        self._nobodys_hash = self._hasher.hash("nobody")
        self._secure = settings.mode == "production"

    def sign_in(self, name: str, password: str) -> Member | None:
        """None: wrong name or password, in the same time either way."""
        member = self._members.get(name)
        try:
            self._hasher.verify(member.password_hash if member else self._nobodys_hash, password)
        except Argon2Error:
            return None
        return member

    def cookie(self, member: Member) -> str:
        return self._cookies.dumps(member.name)

    def of(self, request: Request) -> Member | None:
        try:
            name = self._cookies.loads(request.cookies.get(COOKIE, ""), max_age=SIGNED_IN_SECONDS)
        except BadSignature:
            return None
        return self._members.get(name)

    def requires(self, *roles: Role) -> Callable[[Request], Awaitable[Member]]:
        """A FastAPI dependency: the member who asks. 401 when nobody is signed in (browsers are sent to the page),
        403 when they have none of the roles."""

        async def member(request: Request) -> Member:
            found = self.of(request)
            if found is None:
                if "text/html" in request.headers.get("accept", ""):
                    raise SignInFirst(request.url.path)
                raise Problem(HTTPStatus.UNAUTHORIZED, Reason.SIGN_IN, "sign in at /staff/sign-in")
            if not set(roles) & set(found.roles):
                raise Problem(HTTPStatus.FORBIDDEN, Reason.NOT_YOURS, f"{found.name} has none of the roles {roles}")
            return found

        return member

    def router(self) -> APIRouter:
        """The sign-in page, for every service that staff look at."""
        router = APIRouter(prefix="/staff", include_in_schema=False)

        @router.get("/sign-in")
        async def page(next: str = "/") -> HTMLResponse:
            return _page(next)

        @router.post("/sign-in")
        async def sign_in(
            name: Annotated[str, Form()], password: Annotated[str, Form()], next: Annotated[str, Form()] = "/"
        ) -> Response:
            member = self.sign_in(name, password)
            if member is None:
                return _page(next, wrong=True)
            answer = RedirectResponse(_inside(next), HTTPStatus.SEE_OTHER)
            answer.set_cookie(
                COOKIE,
                self.cookie(member),
                max_age=SIGNED_IN_SECONDS,
                httponly=True,
                samesite="strict",
                secure=self._secure,
            )
            return answer

        @router.post("/sign-out")
        async def sign_out() -> Response:
            answer = RedirectResponse("/staff/sign-in", HTTPStatus.SEE_OTHER)
            answer.delete_cookie(COOKIE)
            return answer

        return router


class SignInFirst(Exception):
    """A browser that is not signed in."""

    def __init__(self, next_path: str) -> None:
        super().__init__(next_path)
        self.next_path = next_path


async def to_sign_in(_: Request, error: Exception) -> Response:
    assert isinstance(error, SignInFirst)
    return RedirectResponse(f"/staff/sign-in?next={_inside(error.next_path)}", HTTPStatus.SEE_OTHER)


def _inside(path: str) -> str:
    """Only a path of this site: never a redirect to somebody else's."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else "/"


def _page(next_path: str, wrong: bool = False) -> HTMLResponse:
    page = PAGE.read_text(encoding="utf-8")
    message = '<p class="wrong" role="alert">姓名或密码不正确</p>' if wrong else ""
    safe = _inside(next_path).replace('"', "%22").replace("<", "%3C")
    status = HTTPStatus.UNAUTHORIZED if wrong else HTTPStatus.OK
    return HTMLResponse(page.replace("{{next}}", safe).replace("{{message}}", message), status)


if __name__ == "__main__":
    if sys.argv[1:] != ["hash"]:
        sys.exit("usage: python -m shared.staff hash   (asks for the password, prints its hash)")
    sys.stdout.write(PasswordHasher().hash(getpass.getpass("password: ")) + "\n")
