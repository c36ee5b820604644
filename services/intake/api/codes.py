"""One-time codes by SMS: for the phone of a registration, and for a forgotten password."""

import secrets
from datetime import datetime
from http import HTTPStatus
from typing import Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from services.intake.api.door import Authorization, Door
from services.intake.api.registering import Document, Phone, check_document, of_registration, refuse_input
from services.intake.rules import Application
from services.intake.rules.codes import AGAIN_AFTER, DIGITS, LIVES, why_not_send
from services.intake.rules.registration import Registration
from services.intake.store import accounts
from services.intake.store import applications as store
from shared.campaign import Campaign
from shared.events import CodeMessage, MessageRequested
from shared.outbox import Transaction

Purpose = Literal["register", "password"]


class PhoneGiven(BaseModel):
    phone: Phone


class CodeSent(BaseModel):
    """Until when the code is taken, and when another may be asked for."""

    expires_at: datetime
    again_at: datetime


def router(door: Door) -> APIRouter:
    routes = APIRouter(tags=["accounts"])

    @routes.post("/applications/{application_id}/sms-codes", status_code=HTTPStatus.ACCEPTED)
    async def to_phone(application_id: UUID, body: PhoneGiven, authorization: Authorization) -> CodeSent:
        async with door.outbox.transaction() as tx:
            application, campaign = await of_registration(door, tx, authorization, application_id)
            return await _send(door, tx, application, campaign, "register", body.phone, body.phone)

    @routes.post("/applications/{application_id}/password-codes", status_code=HTTPStatus.ACCEPTED)
    async def to_owner(application_id: UUID, body: Document, authorization: Authorization) -> CodeSent:
        """To the phone that the pictured document registered with. The answer is the same when nobody did."""
        async with door.outbox.transaction() as tx:
            application, campaign = await of_registration(door, tx, authorization, application_id)
            check_document(door, application, campaign, body)
            document_print = body.print(door.sealer)
            known = await accounts.of_document(tx, document_print)
            phone = door.sealer.open(known.registration, Registration).phone if known else None
            return await _send(door, tx, application, campaign, "password", document_print, phone)

    return routes


async def take_code(
    door: Door, tx: Transaction, application: Application, purpose: Purpose, receiver: str, code: str
) -> bool:
    """receiver: what `_send` was given. The caller commits whatever comes out: a wrong code costs a try."""
    sent_to = door.sealer.fingerprint("code to", receiver)
    return await accounts.take_code(tx, application.id, purpose, sent_to, _print(door, application, code))


async def _send(
    door: Door,
    tx: Transaction,
    application: Application,
    campaign: Campaign,
    purpose: Purpose,
    receiver: str,
    phone: str | None,
) -> CodeSent:
    """receiver: a phone, or the fingerprint of a document. phone None: everything but the message."""
    sent_to = door.sealer.fingerprint("code to", receiver)
    sent_at = await accounts.codes_sent(tx, application.id, sent_to)
    refuse_input(why_not_send(sent_at, tx.now), campaign, "one a minute, five an hour, ten a day")
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    expires_at = tx.now + LIVES
    await accounts.add_code(tx, application.id, purpose, sent_to, _print(door, application, code), expires_at)
    if phone is not None:
        message = door.sealer.seal(CodeMessage(phone=phone, code=code))
        tx.tell(MessageRequested(**application.named, message=message, expires_at=expires_at))
    await store.happened(tx, application.id, "code.sent", {"purpose": purpose})
    return CodeSent(expires_at=expires_at, again_at=tx.now + AGAIN_AFTER)


def _print(door: Door, application: Application, code: str) -> str:
    """Keyed: a plain hash of six digits is undone in a second."""
    return door.sealer.fingerprint("code", str(application.id), code)
