"""PARTS=containers: the servers of the tests as containers, of the images that docker-compose.yml names.

`ContainerServers` offers what deploy.local.servers.Servers does; the services stay processes, the tests the same.
"""

import asyncio
import os
import socket
from typing import Any, cast

import psutil
from testcontainers.community.minio import MinioContainer
from testcontainers.community.postgres import PostgresContainer
from testcontainers.core.config import ConnectionMode, testcontainers_config
from testcontainers.core.container import DockerContainer
from testcontainers.core.docker_client import DockerClient

from deploy.local.environment import ROOT
from deploy.local.keys import Keys
from deploy.local.process import Process
from deploy.local.servers import Servers
from tests.containers.compose_file import image_of, services

# The helper that removes forgotten containers is an image of its own; we mark ours and remove them ourselves.
testcontainers_config.ryuk_disabled = True
# The ports are on this machine, also where it looks like a container itself (a CI runner, a sandbox).
testcontainers_config.connection_mode_override = ConnectionMode.docker_host
testcontainers_config.tc_host_override = "127.0.0.1"

CLONE, PID = "gradphoto.clone", "gradphoto.pid"
READY_WITHIN_SECONDS = 60
STOP_WITHIN_SECONDS = 20


class ContainerServer:
    """One server: what tests use of a Process. `ports`: inside and on this machine; ready when the health check of its
    service in docker-compose.yml says so."""

    def __init__(self, service: str, server: DockerContainer, ports: tuple[int, int]) -> None:
        inside, outside = ports
        server.ports[str(inside)] = ("127.0.0.1", outside)  # type: ignore[assignment]  # Docker takes an address too
        self._server = server.with_kwargs(labels={CLONE: str(ROOT), PID: str(os.getpid())})
        self._ready = services()[service]["healthcheck"]["test"][1:]

    @property
    def _container(self) -> Any:  # the Docker library ships no types
        return self._server.get_wrapped_container()

    @property
    def running(self) -> bool:
        if self._server._container is None:
            return False
        self._container.reload()
        return bool(self._container.status == "running")

    async def start(self) -> None:
        """Starts it, with the data it had, and waits until it serves. Raises TimeoutError."""
        first = self._server._container is None
        await asyncio.to_thread(self._server.start if first else self._container.start)
        async with asyncio.timeout(READY_WITHIN_SECONDS):
            while not await asyncio.to_thread(self._serves):
                await asyncio.sleep(0.1)

    def _serves(self) -> bool:
        return self.running and self._container.exec_run(self._ready).exit_code == 0

    async def stop(self) -> None:
        await asyncio.to_thread(self._container.stop, timeout=STOP_WITHIN_SECONDS)

    async def kill(self) -> None:
        """SIGKILL, as a crash would."""
        await asyncio.to_thread(self._container.kill)
        await asyncio.to_thread(self._container.wait)

    async def restart(self) -> None:
        await self.stop()
        await self.start()

    def freeze(self) -> None:
        """It holds its connections and answers nobody."""
        self._container.pause()

    def thaw(self) -> None:
        """After `freeze`."""
        self._container.unpause()

    def remove(self) -> None:
        self._server.stop()


class ContainerServers(Servers):
    """The three servers of one test run, on ports chosen once: those that Docker chooses change at a restart."""

    def __init__(self, keys: Keys) -> None:  # no state folder: what the servers keep lies in their containers
        self._kafka_port, self._s3_port, self._postgres_port = _free_port(), _free_port(), _free_port()
        self._postgres_password = keys.postgres_password
        self.kafka_bootstrap = f"127.0.0.1:{self._kafka_port}"
        self.s3_endpoint = f"http://127.0.0.1:{self._s3_port}"
        self.s3_access_key, self.s3_secret_key = keys.s3_access_key, keys.s3_secret_key
        self._servers = (_kafka(self._kafka_port), _minio(self._s3_port, keys), _postgres(self._postgres_port, keys))
        # Tests see them as the processes they stand for.
        self.kafka, self.minio, self.postgres = (cast(Process, server) for server in self._servers)

    async def stop(self) -> None:
        await asyncio.gather(*(asyncio.to_thread(server.remove) for server in self._servers))


def remove_stale_containers() -> None:
    """Removes what test runs of this clone left that were killed."""
    client = DockerClient().client
    for container in client.containers.list(all=True, filters={"label": f"{CLONE}={ROOT}"}):
        if not psutil.pid_exists(int(container.labels[PID])):
            container.remove(force=True, v=True)
    client.close()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _kafka(port: int) -> ContainerServer:
    environment = {name: str(value) for name, value in services()["kafka"]["environment"].items()}
    environment["KAFKA_ADVERTISED_LISTENERS"] = f"PLAINTEXT://127.0.0.1:{port}"
    environment["KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS"] = "4"  # 50 take seconds to make, and the groups here are few
    return ContainerServer("kafka", DockerContainer(image_of("kafka")).with_envs(**environment), (9092, port))


def _minio(port: int, keys: Keys) -> ContainerServer:
    server = MinioContainer(image_of("store"), access_key=keys.s3_access_key, secret_key=keys.s3_secret_key)
    # The names of today beside those that testcontainers sets.
    server.with_envs(MINIO_ROOT_USER=keys.s3_access_key, MINIO_ROOT_PASSWORD=keys.s3_secret_key)
    return ContainerServer("store", server, (9000, port))


def _postgres(port: int, keys: Keys) -> ContainerServer:
    server = PostgresContainer(image_of("postgres"), username="postgres", password=keys.postgres_password)
    server.with_command(services()["postgres"]["command"])
    return ContainerServer("postgres", server, (5432, port))
