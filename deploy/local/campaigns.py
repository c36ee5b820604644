"""The campaign files as they are, in copies whose dates are moved to now."""

import tomllib
from datetime import datetime, timedelta
from pathlib import Path

from deploy.local.demo.stage import Stage

CAMPAIGNS = Path(__file__).parents[1] / "campaigns"
DEMO = (
    "buct-2020-summer",
    "bit-2020-graduate",
    "ncepu-2021-parttime",
    "xinhua-2022-spring",
    "capture-code-2026",
)


def moved_to_now(campaign_id: str, now: datetime) -> str:
    """The TOML of the campaign with the window opened an hour ago, as many days long as the notice says."""
    text = (CAMPAIGNS / f"{campaign_id}.toml").read_text(encoding="utf-8")
    window = tomllib.loads(text)["window"]
    opens_at = (now - timedelta(hours=1)).astimezone(window["opens_at"].tzinfo).replace(microsecond=0)
    closes_at = opens_at + (window["closes_at"] - window["opens_at"])
    for name, moved in (("opens_at", opens_at), ("closes_at", closes_at)):
        text = text.replace(f"{name} = {window[name].isoformat()}", f"{name} = {moved.isoformat()}")
    return text


async def open_campaigns(stack: Stage, ids: tuple[str, ...] = DEMO) -> list[Path]:
    """Publishes the moved copies, once per state folder: a published version never changes."""
    folder = stack.state.path / "campaigns"
    folder.mkdir(exist_ok=True)
    files = [folder / f"{campaign_id}.toml" for campaign_id in ids]
    for file in files:
        if not file.exists():
            file.write_text(moved_to_now(file.stem, datetime.now().astimezone()), encoding="utf-8")
    await stack.run("services.intake.campaigns", "publish", *map(str, files))
    return files
