"""The application: consent, contact, identity, payment, and where it stands."""

from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field, StringConstraints
from sqlalchemy.exc import IntegrityError

from services.intake import store
from services.intake.api.door import Authorization, Door, IdempotencyKey, refuse
from services.intake.rules import Application, IdentityRegion, why_not_identify, why_not_pay, why_not_start
from services.intake.views import ApplicationView
from services.intake.waiting import wait
from shared.campaign import DocumentType
from shared.events import (
    Contact,
    ContactChanged,
    Identity,
    IdentityConfirmed,
    IdentitySubmitted,
    Payer,
    PaymentRequested,
)
from shared.outbox import AlreadyHandled, Cause
from shared.problems import Problem
from shared.reasons import Reason
from shared.wechat import WeChatRefused, WeChatUnavailable

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


class ConsentGiven(BaseModel):
    consent_version: Line


class ContactGiven(BaseModel):
    """phone_code: of the phone button; granted: the templates that wx.requestSubscribeMessage answered with accept."""

    phone_code: Line | None = None
    granted: list[Line] = Field(default=[], max_length=5)  # WeChat asks for at most five at once


class IdentityClaimed(BaseModel):
    name: Line | None = None
    document_type: DocumentType = "resident_id"
    document_number: Line


class Confirmation(BaseModel):
    correct: bool


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
            await store.consent(tx, application_id, body.consent_version)
            if new:
                await store.happened(tx, application_id, "consented", {"consent_version": body.consent_version})
            else:
                response.status_code = HTTPStatus.OK
            return await door.view(tx, await door.mine(tx, authorization, application_id))

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

    @routes.post("/applications/{application_id}/contact")
    async def contact(application_id: UUID, body: ContactGiven, authorization: Authorization) -> ApplicationView:
        openid = door.openid(authorization)
        async with door.outbox.transaction() as tx:
            await door.check_owner(tx, authorization, application_id)
        phone = await _phone(door, body.phone_code, openid) if body.phone_code else None
        async with door.outbox.transaction() as tx:
            before = await door.mine(tx, authorization, application_id)
            known = door.sealer.open(await store.contact_of(tx, application_id), Contact)
            sealed = door.sealer.seal(Contact(openid=openid, phone=phone or known.phone))
            granted = await store.grant(tx, application_id, list(body.granted))
            changed = {
                "has_phone": before.has_phone or phone is not None,
                "grants": before.grants + len(granted),
                "contact_revision": before.contact_revision + 1,
            }
            after = before.model_copy(update=changed)
            about = {"phone": phone is not None, "granted": list(body.granted)}
            after = await store.save(tx, before, after, "contact.changed", about, contact=sealed)
            fact = ContactChanged(**_named(after), revision=after.contact_revision, contact=sealed, grants=granted)
            tx.tell(fact)
            return await door.view(tx, after)

    @routes.post("/applications/{application_id}/identity", status_code=HTTPStatus.ACCEPTED)
    async def identify(application_id: UUID, body: IdentityClaimed, authorization: Authorization) -> ApplicationView:
        """Always 202, whoever exists: the answer comes with the state. Once confirmed, nothing changes any more."""
        async with door.outbox.transaction() as tx:
            before = await door.mine(tx, authorization, application_id)
            campaign = await door.newest(tx, before.campaign_id)
            refuse(why_not_identify(before, campaign, tx.now), campaign, "give the phone first, within the window")
            if before.identity.state == "confirmed":
                return await door.view(tx, before)
            submission = before.identity.submission + 1
            identity = IdentityRegion(state="matching", submission=submission)
            after = before.model_copy(update={"identity": identity})
            after = await store.save(tx, before, after, "identity.submitted", {"submission": submission})
            claim = Identity(name=body.name, document_type=body.document_type, document_number=body.document_number)
            source = door.fingerprint(door.openid(authorization))
            sealed = door.sealer.seal(claim)
            tx.tell(IdentitySubmitted(**_named(after), submission=submission, identity=sealed, source=source))
            return await door.view(tx, after)

    @routes.post("/applications/{application_id}/identity/confirmation")
    async def confirm(application_id: UUID, body: Confirmation, authorization: Authorization) -> ApplicationView:
        """The student has looked at the entry. `correct: false` goes back to the claim; support can help."""
        async with door.outbox.transaction() as tx:
            before = await door.mine(tx, authorization, application_id)
            campaign = await door.newest(tx, before.campaign_id)
            if before.identity.state == "confirmed":
                return await door.view(tx, before)
            matched = before.identity.state == "matched"
            refuse(None if matched else Reason.ID_NOT_FOUND, campaign, f"identity is {before.identity.state!r}")
            state = "confirmed" if body.correct else "unmatched"
            after = before.model_copy(update={"identity": before.identity.model_copy(update={"state": state})})
            try:
                after = await store.save(tx, before, after, f"identity.{state}")
            except IntegrityError:
                refuse(Reason.ID_TAKEN, campaign, "another WeChat account has confirmed this roster entry")
            if body.correct:
                assert after.identity.entry_id is not None
                assert after.identity.entry is not None
                found = {"entry_id": after.identity.entry_id, "entry": after.identity.entry}
                tx.tell(IdentityConfirmed(**_named(after), **found))
            return await door.view(tx, after)

    @routes.post("/applications/{application_id}/payment", status_code=HTTPStatus.ACCEPTED)
    async def pay(
        application_id: UUID, authorization: Authorization, idempotency_key: IdempotencyKey = None
    ) -> ApplicationView:
        """Asks for an order; the parameters for wx.requestPayment come with the state."""
        request_id = uuid4()
        cause = Cause("http.payment", f"{application_id}:{idempotency_key}") if idempotency_key else None
        try:
            async with door.outbox.transaction(cause=cause) as tx:
                application = await door.mine(tx, authorization, application_id)
                campaign = await door.newest(tx, application.campaign_id)
                money = application.money.state(tx.now)
                refuse(why_not_pay(application, tx.now), campaign, f"money is {money!r}")
                payer = door.sealer.seal(Payer(openid=door.openid(authorization)))
                tx.tell(PaymentRequested(**_named(application), request_id=request_id, payer=payer))
                await store.happened(tx, application_id, "payment.requested")
                return await door.view(tx, application)
        except AlreadyHandled:
            return await _state(door, authorization, application_id)

    return routes


async def _state(door: Door, authorization: str, application_id: UUID) -> ApplicationView:
    async with door.outbox.transaction() as tx:
        await door.check_owner(tx, authorization, application_id)
        application = await store.seen(tx, application_id)
        assert application is not None
        return await door.view(tx, application)


async def _phone(door: Door, code: str, openid: str) -> str:
    """Outside any transaction: WeChat may take seconds."""
    try:
        return await door.wechat.phone_number(code, openid)
    except WeChatRefused as refused:
        detail = f"WeChat refused the phone code: {refused.errcode}"
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, Reason.PHONE_NEEDED, detail) from None
    except WeChatUnavailable:
        detail = "WeChat did not answer; try with a new code"
        raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, Reason.SYS_RETRY, detail) from None


def _named(application: Application) -> dict[str, Any]:
    """Which application, in which campaign version: what every fact carries."""
    return {
        "application_id": application.id,
        "campaign_id": application.campaign_id,
        "campaign_version": application.campaign_version,
    }
