"""A forgotten password: the picture of the document and a code to the registered phone make a new one."""

from uuid import UUID

from fastapi import APIRouter

from services.intake.api.codes import take_code
from services.intake.api.door import Authorization, Door
from services.intake.api.registering import (
    Code,
    Document,
    Password,
    check_document,
    check_password,
    enter,
    input_problem,
    of_registration,
)
from services.intake.rules import Application
from services.intake.rules.registration import Registration
from services.intake.store import accounts
from services.intake.views import ApplicationView
from shared.campaign import Campaign
from shared.outbox import Transaction
from shared.reasons import Reason


class NewPassword(Document):
    code: Code
    password: Password
    password_again: Password


def router(door: Door) -> APIRouter:
    routes = APIRouter(tags=["accounts"])

    @routes.put("/applications/{application_id}/account/password")
    async def change(application_id: UUID, body: NewPassword, authorization: Authorization) -> ApplicationView:
        """Changed is signed in. A document without an account is answered as a wrong code."""
        async with door.outbox.transaction() as tx:
            before, campaign = await of_registration(door, tx, authorization, application_id)
            check_document(door, before, campaign, body)
            check_password(campaign, body.password, body.password_again)
        password_hash = await door.passwords.hash(body.password.get_secret_value())
        async with door.outbox.transaction() as tx:
            before, campaign = await of_registration(door, tx, authorization, application_id)
            after = await _change(door, tx, before, campaign, body, password_hash)
            if after is not None:
                return await door.view(tx, after)
        # Outside: the try at the code is counted.
        raise input_problem(Reason.SMS_CODE_WRONG, campaign, "the code is wrong, used, or too old")

    return routes


async def _change(
    door: Door,
    tx: Transaction,
    before: Application,
    campaign: Campaign,
    body: NewPassword,
    password_hash: str,
) -> Application | None:
    document_print = body.print(door.sealer)
    fits = await take_code(door, tx, before, "password", document_print, body.code)
    known = await accounts.of_document(tx, document_print)
    if not fits or known is None:
        return None
    await accounts.change_password(tx, known.id, password_hash)
    await accounts.forget_tries(tx, "password", document_print)
    registration = door.sealer.open(known.registration, Registration)
    return await enter(door, tx, before, campaign, known.id, registration, "password.changed")
