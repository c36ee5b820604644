"""Brings what no wheel holds ready to run: Kafka's jars and a MinIO server, once per user.

`python -m deploy.local.parts` fills ${XDG_CACHE_HOME:-~/.cache}/gradphoto, which all clones of a user share.
Each part has a folder named by its version; it appears there whole (one rename) or not at all.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

Advance = Callable[[int], None]

KAFKA = "org.apache.kafka:kafka_2.13:4.3.0"
# Resolved apart from Kafka: joined with it, its parent POM pins kafka-clients to 3.8.0 and the broker dies.
KAFKA_LOGGER = "org.apache.logging.log4j:log4j-slf4j-impl:2.25.4"
KAFKA_JARS_SHA256 = "a24dc7d8c3cd5e200695a96ceea04a9a9e5fa77b7ecff37a8afa58de2e0adbe7"

# The last commit before upstream archived the repository; its release tags are not served as module versions.
MINIO = "github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c"
MINIO_MODULE_HASH = "h1:/qdoYujxF5MBLDMVLeiYJ/7fBa1HikX39Dvzb9Ji8pA="


class PartFailed(Exception):
    """A part could not be brought; the message says which, why and what to try."""


@dataclass(frozen=True)
class Part:
    """Something to bring: `install` fills the folder it is given and calls `advance` once per step."""

    folder: str
    title: str
    steps: int
    install: Callable[[Path, Advance], None]


def cache_dir() -> Path:
    """The user's cache of parts, shared by all clones."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gradphoto"


def kafka_jars() -> Path:
    """The folder of Kafka's jars. Raises PartFailed when `make parts` has not run."""
    return _brought(KAFKA_PART)


def minio_binary() -> Path:
    """The MinIO server. Raises PartFailed when `make parts` has not run."""
    return _brought(MINIO_PART) / "minio"


def _brought(part: Part) -> Path:
    folder = cache_dir() / part.folder
    if not folder.is_dir():
        raise PartFailed(f"{part.title} is not in {folder}: run `make parts` first")
    return folder


def bring(part: Part, advance: Advance) -> None:
    """Installs `part` into the cache unless it is there; safe when two clones do it at once."""
    folder = cache_dir() / part.folder
    with _only_one(cache_dir() / f"{part.folder}.lock"):
        if folder.is_dir():
            return
        # Beside its place, because a rename is atomic within one file system only.
        with tempfile.TemporaryDirectory(dir=cache_dir(), prefix=f"{part.folder}-building-") as unfinished:
            finished = Path(unfinished) / "finished"
            finished.mkdir()
            part.install(finished, advance)
            finished.rename(folder)


@contextmanager
def _only_one(lock: Path) -> Iterator[None]:
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _install_kafka(folder: Path, advance: Advance) -> None:
    scratch = folder.parent / "jgo"
    for coordinates in (KAFKA, KAFKA_LOGGER):
        command = [_script("jgo"), "--resolver=python", "--links=copy", f"--cache-dir={scratch / 'environments'}"]
        command += [f"--repo-cache={scratch / 'repository'}", "--timeout=60", "info", "classpath", coordinates]
        _run(command, os.environ.copy(), lambda line: advance(1) if "Downloading" in line else None)
    # jgo sorts jars into jars/ and modules/; Kafka needs both on one class path.
    for jar in (scratch / "environments").rglob("*.jar"):
        shutil.copyfile(jar, folder / jar.name)
    found = _sha256_of_jars(folder)
    if found != KAFKA_JARS_SHA256:
        raise PartFailed(f"Kafka's jars have SHA-256 {found}, expected {KAFKA_JARS_SHA256}: not used")


def _sha256_of_jars(folder: Path) -> str:
    """One SHA-256 over the name and the SHA-256 of every jar, by name."""
    lines = [f"{jar.name} {hashlib.sha256(jar.read_bytes()).hexdigest()}\n" for jar in sorted(folder.glob("*.jar"))]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _install_minio(folder: Path, advance: Advance) -> None:
    scratch = folder.parent / "go"
    environment = os.environ | {
        "GOBIN": str(folder),
        "GOCACHE": str(scratch / "build"),
        "GOMODCACHE": str(scratch / "modules"),
        "GOFLAGS": "-modcacherw -buildvcs=false",  # or the scratch folder could not be removed
        "GOTOOLCHAIN": "local",
        "CGO_ENABLED": "0",
    }
    _run([_script("go"), "install", "-v", "-trimpath", MINIO], environment, lambda _line: advance(1))
    built = subprocess.run(
        [_script("go"), "version", "-m", str(folder / "minio")],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    if MINIO_MODULE_HASH not in built:
        raise PartFailed(f"MinIO was not built from {MINIO} with hash {MINIO_MODULE_HASH}:\n{built[:400]}")


def _script(name: str) -> str:
    """A command that a wheel put beside this interpreter."""
    return str(Path(sys.executable).parent / name)


def _run(command: list[str], environment: dict[str, str], on_line: Callable[[str], None]) -> None:
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    )
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line.rstrip())
        on_line(line)
    if process.wait() != 0:
        said = "\n".join(lines[-15:])
        raise PartFailed(f"{' '.join(command)} exited with {process.returncode}; try again. It said:\n{said}")


# Steps were counted on a cold cache: downloads for Kafka, modules and packages for Go. They only scale the bar.
KAFKA_PART = Part("kafka-4.3.0", "Apache Kafka 4.3.0", 127, _install_kafka)
MINIO_PART = Part("minio-7aac2a2c5b7c", "MinIO, built from source", 1554, _install_minio)
PARTS = (KAFKA_PART, MINIO_PART)
# These keep their own folders of the cache, and look by themselves whether anything is missing.
COMMANDS = {
    "face models": ("services.validator.models",),
    "the cut-out network": ("services.validator.cutout",),
    "portraits for tests and the demo": ("tests.portraits", "fetch"),
}


def bring_all(console: Console) -> None:
    """Brings everything at once, with a bar for each. Raises PartFailed."""
    columns = TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn()
    with Progress(*columns, console=console) as progress, ThreadPoolExecutor() as pool:

        def bring_part(part: Part) -> None:
            if (cache_dir() / part.folder).is_dir():
                return
            bar = progress.add_task(part.title, total=part.steps)
            bring(part, lambda steps: progress.advance(bar, steps))
            progress.update(bar, completed=part.steps)

        def run_command(title: str, module: tuple[str, ...]) -> None:
            bar = progress.add_task(title, total=None)
            _run([sys.executable, "-m", *module], os.environ.copy(), lambda _line: None)
            progress.update(bar, total=1, completed=1)

        brought = [pool.submit(bring_part, part) for part in PARTS]
        brought += [pool.submit(run_command, title, module) for title, module in COMMANDS.items()]
        for each in brought:
            each.result()


def main() -> None:
    """Command line entry."""
    console = Console()
    try:
        bring_all(console)
    except PartFailed as failure:
        sys.exit(str(failure))


if __name__ == "__main__":
    main()
