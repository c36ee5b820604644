"""Where does the student study? The search that opens the collection."""

from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from services.intake.api.door import Authorization, Door
from services.intake.schools import Found, Schools
from services.intake.store import accounts, campaigns
from services.intake.views import CampaignView, campaign_view
from shared.problems import Problem
from shared.reasons import Reason

# No campaign is known yet that could set them; they are the defaults of one.
CODES_MAX, RESET = 10, timedelta(hours=24)
LISTED_MAX = 20  # as many as a phone shows before one types another letter


class CollectionView(BaseModel):
    """One campaign of a school."""

    id: str
    title: str
    audience: str
    levels: list[str]
    opens_at: datetime
    closes_at: datetime
    is_open: bool


class SchoolView(BaseModel):
    name: str
    code: str
    campaigns: list[CollectionView]


def router(door: Door) -> APIRouter:
    routes = APIRouter(tags=["schools"])
    schools = Schools()

    @routes.get("/schools")
    async def search(q: Annotated[str, Query(min_length=1, max_length=50)]) -> list[SchoolView]:
        """By part of the name, alias, pinyin or initials, mistyped too; the best first, at most 20."""
        async with door.outbox.transaction() as tx:
            index = await schools.index(tx)
        return [_school(found, tx.now) for found in index.find(q, tx.now, LISTED_MAX)]

    @routes.get("/feature-codes/{feature_code}")
    async def by_feature_code(feature_code: str, authorization: Authorization) -> CampaignView:
        """The campaign of a 特征码. Tries are counted to the WeChat account, right ones too."""
        source = door.fingerprint(door.openid(authorization))
        async with door.outbox.transaction() as tx:
            count = await accounts.count_try(tx, "feature_code", source, RESET)
            campaign = await campaigns.of_feature_code(tx, feature_code)
        if count > CODES_MAX:
            detail = f"{count} codes tried, allowed are {CODES_MAX} in {RESET}"
            raise Problem(HTTPStatus.TOO_MANY_REQUESTS, Reason.ID_LIMIT, detail)
        if campaign is None:
            raise Problem(HTTPStatus.NOT_FOUND, Reason.CODE_INVALID, "no campaign has this code; capitals count")
        return campaign_view(campaign, tx.now)

    return routes


def _school(found: Found, now: datetime) -> SchoolView:
    campaigns = [
        CollectionView(
            id=each.id,
            title=each.title,
            audience=each.audience,
            levels=list(each.levels),
            opens_at=each.window.opens_at,
            closes_at=each.window.closes_at,
            is_open=each.window.is_open(now),
        )
        for each in found.campaigns
    ]
    return SchoolView(name=found.school.name, code=found.school.code, campaigns=campaigns)
