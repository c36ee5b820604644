"""What `make demo STACK=compose` starts: the containers, with one line that says what Docker is doing."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from deploy.compose.stack import ComposeStack
from deploy.local.state import StateDir

LINE_LENGTH = 60


@asynccontextmanager
async def running_containers(state: StateDir, console: Console, validators: int = 1) -> AsyncIterator[ComposeStack]:
    """The stack of one run, with a bar while images are built and containers start. Raises ProcessFailed."""
    with Progress(BarColumn(), TimeElapsedColumn(), TextColumn("{task.description}"), console=console) as progress:
        bar = progress.add_task("docker compose", total=None)
        stack = ComposeStack(
            state, validators=validators, say=lambda line: progress.update(bar, description=escape(line[:LINE_LENGTH]))
        )
        await stack.__aenter__()
        progress.update(bar, total=1, completed=1, description="the stack serves")
    try:
        yield stack
    finally:
        console.print("stopping …")
        await stack.stop()
