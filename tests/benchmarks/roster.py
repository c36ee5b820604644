"""A roster of 100,000 people: its import and the matching in it, against the issue's goals.

python -m tests.benchmarks.roster [people]     (make bench-roster)

The service's work runs in a process of its own (`measured`), so that neither the servers nor the file's making count;
its memory is that of the process and the one that reads the file, above what it holds before the upload. Claims are
asked one after the other, half of them hits and a tenth close names, against real PostgreSQL with every transaction
written to disk.
"""

import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import psutil

from deploy.local.keys import load_keys
from deploy.local.servers import Servers
from deploy.local.state import LOCAL, StateDir
from shared.database import connect, migrate
from shared.photos import ROSTERS, Objects
from shared.settings import StoreSettings

IMPORT_SECONDS, IMPORT_MIB, MATCH_MS = 30, 150, 20
CLAIMS = 3_000
SAMPLE_SECONDS = 0.05


async def main(people: int) -> None:
    load_keys(LOCAL / "keys")
    with TemporaryDirectory() as folder, StateDir(LOCAL / f"bench-{os.getpid()}") as state:
        file = Path(folder, "roster.xlsx")
        command = [sys.executable, "-m", "tests.benchmarks.roster"]
        subprocess.run([*command, "made", str(people), str(file)], check=True)
        async with Servers(state, load_keys(LOCAL / "keys")) as servers:
            await servers.create_databases(["bench"])
            url = servers.postgres_url("bench")
            await asyncio.to_thread(migrate, "matcher", url)
            known = {"endpoint": servers.s3_endpoint, "access_key": servers.s3_access_key}
            store = json.dumps(known | {"secret_key": servers.s3_secret_key})
            arguments = [*command, "measured", str(people), str(file), url, store]
            await asyncio.to_thread(subprocess.run, arguments, check=True)


def make(people: int, file: Path) -> None:
    from tests.matcher.people import row, xlsx

    file.write_bytes(xlsx([row(sequence) for sequence in range(people)]))
    say(f"{people:,} rows, {file.stat().st_size / 2**20:.1f} MiB of XLSX")


async def measure(people: int, file: Path, url: str, store: StoreSettings) -> None:
    from tests.matcher.desk import Desk
    from tests.matcher.people import bit

    engine = connect(url)
    desk = Desk(engine, Objects(store, ROSTERS), file.parent)
    campaign = bit()
    await desk.know(campaign)
    async with memory() as grown:
        begun, busy = time.perf_counter(), sum(os.times()[:4])
        with file.open("rb") as opened:
            report = await desk.keeper.take_roster(campaign.id, opened, "bench")
        took, busy = time.perf_counter() - begun, sum(os.times()[:4]) - busy
    assert report.kept == people
    say(
        f"import {took:.1f} s (goal {IMPORT_SECONDS}), of which {busy:.1f} s on our processor;"
        f" {max(grown):.0f} MiB above idle (goal {IMPORT_MIB})"
    )
    busy = time.process_time()
    took_ms = await ask(desk, people)
    busy = 1000 * (time.process_time() - busy) / CLAIMS
    p50, p99 = statistics.median(took_ms), statistics.quantiles(took_ms, n=100)[98]
    say(
        f"match p50 {p50:.1f} ms, p99 {p99:.1f} ms over {len(took_ms):,} claims (goal p99 {MATCH_MS}),"
        f" of which {busy:.1f} ms on our processor; {os.getloadavg()[0]:.0f} others wanted {os.cpu_count()} cores"
    )
    await engine.dispose()


async def ask(desk: "object", people: int) -> list[float]:
    from tests.matcher.desk import Desk, submitted
    from tests.matcher.people import bit, resident_id

    assert isinstance(desk, Desk)
    campaign, took_ms = bit(), []
    for number in range(CLAIMS):
        sequence = number * 31 % people + (people if number % 2 else 0)
        name = f"毛晓小{sequence}" if number % 10 == 0 else f"毛小小{sequence}"
        event = submitted(campaign, resident_id(sequence), name, source=uuid4().hex)
        begun = time.perf_counter()
        await desk.handlers.match_identity(event)
        took_ms.append(1000 * (time.perf_counter() - begun))
    return took_ms[100:]  # the first ones prepare statements


def say(line: str | None) -> None:
    sys.stdout.write(f"{line}\n")


@asynccontextmanager
async def memory() -> AsyncIterator[list[float]]:
    """MiB above the beginning, of this process and its children, sampled until the block ends."""
    process = psutil.Process()
    idle = process.memory_info().rss
    grown = [0.0]

    async def sample() -> None:
        while True:
            children = process.children(recursive=True)
            grown.append((resident([process, *children]) - idle) / 2**20)
            await asyncio.sleep(SAMPLE_SECONDS)

    sampling = asyncio.create_task(sample())
    yield grown
    sampling.cancel()


def resident(processes: list[psutil.Process]) -> int:
    total = 0
    for process in processes:
        try:
            total += process.memory_info().rss
        except psutil.NoSuchProcess:  # it ended between being listed and being asked
            continue
    return total


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["made", people, file]:
            make(int(people), Path(file))
        case ["measured", people, file, url, store]:
            asyncio.run(measure(int(people), Path(file), url, StoreSettings.model_validate_json(store)))
        case ["--help"]:
            say(__doc__)
        case arguments:
            asyncio.run(main(int(arguments[0]) if arguments else 100_000))
