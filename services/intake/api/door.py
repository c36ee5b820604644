"""Who asks, and is it theirs? What every route needs."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import Header

from services.intake import cases
from services.intake.idcards import IdCards
from services.intake.passwords import Passwords
from services.intake.rules import Application
from services.intake.settings import Settings
from services.intake.store import applications as store
from services.intake.tokens import BadToken, Tokens
from services.intake.views import ApplicationView, Views
from services.intake.waiting import Waiting
from shared.campaign import Campaign
from shared.campaigns import newest_campaign
from shared.links import Links
from shared.outbox import Outbox, Transaction
from shared.photos import Objects
from shared.problems import Problem
from shared.reasons import Reason
from shared.sealed import Sealer
from shared.wechat import WeChat

Authorization = Annotated[str, Header(description="Bearer, the token that POST /v1/sessions gave")]
IdempotencyKey = Annotated[str | None, Header(max_length=80, description="the same key again: the same effect once")]


@dataclass(frozen=True)
class Door:
    """Everything the routes work with."""

    settings: Settings
    outbox: Outbox
    sealer: Sealer
    tokens: Tokens
    views: Views
    links: Links
    waiting: Waiting
    wechat: WeChat
    pictures: Objects
    idcards: IdCards
    passwords: Passwords

    def openid(self, authorization: str) -> str:
        """401 when the token is missing, altered or too old."""
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() == "bearer":
            try:
                return self.tokens.openid(token)
            except BadToken:
                pass
        raise Problem(HTTPStatus.UNAUTHORIZED, Reason.SIGN_IN, "no valid bearer token: POST /v1/sessions")

    def fingerprint(self, openid: str) -> str:
        return self.sealer.fingerprint("openid", openid)

    async def mine(self, tx: Transaction, authorization: str, application_id: UUID) -> Application:
        """The application, locked. 404 for anybody else's, as if it did not exist."""
        await self.check_owner(tx, authorization, application_id)
        application = await store.locked(tx, application_id)
        assert application is not None
        return application

    async def check_owner(self, tx: Transaction, authorization: str, application_id: UUID) -> None:
        if await store.owner_of(tx, application_id) != self.fingerprint(self.openid(authorization)):
            raise Problem(HTTPStatus.NOT_FOUND, Reason.NOT_YOURS, f"you have no application {application_id}")

    async def seen(self, tx: Transaction, application_id: UUID) -> Application:
        """Not locked; its owner was checked."""
        application = await store.seen(tx, application_id)
        assert application is not None
        return application

    async def in_force(self, tx: Transaction, application: Application) -> Campaign:
        """The version it pinned, with window, deadlines and contacts of the newest."""
        return await cases.campaign_of(tx, application)

    async def newest(self, tx: Transaction, campaign_id: str) -> Campaign:
        """404 for a campaign that was never published."""
        campaign = await newest_campaign(tx, campaign_id)
        if campaign is None:
            raise Problem(HTTPStatus.NOT_FOUND, Reason.NO_CAMPAIGN, f"no campaign {campaign_id!r} is published")
        return campaign

    async def view(self, tx: Transaction, application: Application) -> ApplicationView:
        campaign = await self.in_force(tx, application)
        timeline = await store.timeline(tx, application.id)
        return self.views.application(application, campaign, timeline, tx.now)


def refuse(reason: Reason | None, campaign: Campaign, detail: str) -> None:
    """409, or 401 where one must sign in first, with the reason and whom to ask; nothing when there is none."""
    if reason is not None:
        status = HTTPStatus.UNAUTHORIZED if reason is Reason.SIGN_IN else HTTPStatus.CONFLICT
        raise Problem(status, reason, detail, support=campaign.support)
