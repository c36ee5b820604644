from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from wechatpayv3.async_ import AsyncWeChatPay, WeChatPayType

from deploy.local.keys import Keys, load_keys
from deploy.sandbox.settings import Settings
from shared.http import http_client
from tests.sandbox.serving import Receiver, sandbox_settings, serving, serving_sandbox


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    """Made once: two RSA pairs take a good part of a second."""
    return load_keys(tmp_path_factory.mktemp("keys"))


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
def receiver_url(receiver: Receiver) -> Iterator[str]:
    app = FastAPI()
    app.add_api_route("/taken", receiver.take, methods=["POST"])
    with serving(app) as address:
        yield f"{address}/taken"


@pytest.fixture
def settings(keys: Keys, receiver_url: str) -> Settings:
    return sandbox_settings(keys, receipt_url=receiver_url)


@pytest.fixture
def sandbox_url(settings: Settings) -> Iterator[str]:
    with serving_sandbox(settings) as address:
        yield address


@pytest.fixture
async def http(sandbox_url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with http_client(sandbox_url) as client:
        yield client


@pytest.fixture
async def wechatpay(settings: Settings, sandbox_url: str, keys: Keys) -> AsyncIterator[Any]:
    """The real client, in public-key mode, as services/payment builds it."""
    client = AsyncWeChatPay(
        wechatpay_type=WeChatPayType.JSAPI,
        mchid=settings.mchid,
        private_key=keys.rsa_private("merchant").read_text(),
        cert_serial_no=settings.merchant_cert_serial,
        apiv3_key=settings.apiv3_key.get_secret_value(),
        appid=settings.wechat_appid,
        public_key=keys.rsa_public("wechatpay").read_text(),
        public_key_id=settings.platform_public_key_id,
        timeout=(1, 2),
    )
    client._core._gate_way = sandbox_url
    async with client:
        yield client
