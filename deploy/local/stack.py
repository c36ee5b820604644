"""The sandbox and the services on running servers: prepared, started, watched, stopped in the reverse order.

`async with Servers(state, keys) as servers, Stack(state, keys, servers) as stack`. With a `prefix` for topics, buckets
and databases, several stacks share one set of servers (tests do).
"""

import asyncio
import sys
from collections.abc import Callable
from functools import partial
from types import TracebackType

from pydantic import SecretStr

from deploy.local.environment import SERVICES, WEB, environment
from deploy.local.keys import Keys
from deploy.local.process import Process, ProcessFailed, answers
from deploy.local.servers import Servers
from deploy.local.state import StateDir
from shared.database import migrate
from shared.photos import BUCKETS, Objects
from shared.settings import KafkaSettings, StoreSettings
from shared.topics import create_topics

Say = Callable[[str], None]


class Stack:
    """`own` adds to or replaces the processes' environment; `say` is told each thing that is ready."""

    def __init__(
        self,
        state: StateDir,
        keys: Keys,
        servers: Servers,
        *,
        prefix: str = "",
        own: dict[str, str] | None = None,
        say: Say = lambda _step: None,
    ) -> None:
        self.state, self.keys, self.servers, self.prefix = state, keys, servers, prefix
        self._say = say
        self._urls = {name: f"http://127.0.0.1:{state.port()}" for name in (*WEB, "sandbox")}
        self._clock_file = state.path / f"{prefix}clock"
        self.environment = environment(servers, keys, self._urls, prefix, self._clock_file, own or {})
        self.sandbox = self._process("sandbox", "deploy.sandbox", "/play/orders")
        modules = {name: f"services.{name}.app" for name in SERVICES} | {"review": "services.validator.review"}
        self.services = {name: self._process(name, modules[name], "/health/ready") for name in WEB}

    def url(self, name: str) -> str:
        """Where a service, `review` or `sandbox` serves."""
        return self._urls[name]

    def move_clock(self, seconds: float) -> None:
        """Moves the services' clock so far from real time; negative is the past."""
        moved = self._clock_file.with_suffix(".new")
        moved.write_text(str(seconds))
        moved.replace(self._clock_file)  # a reader sees the old number or the new one

    async def run(self, *command: str) -> str:
        """Runs `python -m COMMAND…` with the stack's environment; returns what it said. Raises ProcessFailed."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", *command),
            env=self.environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said = (await process.communicate())[0].decode()
        if process.returncode != 0:
            raise ProcessFailed(f"python -m {' '.join(command)} exited with {process.returncode}:\n{said}")
        return said

    async def kill(self, name: str) -> None:
        """SIGKILL to one service, as a crash would."""
        await self.services[name].kill()

    async def restart(self, name: str) -> None:
        await self.services[name].restart()

    async def watch(self) -> None:
        """Returns never; raises ProcessFailed as soon as any process ends by itself."""
        servers = (self.servers.kafka, self.servers.minio, self.servers.postgres)
        while True:
            for process in (*servers, self.sandbox, *self.services.values()):
                if not process.running:
                    raise ProcessFailed(process.obituary())
            await asyncio.sleep(0.5)

    async def __aenter__(self) -> "Stack":
        try:
            await self._prepare()
            await self.sandbox.start()
            self._say("sandbox")
            await asyncio.gather(*(self._start(name) for name in WEB))
        except BaseException:
            await self.stop()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def stop(self) -> None:
        """Services first, so that none of them sees the world end."""
        await asyncio.gather(*(process.stop() for process in self.services.values()))
        await self.sandbox.stop()

    async def _start(self, name: str) -> None:
        await self.services[name].start()
        self._say(name)

    async def _prepare(self) -> None:
        """Databases, migrations, topics, buckets: each is left alone where it is there already."""
        await self.servers.create_databases(self.prefix + service for service in SERVICES)
        for service in SERVICES:
            await asyncio.to_thread(migrate, service, self.servers.postgres_url(self.prefix + service))
        self._say("databases")
        await create_topics(KafkaSettings(bootstrap_servers=self.servers.kafka_bootstrap, topic_prefix=self.prefix))
        self._say("topics")
        store = StoreSettings(
            endpoint=self.servers.s3_endpoint,
            access_key=self.servers.s3_access_key,
            secret_key=SecretStr(self.servers.s3_secret_key),
            bucket_prefix=self.prefix,
        )
        for bucket in BUCKETS:
            await asyncio.to_thread(Objects(store, bucket).create)
        self._say("buckets")

    def _process(self, name: str, module: str, ready_path: str) -> Process:
        log = self.state.log(f"{self.prefix}{name}")
        command = [sys.executable, "-m", module]
        return Process(
            name, command, self.environment, self.state.path, log, partial(answers, self._urls[name] + ready_path)
        )
