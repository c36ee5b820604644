"""Sign-in, and what is being collected."""

from http import HTTPStatus

from fastapi import APIRouter
from pydantic import BaseModel, Field

from services.intake.api.door import Door
from services.intake.views import CampaignView, campaign_view
from shared.campaigns import newest_campaigns
from shared.problems import Problem
from shared.reasons import Reason
from shared.wechat import WeChatRefused, WeChatUnavailable


class SignIn(BaseModel):
    """The code of `wx.login`: five minutes, once."""

    code: str = Field(max_length=200)


class Session(BaseModel):
    token: str
    expires_in_seconds: int


def router(door: Door) -> APIRouter:
    routes = APIRouter(tags=["campaigns"])

    @routes.post("/sessions", status_code=HTTPStatus.CREATED)
    async def sign_in(body: SignIn) -> Session:
        try:
            session = await door.wechat.code2session(body.code)
        except WeChatRefused as refused:
            raise Problem(
                HTTPStatus.UNAUTHORIZED, Reason.SIGN_IN, f"WeChat refused the code: {refused.errcode}"
            ) from None
        except WeChatUnavailable:
            raise Problem(
                HTTPStatus.SERVICE_UNAVAILABLE, Reason.SYS_RETRY, "WeChat did not answer; try with a new code"
            ) from None
        return Session(token=door.tokens.make(session.openid), expires_in_seconds=door.tokens.seconds)

    @routes.get("/campaigns")
    async def campaigns() -> list[CampaignView]:
        """The newest version of each, those that are open first."""
        async with door.outbox.transaction() as tx:
            views = [campaign_view(each, tx.now) for each in await newest_campaigns(tx)]
        return sorted(views, key=lambda view: (not view.is_open, view.closes_at))

    @routes.get("/campaigns/{campaign_id}")
    async def campaign(campaign_id: str) -> CampaignView:
        async with door.outbox.transaction() as tx:
            return campaign_view(await door.newest(tx, campaign_id), tx.now)

    return routes
