"""Each service's own copy of the campaigns, fed by `campaign.published.v1`."""

from functools import lru_cache

from sqlalchemy import Column, DateTime, Integer, Table, Text, func, select, text
from sqlalchemy.dialects import postgresql

from shared.campaign import Campaign
from shared.events import ApplicationEvent, CampaignPublished
from shared.outbox import NotYet, Outbox, Parking, Transaction
from shared.outbox.tables import metadata

campaigns = Table(
    "campaigns",
    metadata,
    Column("campaign_id", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("body", Text, nullable=False),
    Column("kept_at", DateTime(timezone=True), nullable=False, server_default=text("clock_timestamp()")),
)
_keep = postgresql.insert(campaigns).on_conflict_do_nothing()
_body = select(campaigns.c.body)


class CampaignCopies:
    """Hears campaigns, then applies the facts that waited for them."""

    def __init__(self, outbox: Outbox, parking: Parking) -> None:
        self._outbox = outbox
        self._parking = parking

    async def keep(self, event: CampaignPublished) -> None:
        async with self._outbox.transaction(cause=event) as tx:
            await keep_campaign(tx, event.campaign)
        await self._parking.resume(missing_campaign(event.campaign.ref))


async def keep_campaign(tx: Transaction, campaign: Campaign) -> None:
    row = {"campaign_id": campaign.id, "version": campaign.version, "body": campaign.model_dump_json()}
    await tx.execute(_keep, row)


async def pinned_campaign(tx: Transaction, fact: ApplicationEvent) -> Campaign:
    """The version the application pinned. Raises NotYet: the fact is parked until the copy comes."""
    return await campaign_version(tx, fact.campaign_id, fact.campaign_version)


async def campaign_version(tx: Transaction, campaign_id: str, version: int) -> Campaign:
    """Raises NotYet."""
    wanted = _body.where(campaigns.c.campaign_id == campaign_id, campaigns.c.version == version)
    body = (await tx.execute(wanted)).scalar()
    if body is None:
        raise NotYet(missing_campaign(f"{campaign_id}@{version}"))
    return _parsed(body)


async def newest_campaign(tx: Transaction, campaign_id: str) -> Campaign | None:
    """Window, deadlines and contacts follow the newest version."""
    newest = _body.where(campaigns.c.campaign_id == campaign_id).order_by(campaigns.c.version.desc()).limit(1)
    body = (await tx.execute(newest)).scalar()
    return None if body is None else _parsed(body)


async def newest_campaigns(tx: Transaction) -> list[Campaign]:
    """The newest version of each, by id."""
    of_each = select(campaigns.c.campaign_id, func.max(campaigns.c.version).label("version"))
    newest = of_each.group_by(campaigns.c.campaign_id).subquery()
    joined = _body.join(
        newest, (campaigns.c.campaign_id == newest.c.campaign_id) & (campaigns.c.version == newest.c.version)
    )
    return [_parsed(body) for body in (await tx.execute(joined.order_by(campaigns.c.campaign_id))).scalars()]


def missing_campaign(ref: str) -> str:
    return f"campaign {ref}"


@lru_cache(maxsize=256)
def _parsed(body: str) -> Campaign:
    """Versions are immutable, and parsing one costs more than the query."""
    return Campaign.model_validate_json(body)
