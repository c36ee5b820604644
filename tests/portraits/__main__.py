"""The commands of the portraits: see the package's docstring."""

import argparse
import sys
from pathlib import Path

from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn, track

from tests.portraits import cutouts
from tests.portraits.compose import compose
from tests.portraits.recipes import named
from tests.portraits.sources import FetchFailed


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.portraits")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("fetch", help="bring and cut out the faces, once per user")
    write = commands.add_parser("write", help="compose every named recipe into a folder")
    write.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    try:
        _fetch()
    except FetchFailed as failed:
        sys.exit(str(failed))
    if arguments.command == "write":
        _write(arguments.folder)


def _fetch() -> None:
    with Progress(SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn()) as progress:
        task = progress.add_task("looking for the faces")
        for step in cutouts.fetch():
            progress.stop_task(task)
            task = progress.add_task(step)
        progress.console.print(f"{len(cutouts.FACES)} faces in {cutouts.folder()}")


def _write(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, recipe in track(named().items(), description="composing"):
        (folder / f"{name}.jpg").write_bytes(compose(recipe).jpeg)


if __name__ == "__main__":
    main()
