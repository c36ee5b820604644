"""The reviewers' desk as staff meet it: a signed-in browser, or a program."""

from pathlib import Path
from typing import Any

import httpx
from argon2 import PasswordHasher
from fastapi import FastAPI

from services.validator import api
from services.validator.desk import Desk, Duplicates, Technical
from shared import problems
from shared.links import Links
from shared.outbox import Outbox
from shared.photos import Objects
from shared.staff import SignInFirst, Staff, to_sign_in
from tests.connections import connections_to

PAGE = {"accept": "text/html"}
PASSWORD_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("secret")
PEOPLE = [("li", "reviewer", ""), ("wang", "reviewer", ""), ("bit", "reviewer", '"10007"'), ("ops", "operator", "")]


def staff_of(parts: Any, folder: Path) -> Staff:
    """li and wang review everything, bit another school, ops is no reviewer."""
    tables = [
        f'[[staff]]\nname = "{name}"\nroles = ["{role}"]\nschools = [{school}]\npassword_hash = "{PASSWORD_HASH}"\n'
        for name, role, school in PEOPLE
    ]
    file = folder / "staff.toml"
    file.write_text("\n".join(tables))
    return Staff(connections_to(parts, "", staff_file=file).common)


def desk_app(outbox: Outbox, photos: Objects, staff: Staff) -> FastAPI:
    app = FastAPI()
    app.add_exception_handler(problems.Problem, problems.problem)
    app.add_exception_handler(SignInFirst, to_sign_in)
    app.include_router(staff.router())
    desks = (Desk(outbox, photos), Duplicates(outbox), Technical(outbox))
    app.include_router(api.router(*desks, staff, Links("key", "review-pictures")))
    return app


def signed_in(app: FastAPI, name: str) -> "SignedIn":
    return SignedIn(app, name)


class SignedIn(httpx.AsyncClient):
    """A browser of one of the staff."""

    def __init__(self, app: FastAPI, name: str) -> None:
        super().__init__(transport=httpx.ASGITransport(app), base_url="http://desk")
        self._name = name

    async def __aenter__(self) -> "SignedIn":
        await super().__aenter__()
        answer = await self.post("/staff/sign-in", data={"name": self._name, "password": "secret"})
        assert answer.status_code == 303
        return self
