"""The campaigns as the school search reads them: their bodies, unparsed, since 3,000 whole ones take a second."""

from sqlalchemy import cast, func, select
from sqlalchemy.dialects.postgresql import JSONB, distinct_on

from shared.campaign import Campaign
from shared.campaigns import campaigns
from shared.outbox import Transaction

_count = select(func.count()).select_from(campaigns)
_newest_bodies = (
    select(campaigns.c.body)
    .ext(distinct_on(campaigns.c.campaign_id))
    .order_by(campaigns.c.campaign_id, campaigns.c.version.desc())
)


async def count(tx: Transaction) -> int:
    """Of all versions: it grows whenever one is published, and never shrinks."""
    number: int = (await tx.execute(_count)).scalar_one()
    return number


async def newest_bodies(tx: Transaction) -> list[str]:
    """JSON of the newest version of each campaign, by id."""
    return list((await tx.execute(_newest_bodies)).scalars())


async def of_feature_code(tx: Transaction, feature_code: str) -> Campaign | None:
    """The newest campaign of this 特征码; of two, the one that closes last."""
    newest = _newest_bodies.subquery()
    policy = cast(newest.c.body, JSONB)["identity"]["feature_code"].astext
    found = (await tx.execute(select(newest.c.body).where(policy == feature_code))).scalars()
    return max(map(Campaign.model_validate_json, found), key=lambda each: each.window.closes_at, default=None)
