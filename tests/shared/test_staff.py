from pathlib import Path

import httpx
import pytest
from argon2 import PasswordHasher
from fastapi import Depends, FastAPI

from shared import problems
from shared.links import BadLink, Links
from shared.settings import CommonSettings
from shared.staff import Member, SignInFirst, Staff, to_sign_in


@pytest.fixture
def desk(tmp_path: Path) -> httpx.AsyncClient:
    file = tmp_path / "staff.toml"
    hashed = PasswordHasher().hash("right")
    file.write_text(f'[[staff]]\nname = "li"\nroles = ["reviewer"]\nschools = ["10010"]\npassword_hash = "{hashed}"\n')
    staff = Staff(CommonSettings(link_key="x", staff_file=file, staff_cookie_key="cookies"))
    app = FastAPI()
    app.add_exception_handler(problems.Problem, problems.problem)
    app.add_exception_handler(SignInFirst, to_sign_in)
    app.include_router(staff.router())

    @app.get("/desk")
    async def look(member: Member = Depends(staff.requires("reviewer"))) -> str:
        return member.name

    @app.get("/money")
    async def money(member: Member = Depends(staff.requires("operator"))) -> str:
        return member.name

    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://desk")


async def sign_in(desk: httpx.AsyncClient, password: str, after: str = "/desk") -> httpx.Response:
    return await desk.post("/staff/sign-in", data={"name": "li", "password": password, "next": after})


async def test_a_reviewer_signs_in_and_sees_the_desk_and_no_more(desk: httpx.AsyncClient) -> None:
    assert (await desk.get("/desk")).status_code == 401
    signed_in = await sign_in(desk, "right")
    assert (signed_in.status_code, signed_in.headers["location"]) == (303, "/desk")
    assert "HttpOnly" in signed_in.headers["set-cookie"]
    assert "samesite=strict" in signed_in.headers["set-cookie"].lower()
    assert (await desk.get("/desk")).json() == "li"
    assert (await desk.get("/money")).status_code == 403


async def test_a_wrong_password_says_so_and_gives_no_cookie(desk: httpx.AsyncClient) -> None:
    answer = await sign_in(desk, "wrong")
    assert answer.status_code == 401
    assert "姓名或密码不正确" in answer.text
    assert "set-cookie" not in answer.headers


async def test_a_browser_is_sent_to_the_page_and_never_to_another_site(desk: httpx.AsyncClient) -> None:
    sent = await desk.get("/desk", headers={"accept": "text/html"})
    assert (sent.status_code, sent.headers["location"]) == (303, "/staff/sign-in?next=/desk")
    for evil in ("https://evil.example", "//evil.example", "/\\evil.example"):
        assert (await sign_in(desk, "right", evil)).headers["location"] == "/"
    page = await desk.get("/staff/sign-in", params={"next": '/"><script>'})
    assert "<script>" not in page.text


async def test_a_forged_cookie_is_nobody(desk: httpx.AsyncClient) -> None:
    desk.cookies.set("staff", "forged")
    assert (await desk.get("/desk")).status_code == 401


def test_a_link_opens_one_thing_for_a_while() -> None:
    links = Links("key", "picture")
    link = links.sign("a/b/original.jpg")
    assert links.read(link) == "a/b/original.jpg"
    with pytest.raises(BadLink, match="not a link that we made"):
        Links("key", "bundle").read(link)
    with pytest.raises(BadLink, match="time is over"):
        links.read(link, max_age_seconds=-1)
