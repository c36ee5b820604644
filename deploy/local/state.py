"""One run's folder under .local/: locked by the run that uses it, its ports held, its leftovers ended."""

import fcntl
import shutil
import socket
from pathlib import Path
from types import TracebackType

from deploy.local.process import kill_survivors

LOCAL = Path(__file__).parents[2] / ".local"


class StateInUse(Exception):
    """Another run of this clone uses the folder right now."""


class StateDir:
    """A folder for one run: `with StateDir(path) as state`. Raises StateInUse.

    The lock is the kernel's, so it ends with its holder however that ends; what a dead holder left running is killed.
    """

    def __init__(self, path: Path, *, fresh: bool = True) -> None:
        self.path = path.resolve()
        self._fresh = fresh
        self._lock_file = self.path.with_name(f"{self.path.name}.lock")
        self._ports: list[socket.socket] = []

    def __enter__(self) -> "StateDir":
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = self._lock_file.open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.close()
            raise StateInUse(f"{self.path} is in use by another run of this clone: stop that one first") from None
        kill_survivors(self.path)
        if self._fresh:
            shutil.rmtree(self.path, ignore_errors=True)
        self.path.mkdir(exist_ok=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for held in self._ports:
            held.close()
        self._lock.close()

    def log(self, name: str) -> Path:
        return self.path / "logs" / f"{name}.log"

    def port(self) -> int:
        """A port for one of our processes, chosen by the kernel and kept ours until the run ends.

        The socket stays bound without listening: with SO_REUSEADDR, which every server here sets, the process can
        listen on it, and restart on it, while the kernel gives it to nobody else.
        """
        held = socket.socket()
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind(("127.0.0.1", 0))
        self._ports.append(held)
        return int(held.getsockname()[1])


def remove_stale(pattern: str) -> None:
    """Removes the folders under .local/ that match and that no living run holds (killed test runs leave them)."""
    for lock in LOCAL.glob(f"{pattern}.lock"):
        path = lock.with_suffix("")
        try:
            with StateDir(path):
                shutil.rmtree(path)
                lock.unlink()
        except StateInUse:
            continue
