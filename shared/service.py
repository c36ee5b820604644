"""What every service is: one process with a web app, a broker, a relay, errands, and answers about its health."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Any

import structlog
import uvicorn
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.exceptions import HTTPException

from shared import metrics, problems
from shared.broker import Handler, Hearing
from shared.campaigns import CampaignCopies
from shared.database import connect
from shared.events import CampaignPublished, Event
from shared.failures import is_the_worlds
from shared.gauges import Gauges
from shared.logs import start_logs
from shared.outbox import Errands, Outbox, Parking, Relay, keep_pruning
from shared.outbox.errands import Run
from shared.producer import Producer
from shared.settings import Connections, ServiceSettings
from shared.staff import SignInFirst, to_sign_in

log = structlog.get_logger()


class Service:
    """Wire it in app.py: what it hears, says, does and serves; then `run` it.

    name: the folder's name; it is the Kafka group's first word, the dead-letter topic's last, and in every log line.
    """

    def __init__(self, name: str, settings: ServiceSettings, connections: Connections) -> None:
        self.name = name
        self.settings = settings
        self.clock = connections.common.clock()
        self.engine = connect(settings.database_url)
        self.outbox = Outbox(self.engine, self.clock)
        self._kafka = connections.kafka
        self._producer = Producer(connections.kafka, name)
        self._errands = Errands(self.outbox)
        self._parking = Parking(self.outbox)
        self.hearing = Hearing(name, self._kafka, self._producer, self._parking, stop=_stop_process)
        self._gauges = Gauges(name, self.engine, self.hearing)
        self._resources: list[AbstractAsyncContextManager[Any]] = []
        self._background: list[Callable[[], Coroutine[Any, Any, None]]] = []
        self._tasks: list[asyncio.Task[None]] = []
        self.app = self._web_app()

    def hears(self, event: type[Event], handler: Handler, workers: int = 1) -> None:
        self.hearing.hears(event, handler, workers)

    def says(self, *events: type[Event]) -> None:
        self.hearing.says(*events)

    def does(self, kind: str, run: Run) -> None:
        self._errands.does(kind, run)

    def serves(self, router: APIRouter) -> None:
        self.app.include_router(router)

    def keeps_campaigns(self) -> None:
        self.hears(CampaignPublished, CampaignCopies(self.outbox, self._parking).keep)

    def needs(self, resource: AbstractAsyncContextManager[Any]) -> None:
        """Entered before anything is heard, left after everything is finished: clients, pools."""
        self._resources.append(resource)

    def in_background(self, run: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Something of the service's own that runs as long as it does."""
        self._background.append(run)

    def _web_app(self) -> FastAPI:
        app = FastAPI(title=f"Gradphoto {self.name}", lifespan=self._lifespan, docs_url=None, redoc_url=None)
        app.add_exception_handler(problems.Problem, problems.problem)
        app.add_exception_handler(RequestValidationError, problems.invalid_request)
        app.add_exception_handler(HTTPException, problems.http_error)
        app.add_exception_handler(SignInFirst, to_sign_in)
        app.add_exception_handler(Exception, problems.unexpected)
        app.add_api_route("/health/live", self._live, include_in_schema=False)
        app.add_api_route("/health/ready", self._ready, include_in_schema=False)
        app.add_api_route("/metrics", self._metrics, include_in_schema=False)
        app.middleware("http")(self._measure)
        return app

    @asynccontextmanager
    async def _lifespan(self, _: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self.engine.dispose)
            for resource in self._resources:
                await stack.enter_async_context(resource)
            stack.push_async_callback(self._producer.stop)
            stack.push_async_callback(self.hearing.broker.stop)
            for run in (self._hear_and_tell, self._errands.run, self._parking.sweep, self._forget, *self._background):
                self._tasks.append(asyncio.create_task(run()))
            stack.push_async_callback(self._stop_tasks)
            log.info("serving", hears=len(self.hearing.ears), does=self._errands.kinds)
            yield

    async def _hear_and_tell(self) -> None:
        """Beside the web app, which answers at once: joining the groups of a process that was killed takes as long as
        their session timeout, and Kafka may be away."""
        await self._producer.start()
        relay = Relay(self.settings.database_url, self._producer, self.name, self._kafka.topic_prefix)
        await asyncio.gather(self.hearing.start(), relay.run())

    async def _forget(self) -> None:
        await keep_pruning(self.engine)

    async def _stop_tasks(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _live(self) -> PlainTextResponse:
        """Alive as long as the loop turns: when somebody else is down, a restart would not help."""
        return PlainTextResponse("alive\n")

    async def _ready(self) -> JSONResponse:
        """Ready: the database answers, everything that is heard moves, and nothing of the background has died."""
        state = {
            "database": await self._gauges.database_answers(),
            "hearing": self.hearing.is_ready(),
            "background": not any(task.done() for task in self._tasks),
        }
        return JSONResponse(state, status_code=200 if all(state.values()) else 503)

    async def _metrics(self) -> Response:
        await self._gauges.read()
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    async def _measure(self, request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        started = time.monotonic()
        try:
            response = await call_next(request)
        except Exception as error:
            if not is_the_worlds(error):
                raise
            log.warning("the world is away", path=_route(request), cause=type(error).__name__)
            response = await problems.unexpected(request, error)
        took = time.monotonic() - started
        metrics.REQUESTS.labels(self.name, request.method, _route(request), response.status_code).observe(took)
        return response


def run(build: Callable[[], Service]) -> None:
    """Serves until SIGTERM; the message in flight is finished first."""
    asyncio.run(_serve(build))


async def _serve(build: Callable[[], Service]) -> None:
    service = build()  # inside the loop: Kafka's clients are made for one
    start_logs(service.name)
    settings = service.settings
    config = uvicorn.Config(
        service.app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=20,
    )
    await uvicorn.Server(config).serve()


def _route(request: Request) -> str:
    route = request.scope.get("route")
    return getattr(route, "path", "none")


def _stop_process() -> None:
    signal.raise_signal(signal.SIGTERM)
