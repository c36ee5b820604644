import asyncio
import base64
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI
from sqlalchemy import text

from deploy.local.keys import Keys, load_keys
from deploy.sandbox import settings as sandbox
from services.payment import store
from services.payment.api import notifications
from services.payment.settings import Settings
from services.payment.wechatpay import WeChatPay
from shared.campaign import Campaign
from shared.campaigns import keep_campaign
from shared.clock import Clock
from shared.database import connect, migrate
from shared.http import http_client
from shared.outbox import Outbox
from shared.outbox.tables import metadata as shared_tables
from shared.sealed import Sealer
from tests.payment.till import Till
from tests.sandbox.serving import listening, sandbox_settings, serving, serving_sandbox


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return load_keys(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="session")
def sandbox_account(keys: Keys) -> sandbox.Settings:
    return sandbox_settings(keys)


@pytest.fixture
def campaign() -> Campaign:
    return Campaign.model_validate(
        {
            "id": "buct-2020",
            "version": 1,
            "title": "2020年夏季研究生图像采集",
            "source": "a test",
            "term": "2020夏",
            "audience": "研究生",
            "school": {"name": "北京化工大学", "code": "10010"},
            "window": {"opens_at": "2020-05-28T00:00:00+08:00", "closes_at": "2020-05-31T00:00:00+08:00"},
            "identity": {"strategy": "id_number"},
            "consent": {"version": "1", "notice": "…"},
            "payment": {"moment": "after_approval", "fee_fen": 2000},
            "contacts": [{"name": "照片社"}],
        }
    )


@pytest.fixture(scope="session")
async def payment_database(parts: Any) -> str:
    """Migrated once; `outbox` empties it for each test."""
    name = f"payment_{uuid4().hex}"
    await parts.create_databases([name])
    url: str = parts.postgres_url(name)
    await asyncio.to_thread(migrate, "payment", url)
    return url


@pytest.fixture
async def outbox(payment_database: str, tmp_path: Path, campaign: Campaign) -> AsyncIterator[Outbox]:
    engine = connect(payment_database)
    outbox = Outbox(engine, Clock(tmp_path / "clock"))
    tables = [*store.metadata.tables, *shared_tables.tables]
    async with outbox.transaction() as tx:
        await tx.execute(text(f"TRUNCATE {', '.join(tables)}"))
        await keep_campaign(tx, campaign)
    yield outbox
    await engine.dispose()


@pytest.fixture
def sealer() -> Sealer:
    return Sealer({"k1": bytes(32)}, base64.b64decode("bG9va3Vw"))


@pytest.fixture(scope="session")
def sandbox_url(sandbox_account: sandbox.Settings) -> Iterator[str]:
    with serving_sandbox(sandbox_account) as address:
        yield address


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """The webhook's: its address is told to WeChat Pay before it is served."""
    with listening() as listener:
        yield listener


@pytest.fixture
async def wechatpay(
    sandbox_account: sandbox.Settings, sandbox_url: str, listener: socket.socket, keys: Keys
) -> AsyncIterator[WeChatPay]:
    settings = Settings(
        database_url="",
        port=listener.getsockname()[1],
        wechatpay_url=sandbox_url,
        appid=sandbox_account.wechat_appid,
        mchid=sandbox_account.mchid,
        private_key_file=keys.rsa_private("merchant"),
        cert_serial=sandbox_account.merchant_cert_serial,
        apiv3_key=sandbox_account.apiv3_key,
        wechatpay_public_key_file=keys.rsa_public("wechatpay"),
        wechatpay_public_key_id=sandbox_account.platform_public_key_id,
    )
    async with WeChatPay(settings) as wechatpay:
        yield wechatpay


@pytest.fixture
def webhook_url(
    outbox: Outbox, payment_database: str, sealer: Sealer, wechatpay: WeChatPay, listener: socket.socket
) -> Iterator[str]:
    """The service's HTTP side in a thread, with connections of its own: they belong to one event loop."""
    engine = connect(payment_database)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await engine.dispose()

    app = FastAPI(lifespan=lifespan)
    app.include_router(notifications.router(Outbox(engine, outbox.clock), sealer, wechatpay))
    with serving(app, listener) as address:
        yield address


@pytest.fixture
async def till(
    outbox: Outbox,
    sealer: Sealer,
    wechatpay: WeChatPay,
    sandbox_url: str,
    webhook_url: str,
    campaign: Campaign,
    tmp_path: Path,
) -> AsyncIterator[Till]:
    async with (
        http_client(sandbox_url) as people,
        http_client(webhook_url) as service,
    ):
        yield Till(outbox, sealer, wechatpay, people, service, campaign, tmp_path / "clock")
        await people.post("/play/triggers/clear")
