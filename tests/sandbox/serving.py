"""A sandbox of one's own: in this process, on a port the kernel chose, with fresh keys."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from fastapi import Request, Response

from deploy.local.keys import Keys
from deploy.sandbox.app import create_app
from deploy.sandbox.settings import Settings

START_SECONDS = 10


def listening() -> socket.socket:
    """A socket on a port the kernel chose; close it, or give it to `serving`."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    return listener


@contextmanager
def serving(app: Any, listener: socket.socket | None = None) -> Iterator[str]:
    """Serve an ASGI app in a thread with its own event loop; yields its address."""
    with listener or listening() as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        deadline = time.monotonic() + START_SECONDS
        while not server.started:
            assert thread.is_alive(), "the app could not start"
            assert time.monotonic() < deadline, f"the app did not start within {START_SECONDS} s"
            time.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(START_SECONDS)


def sandbox_settings(keys: Keys, receipt_url: str | None = None) -> Settings:
    """One account of everything, with a clone's development keys. Retries come a thousand times faster."""
    return Settings(
        wechat_appid="wx1234567890abcdef",
        wechat_secret="wechat-secret",
        mchid="1900000109",
        merchant_public_key_file=keys.rsa_public("merchant"),
        merchant_cert_serial="444F4864EA9B3441",
        platform_private_key_file=keys.rsa_private("wechatpay"),
        platform_public_key_id="PUB_KEY_ID_0119000001092026",
        apiv3_key="an-apiv3-key-of-thirty-two-bytes",
        sms_secret_id="AKIDsandbox",
        sms_secret_key="sms-secret",
        sms_sdk_app_id="1400006666",
        receipt_url=receipt_url,
        capture_key="capture key",
        retry_scale=0.001,
        refund_seconds=0.3,
    )


@contextmanager
def serving_sandbox(settings: Settings) -> Iterator[str]:
    """A fresh sandbox; yields its address."""
    with serving(create_app(settings)) as address:
        yield address


class Receiver:
    """A merchant's webhook that keeps what it gets and answers what the test wants."""

    def __init__(self) -> None:
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self.statuses: list[int] = []  # answered first; 200 when empty
        self.content = b'{"result": 0, "errmsg": "OK"}'

    async def take(self, request: Request) -> Response:
        self.requests.append((dict(request.headers), await request.body()))
        status = self.statuses.pop(0) if self.statuses else 200
        return Response(self.content, status, media_type="application/json")
