"""The stack of docker-compose.yml as the demo and the checks drive it: `async with ComposeStack(state) as stack`.

It runs as .env.example says, with ports that Docker chooses and the state folder's clock. The containers and volumes
bear the name of this clone and folder; they are removed at the end, and before the start if a killed run left them.
"""

import asyncio
import hashlib
import os
from collections.abc import Callable
from types import TracebackType

from deploy.local.environment import ROOT
from deploy.local.keys import Keys, load_keys
from deploy.local.process import ProcessFailed
from deploy.local.state import StateDir

PUBLISHED = ("intake", "matcher", "review", "payment", "notifier", "exporter", "sandbox")
# By name, so that the campaigns are not published with the dates of their notices.
PROGRAMS = (*PUBLISHED, "validator")

Say = Callable[[str], None]


class ComposeStack:
    """`say` is told what Docker is doing."""

    keys: Keys

    def __init__(self, state: StateDir, *, validators: int = 1, say: Say = lambda _line: None) -> None:
        self.state = state
        self._validators = validators
        self._say = say
        self._ports: dict[str, str] = {}
        self._clock_file = state.path / "clock" / "clock"
        self._project = f"gradphoto-{state.path.name}-{hashlib.sha256(str(ROOT).encode()).hexdigest()[:8]}"
        settings = state.path / "compose.env"
        self._command = ["docker", "compose", "--project-directory", str(ROOT), "--project-name", self._project]
        self._command += ["--env-file", str(ROOT / ".env.example"), "--env-file", str(settings)]
        self._clock_file.parent.mkdir(exist_ok=True)
        ports = [f"{name.upper()}_PUBLISHED_PORT=0\n" for name in PUBLISHED]
        settings.write_text("".join(ports) + f"CLOCK_DIR={self._clock_file.parent}\n")

    def url(self, name: str) -> str:
        """Where a service, `review` or `sandbox` is published."""
        return f"http://{self._ports[name]}"

    def move_clock(self, seconds: float) -> None:
        """Moves the services' clock so far from real time; negative is the past."""
        moved = self._clock_file.with_suffix(".new")
        moved.write_text(str(seconds))
        moved.replace(self._clock_file)  # a reader sees the old number or the new one

    async def run(self, *command: str) -> str:
        """Runs `python -m COMMAND…` in a container of the service that the module belongs to, which sees the state
        folder under its own name. Returns what it said. Raises ProcessFailed."""
        service = command[0].split(".")[1]
        folder = f"{self.state.path}:{self.state.path}:ro"
        return await self.compose("run", "--rm", "--no-deps", "-T", "-v", folder, service, "python", "-m", *command)

    async def compose(self, *arguments: str) -> str:
        """Runs `docker compose ARGUMENTS…`; returns what it wrote to stdout. Raises ProcessFailed."""
        return await self._run([*self._command, *arguments])

    async def kill(self, service: str, number: int) -> None:
        """SIGKILL to one container of a service, as a crash would."""
        await self._run(["docker", "kill", f"{self._project}-{service}-{number}"])

    async def _run(self, command: list[str]) -> str:
        process = await asyncio.create_subprocess_exec(
            *command,
            env=_own_environment(),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,  # Ctrl-C must reach this program alone, which stops in order
        )
        assert process.stdout is not None
        assert process.stderr is not None
        said, told = await asyncio.gather(process.stdout.read(), self._listen(process.stderr))
        if await process.wait() != 0:
            lines = "\n".join([*told[-20:], said.decode(errors="replace")])
            raise ProcessFailed(f"{' '.join(command)} exited with {process.returncode}:\n{lines}")
        return said.decode()

    async def scale(self, validators: int) -> None:
        """As many validators as said; who goes finishes its photo first."""
        await self.compose(
            "up", "--detach", "--no-deps", "--no-recreate", "--scale", f"validator={validators}", "validator"
        )

    async def __aenter__(self) -> "ComposeStack":
        await self.stop()
        try:
            await self.compose("build")
            scale = f"validator={self._validators}"
            await self.compose("up", "--detach", "--wait", "--scale", scale, *PROGRAMS)
            for name in PUBLISHED:
                self._ports[name] = (await self.compose("port", name, "8000")).strip()
            folder = self.state.path / "keys"
            folder.mkdir()
            (folder / "keys.json").write_text(await self.compose("exec", "-T", "sandbox", "cat", "/keys/keys.json"))
            self.keys = load_keys(folder)
        except BaseException:
            await self.stop()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def stop(self) -> None:
        """Removes containers, networks and volumes of this folder's stack."""
        await self.compose("down", "--volumes", "--remove-orphans")

    async def _listen(self, stream: asyncio.StreamReader) -> list[str]:
        lines = []
        async for line in stream:
            lines.append(line.decode(errors="replace").strip())
            self._say(lines[-1])
        return lines


def _own_environment() -> dict[str, str]:
    """Without the caller's: a variable of the shell would win over .env.example."""
    return {name: value for name, value in os.environ.items() if name in ("PATH", "HOME") or name.startswith("DOCKER_")}
