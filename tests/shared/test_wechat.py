"""Against the sandbox, which speaks WeChat's protocol; what only a broken network does is played by its triggers."""

import logging
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest

from deploy.local.keys import Keys, load_keys
from shared.http import http_client
from shared.wechat import Session, WeChat, WeChatRefused, WeChatUnavailable
from tests.sandbox.serving import sandbox_settings, serving_sandbox

TEMPLATE = "accepted-template"
DATA = {"thing1": "照片已通过"}


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return load_keys(tmp_path_factory.mktemp("keys"))


@pytest.fixture
def sandbox_url(keys: Keys) -> Iterator[str]:
    with serving_sandbox(sandbox_settings(keys)) as url:
        yield url


@pytest.fixture
async def play(sandbox_url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with http_client(f"{sandbox_url}/play") as client:
        yield client


@pytest.fixture
async def wechat(sandbox_url: str) -> AsyncIterator[WeChat]:
    async with WeChat(sandbox_url, "wx1234567890abcdef", "wechat-secret") as client:
        yield client


async def _arm(play: httpx.AsyncClient, **trigger: Any) -> None:
    (await play.post("/triggers", json=trigger)).raise_for_status()


async def _grant(play: httpx.AsyncClient, openid: str) -> None:
    (await play.post("/grants", json={"openid": openid, "template_ids": [TEMPLATE]})).raise_for_status()


async def _received(play: httpx.AsyncClient, openid: str) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = (await play.get("/messages", params={"openid": openid})).json()["subscribe"]
    return messages


async def test_a_login_code_gives_the_openid_and_nothing_else(wechat: WeChat) -> None:
    assert await wechat.code2session("login-maoxiaoxiao.1") == Session(openid="o-maoxiaoxiao")


@pytest.mark.parametrize(("code", "errcode"), [("nonsense", 40029), ("login-used.1", 40163)])
async def test_a_bad_or_used_code_is_refused_with_wechats_errcode(wechat: WeChat, code: str, errcode: int) -> None:
    await wechat.code2session("login-used.1")
    with pytest.raises(WeChatRefused) as refused:
        await wechat.code2session(code)
    assert refused.value.errcode == errcode


async def test_a_phone_number_comes_in_e164(wechat: WeChat) -> None:
    assert await wechat.phone_number("phone-13800138000.1", "o-maoxiaoxiao") == "+8613800138000"


async def test_a_subscribe_message_arrives_with_its_fields(wechat: WeChat, play: httpx.AsyncClient) -> None:
    await _grant(play, "o-mao")
    await wechat.send_subscribe("o-mao", TEMPLATE, "pages/application/application", DATA)
    [message] = await _received(play, "o-mao")
    assert message["fields"] == DATA


async def test_without_a_grant_wechat_refuses_with_43101(wechat: WeChat) -> None:
    with pytest.raises(WeChatRefused) as refused:
        await wechat.send_subscribe("o-mao", TEMPLATE, "pages/application/application", DATA)
    assert refused.value.errcode == 43101


async def test_an_expired_token_is_renewed_once_and_the_message_sent_once(
    wechat: WeChat, play: httpx.AsyncClient
) -> None:
    await _grant(play, "o-mao")
    await _arm(play, name="errcode", call="subscribe", value=42001)
    await wechat.send_subscribe("o-mao", TEMPLATE, "pages/application/application", DATA)
    assert len(await _received(play, "o-mao")) == 1


async def test_a_token_refused_twice_is_a_refusal_not_a_loop(wechat: WeChat, play: httpx.AsyncClient) -> None:
    await _grant(play, "o-mao")
    await _arm(play, name="errcode", call="subscribe", value=40001, times=5)
    with pytest.raises(WeChatRefused) as refused:
        await wechat.send_subscribe("o-mao", TEMPLATE, "pages/application/application", DATA)
    assert refused.value.errcode == 40001
    assert (await play.get("/triggers")).json()["armed"][0]["times"] == 3


@pytest.mark.parametrize(
    ("trigger", "perhaps_done"),
    [
        ({"name": "status", "value": 500}, True),
        ({"name": "html_502"}, True),
        ({"name": "done_then_dropped"}, True),
        ({"name": "errcode", "value": -1}, True),
        ({"name": "errcode", "value": 45011}, False),
    ],
)
async def test_no_usable_answer_says_whether_it_may_have_been_done(
    wechat: WeChat, play: httpx.AsyncClient, trigger: dict[str, Any], perhaps_done: bool
) -> None:
    await _grant(play, "o-mao")
    await _arm(play, call="subscribe", **trigger)
    with pytest.raises(WeChatUnavailable) as unavailable:
        await wechat.send_subscribe("o-mao", TEMPLATE, "pages/application/application", DATA)
    assert unavailable.value.perhaps_done is perhaps_done


async def test_without_a_token_nothing_can_have_been_sent(wechat: WeChat, play: httpx.AsyncClient) -> None:
    await _arm(play, name="done_then_dropped", call="token")
    with pytest.raises(WeChatUnavailable) as unavailable:
        await wechat.send_subscribe("o-mao", TEMPLATE, "pages/application/application", DATA)
    assert not unavailable.value.perhaps_done


async def test_neither_secret_nor_token_reaches_a_log_or_an_error(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="tests")
    async with WeChat("http://127.0.0.1:1", "wx1234567890abcdef", "wechat-secret") as nobody:
        with pytest.raises(WeChatUnavailable) as unavailable:
            await nobody.code2session("login-mao.1")
    assert not unavailable.value.perhaps_done
    assert "wechat-secret" not in caplog.text + str(unavailable.value)
