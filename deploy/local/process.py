"""One child process: started, watched, stopped or killed, and never left behind.

Three nets, each for what the one before lets through: `stop` on the way out; the kernel's kill when the parent
dies (die_with_parent.py); and a mark in the environment of every child, by which the next start finds survivors.
A mark is safer than a recorded pid: whoever bears it is ours, however often its number was used before.
"""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil

MARK = "GRADPHOTO_STATE_DIR"


class ProcessFailed(Exception):
    """A process died or did not get ready; the message holds its last log lines."""


@dataclass
class Process:
    """A child whose output goes to `log`. `state_dir` marks it; `ready` answers whether it serves."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    state_dir: Path
    log: Path
    ready: Callable[[], Awaitable[bool]]
    stop_signal: signal.Signals = signal.SIGTERM
    ready_within_s: float = 120  # after a kill, Kafka waits 30 s for the members that are gone
    stop_within_s: float = 20
    popen: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def running(self) -> bool:
        return self.popen is not None and self.popen.poll() is None

    async def start(self) -> None:
        """Starts the process and waits until it is ready. Raises ProcessFailed."""
        if self.running:
            raise ProcessFailed(f"{self.name} is already running")
        self._launch()
        await self.wait_until_ready()

    def _launch(self) -> None:
        parent = [sys.executable, "-SE", str(Path(__file__).with_name("die_with_parent.py")), str(os.getpid())]
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.popen = subprocess.Popen(
                [*parent, *self.command],
                env={**self.environment, MARK: str(self.state_dir)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C must reach the supervisor alone, which stops in order
            )

    async def wait_until_ready(self) -> None:
        """Waits until `ready` says so. Raises ProcessFailed when it dies or takes too long."""
        deadline = time.monotonic() + self.ready_within_s
        while not await self.ready():
            if not self.running:
                raise ProcessFailed(self.obituary())
            if time.monotonic() > deadline:
                raise ProcessFailed(f"{self.name} was not ready in {self.ready_within_s} s\n{self.last_lines()}")
            await asyncio.sleep(0.05)

    async def stop(self) -> None:
        """Asks it to end, waits, then kills what is left of it and its children."""
        if self.popen is None:
            return
        family = _family(self.popen.pid)
        if self.running:
            self.popen.send_signal(self.stop_signal)
            await self._gone(family, self.stop_within_s)
        _kill(family)
        await self._gone(family, 5)

    async def kill(self) -> None:
        """SIGKILL to the process alone, as a crash would; its children must notice by themselves."""
        if self.popen is None or not self.running:
            raise ProcessFailed(f"{self.name} is not running, so it cannot be killed")
        family = _family(self.popen.pid)
        self.popen.kill()
        await self._gone(family, 10)

    async def restart(self) -> None:
        """Stops it, if it runs, and starts it again."""
        await self.stop()
        await self.start()

    def freeze(self) -> None:
        """SIGSTOP: it holds its connections and answers nobody."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """SIGCONT after `freeze`."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        assert self.popen is not None
        self.popen.send_signal(number)

    async def _gone(self, family: list[psutil.Process], within_s: float) -> None:
        deadline = time.monotonic() + within_s
        while self.running or any(_alive(process) for process in family):
            if time.monotonic() > deadline:
                return
            await asyncio.sleep(0.02)

    def obituary(self) -> str:
        """How it ended, with its last log lines."""
        assert self.popen is not None
        return f"{self.name} ended with {self.popen.poll()}; the end of {self.log}:\n{self.last_lines()}"

    def last_lines(self, count: int = 20) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-count:])


async def answers(url: str) -> bool:
    """Whether a GET is answered with success; a server that is not up yet, or hangs, is no failure."""
    try:
        # It asks on this machine, without TLS: reading the certificates first would take longer than the answer.
        async with httpx.AsyncClient(timeout=5, verify=False) as client:
            return (await client.get(url)).is_success
    except httpx.TransportError:
        return False


def kill_survivors(state_dir: Path) -> int:
    """Kills every process that bears the mark of `state_dir`; returns how many there were."""
    survivors = [process for process in psutil.process_iter() if _mark(process) == str(state_dir)]
    _kill(survivors)
    psutil.wait_procs(survivors, timeout=10)
    return len(survivors)


def _mark(process: psutil.Process) -> str | None:
    try:
        return process.environ().get(MARK)
    except (psutil.Error, OSError):  # ended meanwhile, or another user's
        return None


def _family(pid: int) -> list[psutil.Process]:
    try:
        parent = psutil.Process(pid)
        return [parent, *parent.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _kill(processes: list[psutil.Process]) -> None:
    for process in processes:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue
