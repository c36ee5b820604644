"""Child processes: is none ever left behind, and does the one that dies say why?"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from deploy.local.process import MARK, Process, ProcessFailed
from deploy.local.state import StateDir, StateInUse

# Starts a child that starts a grandchild in a session of its own, prints both pids, then waits.
PARENT = """
import asyncio, sys, time
from pathlib import Path
from deploy.local.process import Process
from deploy.local.state import StateDir

CHILD = '''
import os, subprocess, sys, time
grandchild = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
print(os.getpid(), grandchild.pid, flush=True)
time.sleep(600)
'''

async def main():
    with StateDir(Path(sys.argv[1])) as state:
        log = state.log("child")
        async def ready():
            return log.read_text().count(" ") == 1
        await Process("child", [sys.executable, "-c", CHILD], {}, state.path, log, ready).start()
        print(log.read_text(), flush=True)
        time.sleep(600)

asyncio.run(main())
"""


def wait_until(true: Callable[[], bool], within_s: float = 10) -> None:
    deadline = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def child(state: StateDir, code: str) -> Process:
    async def ready() -> bool:
        return "ready" in log.read_text()

    log = state.log("child")
    return Process("child", [sys.executable, "-c", code], {}, state.path, log, ready, stop_within_s=2)


def test_a_killed_parent_leaves_nothing_once_its_folder_is_used_again(tmp_path: Path) -> None:
    command = [sys.executable, "-c", PARENT, str(tmp_path / "run")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": "."}) as parent:
        assert parent.stdout is not None
        child_pid, grandchild_pid = (int(pid) for pid in parent.stdout.readline().split())
        parent.kill()
    wait_until(lambda: not is_alive(child_pid))  # by the kernel
    assert is_alive(grandchild_pid), "the kernel kills children only: the mark is for the rest"
    with StateDir(tmp_path / "run"):
        assert not is_alive(grandchild_pid)


def test_a_process_of_somebody_else_is_never_killed(tmp_path: Path) -> None:
    other = {**os.environ, MARK: str(tmp_path / "other")}
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], env=other) as somebody_elses:
        with StateDir(tmp_path / "run"):
            assert is_alive(somebody_elses.pid)
        somebody_elses.kill()


async def test_a_process_that_dies_is_reported_with_its_last_lines(tmp_path: Path) -> None:
    why = pytest.raises(ProcessFailed, match=r"child ended with 3(?s:.*)no such table")
    with StateDir(tmp_path / "run") as state, why as failed:
        await child(state, "print('no such table'); raise SystemExit(3)").start()
    assert "child.log" in str(failed.value)


async def test_a_process_that_does_not_get_ready_is_reported(tmp_path: Path) -> None:
    with StateDir(tmp_path / "run") as state:
        slow = child(state, "import time; time.sleep(600)")
        slow.ready_within_s = 0.5
        with pytest.raises(ProcessFailed, match="not ready in"):
            await slow.start()
        await slow.stop()
        assert not slow.running


async def test_a_process_that_ignores_the_signal_is_killed_after_its_time(tmp_path: Path) -> None:
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)"
    stubborn = f"{deaf}; print('ready', flush=True); time.sleep(600)"
    with StateDir(tmp_path / "run") as state:
        process = child(state, stubborn)
        await process.start()
        await process.stop()
        assert process.popen is not None
        assert process.popen.returncode == -signal.SIGKILL


def test_one_folder_serves_one_run_at_a_time(tmp_path: Path) -> None:
    with StateDir(tmp_path / "run"), pytest.raises(StateInUse, match="in use by another run"):
        StateDir(tmp_path / "run").__enter__()
    with StateDir(tmp_path / "run"):
        pass  # free again


def test_ports_of_two_runs_differ_and_stay_theirs(tmp_path: Path) -> None:
    with StateDir(tmp_path / "one") as one, StateDir(tmp_path / "two") as two:
        ports = [one.port() for _ in range(20)] + [two.port() for _ in range(20)]
    assert len(set(ports)) == 40
