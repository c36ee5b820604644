"""The application: its beginning, where it stands, its orders, and how a student ends it."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, StringConstraints

from services.intake import cases
from services.intake.api.door import Authorization, Door, IdempotencyKey, refuse
from services.intake.rules import (
    CaseState,
    why_not_erase,
    why_not_pay,
    why_not_start,
    why_not_withdraw,
    with_request,
    with_withdrawal,
)
from services.intake.store import applications as store
from services.intake.views import ApplicationView, OrderView, order_view
from services.intake.waiting import wait
from shared.events import ApplicationWithdrawn, Contact, Payer, PaymentRequested
from shared.outbox import AlreadyHandled, Cause

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


class ConsentGiven(BaseModel):
    consent_version: Line


def router(door: Door) -> APIRouter:
    routes = APIRouter(tags=["applications"])

    @routes.post("/campaigns/{campaign_id}/applications", status_code=HTTPStatus.CREATED)
    async def start(
        campaign_id: str, body: ConsentGiven, authorization: Authorization, response: Response
    ) -> ApplicationView:
        """Consent to the newest notice; one application per campaign and WeChat account (200: it was there)."""
        openid = door.openid(authorization)
        async with door.outbox.transaction() as tx:
            campaign = await door.newest(tx, campaign_id)
            refuse(
                why_not_start(campaign, body.consent_version, tx.now),
                campaign,
                f"the window is {campaign.window.opens_at} to {campaign.window.closes_at}, "
                f"the notice is {campaign.consent.version!r}",
            )
            contact = door.sealer.seal(Contact(openid=openid))
            owner = door.fingerprint(openid)
            application_id, new = await store.open_application(tx, campaign.id, campaign.version, owner, contact)
            application = await door.mine(tx, authorization, application_id)
            if application.case is CaseState.OPEN:
                await store.consent(tx, application_id, body.consent_version)
            if new:
                await cases.begin(tx, application, {"consent_version": body.consent_version})
            else:
                response.status_code = HTTPStatus.OK
            return await door.view(tx, application)

    @routes.get("/applications/{application_id}")
    async def state(
        application_id: UUID,
        authorization: Authorization,
        wait_seconds: Annotated[int, Query(alias="wait", ge=0)] = 0,
        after: Annotated[int, Query(ge=-1)] = -1,
    ) -> ApplicationView:
        """Where it stands. With `wait`, answers when the revision is above `after`, at the latest after that many
        seconds."""
        async with door.waiting.for_change(application_id) as woken:
            view = await _state(door, authorization, application_id)
            if wait_seconds and view.revision <= after:
                await wait(woken, min(wait_seconds, door.settings.longest_wait_seconds))
                view = await _state(door, authorization, application_id)
        return view

    @routes.get("/orders")
    async def orders(authorization: Authorization) -> list[OrderView]:
        """我的订单, the newest first: every application of this WeChat account that has a photo or a fee."""
        owner = door.fingerprint(door.openid(authorization))
        async with door.outbox.transaction() as tx:
            listed = []
            for application, ordered_at in await store.of_owner(tx, owner):
                if ordered_at is not None:
                    campaign = await door.in_force(tx, application)
                    entry = door.views.opened_entry(application)
                    listed.append(order_view(application, campaign, entry, ordered_at, tx.now))
            return listed

    @routes.post("/applications/{application_id}/payment", status_code=HTTPStatus.ACCEPTED)
    async def pay(
        application_id: UUID, authorization: Authorization, idempotency_key: IdempotencyKey = None
    ) -> ApplicationView:
        """Asks for an order; the parameters for wx.requestPayment come with the state."""
        request_id = uuid4()
        cause = Cause("http.payment", f"{application_id}:{idempotency_key}") if idempotency_key else None
        try:
            async with door.outbox.transaction(cause=cause) as tx:
                before = await door.mine(tx, authorization, application_id)
                campaign = await door.in_force(tx, before)
                refuse(why_not_pay(before, campaign, tx.now), campaign, f"money is {before.money.state(tx.now)!r}")
                payer = door.sealer.seal(Payer(openid=door.openid(authorization)))
                tx.tell(PaymentRequested(**before.named, request_id=request_id, payer=payer))
                after = await cases.change(tx, before, with_request(before, request_id), "payment.requested")
                return await door.view(tx, after)
        except AlreadyHandled:
            return await _state(door, authorization, application_id)

    @routes.post("/applications/{application_id}/withdrawal")
    async def withdraw(application_id: UUID, authorization: Authorization) -> ApplicationView:
        """Ends the application before its photo is delivered; money goes back as the campaign says. Again: the same."""
        async with door.outbox.transaction() as tx:
            before = await door.mine(tx, authorization, application_id)
            if before.case is CaseState.WITHDRAWN:
                return await door.view(tx, before)
            campaign = await door.in_force(tx, before)
            refuse(why_not_withdraw(before, campaign, tx.now), campaign, f"the case is {before.case!r}")
            after = await cases.change(tx, before, with_withdrawal(before), "application.withdrawn")
            tx.tell(ApplicationWithdrawn(**after.named))
            return await door.view(tx, after)

    @routes.post("/applications/{application_id}/erasure", status_code=HTTPStatus.ACCEPTED)
    async def erase(application_id: UUID, authorization: Authorization) -> ApplicationView:
        """Everything about the person goes, here at once, elsewhere as each service answers. Again: the same."""
        async with door.outbox.transaction() as tx:
            before = await door.mine(tx, authorization, application_id)
            campaign = await door.in_force(tx, before)
            if before.case in (CaseState.ERASING, CaseState.ERASED):
                return await door.view(tx, before)
            refuse(why_not_erase(before, campaign, tx.now), campaign, f"the case is {before.case.value!r}")
            return await door.view(tx, await cases.erase(tx, before, "student"))

    return routes


async def _state(door: Door, authorization: str, application_id: UUID) -> ApplicationView:
    async with door.outbox.transaction() as tx:
        await door.check_owner(tx, authorization, application_id)
        return await door.view(tx, await door.seen(tx, application_id))
