"""Who the student is: contact, the claim, and its confirmation."""

from datetime import timedelta
from http import HTTPStatus
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field, StringConstraints
from sqlalchemy.exc import IntegrityError

from services.intake import cases
from services.intake.api.door import Authorization, Door, refuse
from services.intake.api.registering import Line, input_problem, refuse_input, signed_in_account
from services.intake.rules import Application, IdentityState, why_not_confirm, why_not_identify, why_over
from services.intake.rules.claims import (
    CAPTURE_CODE_MAX_BYTES,
    missing,
    why_not_act,
    why_not_claim,
    why_not_remind,
    with_claim,
)
from services.intake.rules.registration import Registration
from services.intake.store import accounts
from services.intake.store import applications as store
from services.intake.views import ApplicationView
from shared.campaign import Campaign, DocumentType
from shared.events import Contact, ContactChanged, Identity, IdentityConfirmed, IdentitySubmitted
from shared.outbox import Transaction
from shared.problems import Problem
from shared.reasons import Reason
from shared.wechat import WeChatRefused, WeChatUnavailable

CaptureCode = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=CAPTURE_CODE_MAX_BYTES)]
LastFour = Annotated[str, StringConstraints(strip_whitespace=True, to_upper=True, pattern=r"^[0-9A-Za-z]{4}$")]


class ContactGiven(BaseModel):
    """phone_code: of the phone button; granted: the templates that wx.requestSubscribeMessage answered with accept."""

    phone_code: Line | None = None
    granted: list[Line] = Field(default=[], max_length=5)  # WeChat asks for at most five at once


class IdentityClaimed(BaseModel):
    """What the campaign's strategy asks for. After a registration: the kind of collection, and a group's 特征码."""

    name: Line | None = None
    document_type: DocumentType = "resident_id"
    document_number: Line | None = None
    level: Line | None = None
    collection: Literal["group", "individual"] = "group"
    feature_code: Line | None = None
    capture_code: CaptureCode | None = None
    last_four: LastFour | None = None


class Confirmation(BaseModel):
    correct: bool


def router(door: Door) -> APIRouter:
    routes = APIRouter(tags=["identity"])

    @routes.post("/applications/{application_id}/contact")
    async def contact(application_id: UUID, body: ContactGiven, authorization: Authorization) -> ApplicationView:
        openid = door.openid(authorization)
        async with door.outbox.transaction() as tx:
            await door.check_owner(tx, authorization, application_id)
        phone = await _phone(door, body.phone_code, openid) if body.phone_code else None
        async with door.outbox.transaction() as tx:
            before = await door.mine(tx, authorization, application_id)
            campaign = await door.in_force(tx, before)
            refuse(why_over(before) or why_not_act(before), campaign, f"the case is {before.case.value!r}")
            known = door.sealer.open(await store.contact_of(tx, application_id), Contact)
            sealed = door.sealer.seal(Contact(openid=openid, phone=phone or known.phone))
            granted = await store.grant(tx, application_id, list(body.granted))
            changed = {
                "has_phone": before.has_phone or phone is not None,
                "grants": before.grants + sum(each.template_id in campaign.result_templates for each in granted),
                "contact_revision": before.contact_revision + 1,
            }
            after = before.model_copy(update=changed)
            about = {"phone": phone is not None, "granted": list(body.granted)}
            after = await store.save(tx, before, after, "contact.changed", about, contact=sealed)
            fact = ContactChanged(**after.named, revision=after.contact_revision, contact=sealed, grants=granted)
            tx.tell(fact)
            return await door.view(tx, after)

    @routes.post("/applications/{application_id}/identity", status_code=HTTPStatus.ACCEPTED)
    async def identify(application_id: UUID, body: IdentityClaimed, authorization: Authorization) -> ApplicationView:
        """Always 202, whoever exists: the answer comes with the state. Once confirmed, nothing changes any more."""
        async with door.outbox.transaction() as tx:
            before = await door.mine(tx, authorization, application_id)
            if before.identity.state is IdentityState.CONFIRMED:
                return await door.view(tx, before)
            campaign = await door.in_force(tx, before)
            detail = f"identity is {before.identity.state.value!r}, phone given: {before.has_phone}"
            refuse(why_over(before) or why_not_identify(before, campaign, tx.now), campaign, detail)
            claim = await _claim(door, tx, before, campaign, body)
            source = door.fingerprint(door.openid(authorization))
            too_many = await _too_many_codes(tx, campaign, source) if body.feature_code else None
            reason = too_many or why_not_claim(campaign, claim, body.feature_code)
            if reason is None:
                return await door.view(tx, await _submit(door, tx, before, claim, source))
        # Outside: the try at the code is counted.
        raise input_problem(reason, campaign, _allowed(campaign, claim))

    @routes.post("/applications/{application_id}/identity/confirmation")
    async def confirm(application_id: UUID, body: Confirmation, authorization: Authorization) -> ApplicationView:
        """The student has looked at the entry. `correct: false` goes back to the claim; support can help."""
        async with door.outbox.transaction() as tx:
            before = await door.mine(tx, authorization, application_id)
            campaign = await door.in_force(tx, before)
            if before.identity.state is IdentityState.CONFIRMED:
                return await door.view(tx, before)
            refuse(why_not_confirm(before, campaign, tx.now), campaign, f"identity is {before.identity.state!r}")
            state = IdentityState.CONFIRMED if body.correct else IdentityState.UNMATCHED
            after = before.model_copy(update={"identity": before.identity.model_copy(update={"state": state})})
            try:
                after = await store.save(tx, before, after, f"identity.{state}")
            except IntegrityError:
                refuse(Reason.ID_TAKEN, campaign, "another WeChat account has confirmed this roster entry")
            if body.correct:
                assert after.identity.entry_id is not None
                assert after.identity.entry is not None
                found = {"entry_id": after.identity.entry_id, "entry": after.identity.entry}
                tx.tell(IdentityConfirmed(**after.named, **found))
            return await door.view(tx, after)

    @routes.post("/applications/{application_id}/reminder")
    async def reminder(application_id: UUID, authorization: Authorization) -> ApplicationView:
        """我知道了: recorded once, with its time in the timeline."""
        async with door.outbox.transaction() as tx:
            before = await door.mine(tx, authorization, application_id)
            if before.identity.reminded:
                return await door.view(tx, before)
            campaign = await door.in_force(tx, before)
            refuse(why_over(before) or why_not_remind(before, campaign), campaign, "nothing to be reminded of")
            after = before.model_copy(update={"identity": before.identity.model_copy(update={"reminded": True})})
            return await door.view(tx, await cases.change(tx, before, after, "reminder.acknowledged"))

    return routes


async def _claim(
    door: Door, tx: Transaction, application: Application, campaign: Campaign, body: IdentityClaimed
) -> Identity:
    """What is submitted: as typed or, where one registers, as registered."""
    if campaign.identity.strategy == "registration":
        known = await accounts.of_id(tx, signed_in_account(application, campaign))
        assert known is not None
        person = door.sealer.open(known.registration, Registration)
        told = person.model_dump(include={"name", "document_type", "document_number"})
        return Identity(**told, collection=body.collection)
    # A code is all that is asked for: a name or number that somebody types besides it is not kept.
    asked = {"capture_code", "last_four"} if campaign.identity.strategy == "capture_code" else None
    typed = body.model_dump(include=asked, exclude={"feature_code", "collection"}, exclude_none=True)
    claim = Identity.model_validate(typed)
    if lacks := missing(campaign, claim):
        refuse_input(Reason.BAD_REQUEST, campaign, f"this campaign also asks for {', '.join(lacks)}")
    return claim


async def _submit(door: Door, tx: Transaction, before: Application, claim: Identity, source: str) -> Application:
    identity = with_claim(before.identity)
    after = before.model_copy(update={"identity": identity})
    after = await cases.change(tx, before, after, "identity.submitted", {"submission": identity.submission})
    sealed = door.sealer.seal(claim)
    tx.tell(IdentitySubmitted(**after.named, submission=identity.submission, identity=sealed, source=source))
    return after


async def _too_many_codes(tx: Transaction, campaign: Campaign, source: str) -> Reason | None:
    policy = campaign.identity
    count = await accounts.count_try(tx, "feature_code", source, timedelta(hours=policy.attempts_reset_hours))
    return Reason.ID_LIMIT if count > policy.attempts_per_source else None


def _allowed(campaign: Campaign, claim: Identity) -> str:
    levels, collections = list(campaign.levels), list(campaign.identity.collection)
    return f"level {claim.level!r} of {levels}, collection {claim.collection!r} of {collections}"


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
