"""Campaign files: python -m services.intake.campaigns check FILE… | publish FILE…

`check` explains every mistake in words and touches nothing. `publish` makes a version known to every service; a
version that was published once never changes.
"""

import asyncio
import sys
from pathlib import Path

from sqlalchemy import select

from services.intake.settings import Settings
from shared.campaign import BadCampaign, Campaign, read_campaign
from shared.campaigns import campaigns, keep_campaign
from shared.clock import Clock
from shared.database import connect
from shared.events import CampaignPublished
from shared.outbox import Outbox


async def publish(outbox: Outbox, campaign: Campaign) -> bool:
    """True: told to everybody. False: this very version is known already. Raises BadCampaign when it differs."""
    async with outbox.transaction() as tx:
        same = select(campaigns.c.body).where(
            campaigns.c.campaign_id == campaign.id, campaigns.c.version == campaign.version
        )
        known = (await tx.execute(same)).scalar()
        if known is None:
            await keep_campaign(tx, campaign)
            tx.tell(CampaignPublished(campaign=campaign))
            tx.do("move_timers", campaign.id)
            return True
    if Campaign.model_validate_json(known) != campaign:
        raise BadCampaign(campaign.id, [f"version：{campaign.version} 已发布过，内容不同；修改后请把 version 加 1"])
    return False


async def main(arguments: list[str]) -> int:
    match arguments:
        case ["check" | "publish" as what, *files] if files:
            return await _each(what, [Path(file) for file in files])
    sys.stderr.write(__doc__ or "")
    return 2


async def _each(what: str, files: list[Path]) -> int:
    wrong = 0
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # a name or screen of another encoding
    engine = connect(Settings().database_url) if what == "publish" else None
    for file in files:
        try:
            campaign = read_campaign(file)
            told = bool(engine and await publish(Outbox(engine, Clock()), campaign))
            sys.stdout.write(f"{file}： {campaign.ref} {'已发布' if told else '可以使用'}\n")
        except BadCampaign as bad:
            wrong += 1
            sys.stderr.write(f"{file} 不能使用：\n" + "".join(f"  {line}\n" for line in bad.lines))
    if engine:
        await engine.dispose()
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1:])))
