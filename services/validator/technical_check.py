"""The technical check from a terminal: `python -m services.validator.technical_check CAMPAIGN`.

The judges do the work; this starts it and shows how far it is. Stopped, it may be started again: nothing is done twice.
"""

import argparse
import asyncio
import sys

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from services.validator.desk import start_check
from services.validator.settings import Settings
from services.validator.store import technical
from shared.database import connect
from shared.outbox import Outbox
from shared.problems import Problem
from shared.settings import CommonSettings

LOOK_SECONDS = 0.5
COLUMNS = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()


async def check(outbox: Outbox, campaign_id: str, console: Console) -> dict[str, int]:
    """Starts the check and waits for its end; state → photos. Raises Problem (no such campaign, too early)."""
    async with outbox.transaction() as tx:
        await start_check(tx, campaign_id)
    with Progress(*COLUMNS, console=console, transient=True) as progress:
        bar = progress.add_task("checking", total=None)
        while True:
            async with outbox.transaction() as tx:
                counts = (await technical.progress(tx, [campaign_id])).get(campaign_id, {})
            total, waiting = sum(counts.values()), counts.get("waiting", 0)
            progress.update(bar, total=total, completed=total - waiting)
            if not waiting:
                return counts
            await asyncio.sleep(LOOK_SECONDS)


async def main(campaign_id: str) -> None:
    engine = connect(Settings().database_url)
    try:
        counts = await check(Outbox(engine, CommonSettings().clock()), campaign_id, Console(stderr=True))
    finally:
        await engine.dispose()
    suspects = counts.get("suspect", 0)
    sys.stdout.write(f"{sum(counts.values())} photos checked, {suspects} for a person: /technical-checks of the desk\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m services.validator.technical_check")
    parser.add_argument("campaign", help="its id, such as xinhua-2022-spring; its window must be over")
    try:
        asyncio.run(main(parser.parse_args().campaign))
    except Problem as problem:
        sys.exit(f"{problem.body.code}: {problem.body.detail}")
