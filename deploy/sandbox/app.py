"""How is it wired: settings → keys, ledger, triggers, courier → routes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from deploy.sandbox import capture, pay, play, sms, wechat
from deploy.sandbox.answers import Signed
from deploy.sandbox.courier import Courier
from deploy.sandbox.ledger import Ledger
from deploy.sandbox.notifications import Notifications
from deploy.sandbox.settings import Settings
from deploy.sandbox.signatures import PayKeys
from deploy.sandbox.triggers import Triggers


def create_app(settings: Settings) -> FastAPI:
    """The whole sandbox as one ASGI app; its state lives and dies with it."""
    ledger, triggers = Ledger(), Triggers()
    courier = Courier(settings.retry_scale)
    keys = PayKeys.read(settings)
    notifications = Notifications(keys, settings.wechat_appid, courier, triggers)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with courier:
            yield

    app = FastAPI(title="Gradphoto sandbox", lifespan=lifespan)
    app.include_router(wechat.routes(settings, ledger, triggers))
    app.include_router(pay.routes(settings, Signed(keys, triggers), ledger, notifications))
    app.include_router(sms.routes(settings, ledger, triggers, courier))
    app.include_router(capture.routes(settings, ledger))
    app.include_router(play.routes(settings, keys, ledger, triggers, notifications))
    return app
