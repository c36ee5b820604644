"""`make up`: the whole stack, serving until Ctrl-C, with both campaigns open from now on."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from deploy.local.campaigns import open_campaigns
from deploy.local.environment import WEB
from deploy.local.keys import STAFF, load_keys
from deploy.local.process import ProcessFailed
from deploy.local.servers import Servers
from deploy.local.stack import Stack
from deploy.local.state import LOCAL, StateDir, StateInUse

PAGES = {"intake": "/v1/campaigns", "matcher": "/", "review": "/", "exporter": "/", "sandbox": "/"}
STARTED = 1 + 4 + len(WEB)  # servers; databases, topics, buckets, sandbox; services


@asynccontextmanager
async def running_stack(state: StateDir, console: Console) -> AsyncIterator[Stack]:
    """Servers and stack of one run, with a bar while they start. Raises ProcessFailed."""
    keys = load_keys(LOCAL / "keys")
    with Progress(TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=console) as progress:
        bar = progress.add_task("starting Kafka, MinIO, PostgreSQL", total=STARTED)

        def say(step: str) -> None:
            progress.update(bar, advance=1, description=f"started {step}")

        servers = await Servers(state, keys).__aenter__()
        try:
            say("Kafka, MinIO, PostgreSQL")
            stack = await Stack(state, keys, servers, say=say).__aenter__()
        except BaseException:
            await servers.stop()
            raise
        progress.update(bar, description="the stack serves")
    try:
        yield stack
    finally:
        console.print("stopping …")
        await stack.stop()
        await servers.stop()


def stop_on_sigterm() -> None:
    """SIGTERM ends this run as Ctrl-C does: in order, with nothing left behind."""
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)


async def serve(console: Console) -> None:
    stop_on_sigterm()
    with StateDir(LOCAL / "up", fresh=False) as state:
        async with running_stack(state, console) as stack:
            await open_campaigns(stack)
            console.print(addresses(stack), markup=False, highlight=False, soft_wrap=True)
            console.print("Ctrl-C stops everything")
            await stack.watch()


def addresses(stack: Stack) -> str:
    """Where everything serves, and who may sign in: one line each, whole."""
    where = {name: stack.url(name) + PAGES.get(name, "/health/ready") for name in (*WEB, "sandbox")}
    where |= {
        "Kafka": stack.servers.kafka_bootstrap,
        "MinIO": stack.servers.s3_endpoint,
        "PostgreSQL": stack.servers.postgres_url("postgres", "postgresql"),
        "staff": f"{'、'.join(STAFF.values())}; each with the password {stack.keys.staff_password}",
        "logs": str(stack.state.path / "logs"),
    }
    return "\n".join(f"{name:<11}{address}" for name, address in where.items())


def main() -> None:
    """Command line entry."""
    console = Console()
    try:
        asyncio.run(serve(console))
    except (KeyboardInterrupt, asyncio.CancelledError):
        console.print("stopped; no process is left")
    except (ProcessFailed, StateInUse) as failure:
        console.print(str(failure), markup=False)
        sys.exit(1)


if __name__ == "__main__":
    main()
