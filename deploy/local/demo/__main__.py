"""`make demo`: starts the stack, plays both campaigns, verifies the bundles, writes the report, prints the tables."""

import argparse
import asyncio
import sys
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from deploy.compose.demo import running_containers
from deploy.local.campaigns import DEMO, open_campaigns
from deploy.local.demo.fates import FATES, own_photos
from deploy.local.demo.play import Play, Played, is_as_expected
from deploy.local.demo.report import write_report
from deploy.local.demo.stage import Stage
from deploy.local.demo.student import GaveUp
from deploy.local.demo.table import fates_table, seconds_table, where_things_lie
from deploy.local.process import ProcessFailed
from deploy.local.state import LOCAL, StateDir, StateInUse
from deploy.local.up import running_stack, stop_on_sigterm

STACKS: dict[str, Callable[[StateDir, Console], AbstractAsyncContextManager[Stage]]] = {
    "local": running_stack,
    "compose": running_containers,
}
PICTURES = {".jpg", ".jpeg", ".png"}


async def demo(console: Console, kind: str, campaigns: tuple[str, ...], own: list[bytes]) -> bool:
    """True when every student ended as expected. Raises GaveUp, ProcessFailed, StateInUse."""
    stop_on_sigterm()
    with StateDir(LOCAL / ("demo" if kind == "local" else f"demo-{kind}")) as state:
        async with STACKS[kind](state, console) as stack:
            await open_campaigns(stack, campaigns)
            played = await _played(stack, campaigns, own, console)
            for file in played.bundles.values():
                console.print((await stack.run("services.exporter.bundle", "verify", str(file))).strip(), markup=False)
        report = state.path / "report.html"
        write_report(played, report)
        console.print(fates_table(played.students), seconds_table(played.students))
        console.print(where_things_lie(played, report), markup=False, soft_wrap=True)
        return all(is_as_expected(student) for student in played.students)


async def _played(stack: Stage, campaigns: tuple[str, ...], own: list[bytes], console: Console) -> Played:
    columns = TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}"), TimeElapsedColumn()
    with Progress(*columns, console=console) as progress:
        acts: dict[str, TaskID] = {}

        def advance(act: str, steps: int) -> None:
            if act not in acts:
                _finish(progress)
                acts[act] = progress.add_task(act, total=None)
            progress.advance(acts[act], steps)

        fates = (own_photos(len(own)),) if own else FATES
        folder = stack.state.path / "bundles"
        folder.mkdir()
        played = await Play(stack, campaigns, advance, own, fates).run(folder)
        _finish(progress)
        return played


def _finish(progress: Progress) -> None:
    for task in progress.tasks:
        progress.update(task.id, total=task.completed)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make demo")
    parser.add_argument("--photos", type=Path, help="a folder of your own pictures, one student each")
    parser.add_argument("--campaign", choices=DEMO, help="one campaign only")
    parser.add_argument("--stack", choices=STACKS, default="local", help="as processes (local) or in containers")
    return parser.parse_args()


def main() -> None:
    """Command line entry: 0 when every fate is the expected one."""
    arguments, console = _arguments(), Console()
    own = []
    if arguments.photos:
        own = [file.read_bytes() for file in sorted(arguments.photos.iterdir()) if file.suffix.lower() in PICTURES]
        if not own:
            sys.exit(f"{arguments.photos} holds no .jpg, .jpeg or .png: name a folder of photos")
    try:
        expected = asyncio.run(
            demo(console, arguments.stack, (arguments.campaign,) if arguments.campaign else DEMO, own)
        )
    except (KeyboardInterrupt, asyncio.CancelledError):
        sys.exit("stopped; no process is left")
    except (GaveUp, ProcessFailed, StateInUse) as failure:
        sys.exit(str(failure))
    sys.exit(0 if expected else "some students did not end as expected")


if __name__ == "__main__":
    main()
