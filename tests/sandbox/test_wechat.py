"""WeChat's side of the sandbox: the conversations that intake and notifier have with it."""

from typing import Any

import httpx

ACCOUNT = {"appid": "wx1234567890abcdef", "secret": "wechat-secret"}
DATA = {"thing1": {"value": "照片审核通过"}, "phrase2": {"value": "已通过"}}


async def login(http: httpx.AsyncClient, code: str) -> dict[str, Any]:
    answer = await http.get("/sns/jscode2session", params={**ACCOUNT, "js_code": code})
    return dict(answer.json())


async def token(http: httpx.AsyncClient, force_refresh: bool = False) -> str:
    asked = {**ACCOUNT, "grant_type": "client_credential", "force_refresh": force_refresh}
    return str((await http.post("/cgi-bin/stable_token", json=asked)).json()["access_token"])


async def send(http: httpx.AsyncClient, data: dict[str, Any], access_token: str) -> int:
    asked = {"touser": "o-zhang", "template_id": "T1", "data": data}
    answer = await http.post("/cgi-bin/message/subscribe/send", params={"access_token": access_token}, json=asked)
    return int(answer.json()["errcode"])


async def test_a_login_code_gives_the_openid_once(http: httpx.AsyncClient) -> None:
    assert (await login(http, "login-zhang.a1"))["openid"] == "o-zhang"
    assert (await login(http, "login-zhang.a1"))["errcode"] == 40163
    assert (await login(http, "login-zhang.a2"))["openid"] == "o-zhang"
    assert (await login(http, "phone-13800138000.a1"))["errcode"] == 40029


async def test_a_wrong_secret_signs_nobody_in(http: httpx.AsyncClient) -> None:
    answer = await http.get("/sns/jscode2session", params={**ACCOUNT, "secret": "x", "js_code": "login-zhang.a1"})
    assert answer.json()["errcode"] == 40125


async def test_the_token_stays_the_same_until_it_is_forced_and_the_old_one_works_on(http: httpx.AsyncClient) -> None:
    first = await token(http)
    assert await token(http) == first
    assert await token(http, force_refresh=True) != first
    assert await send(http, DATA, first) == 43101  # known, only not accepted
    assert await send(http, DATA, "nonsense") == 40001


async def test_a_phone_code_gives_the_number_once(http: httpx.AsyncClient) -> None:
    url, params = "/wxa/business/getuserphonenumber", {"access_token": await token(http)}
    answer = (await http.post(url, params=params, json={"code": "phone-13800138000.b1"})).json()
    assert answer["phone_info"]["purePhoneNumber"] == "13800138000"
    assert (await http.post(url, params=params, json={"code": "phone-13800138000.b1"})).json()["errcode"] == 40163


async def test_one_accept_is_one_message(http: httpx.AsyncClient) -> None:
    access_token = await token(http)
    await http.post("/play/grants", json={"openid": "o-zhang", "template_ids": ["T1"]})
    assert [await send(http, DATA, access_token) for _ in range(2)] == [0, 43101]
    sent = (await http.get("/play/messages", params={"openid": "o-zhang"})).json()["subscribe"]
    assert [message["fields"]["thing1"] for message in sent] == ["照片审核通过"]


async def test_a_field_that_breaks_its_rule_is_47003_and_spends_no_accept(http: httpx.AsyncClient) -> None:
    access_token = await token(http)
    await http.post("/play/grants", json={"openid": "o-zhang", "template_ids": ["T1"]})
    assert await send(http, {"thing1": {"value": "长" * 21}}, access_token) == 47003
    assert await send(http, {"unheard1": {"value": "1"}}, access_token) == 47003
    fitting = {"time1": "2020年6月12日 15:01", "amount2": "¥20.00", "name3": "毛小小", "date4": "2020-06-12"}
    assert await send(http, {name: {"value": value} for name, value in fitting.items()}, access_token) == 0


async def test_an_armed_error_strikes_once_and_only_whom_it_is_meant_for(http: httpx.AsyncClient) -> None:
    armed = {"call": "login", "name": "errcode", "who": "zhang", "value": 45011}
    await http.post("/play/triggers", json=armed)
    assert "openid" in await login(http, "login-li.c1")
    assert (await login(http, "login-zhang.c1"))["errcode"] == 45011
    assert (await login(http, "login-zhang.c1"))["openid"] == "o-zhang"
