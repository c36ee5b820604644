"""Registration, signing in with a picture of the document and a password, and out.

An account belongs to a document: it signs in from any WeChat account, in any campaign. A case stays with the WeChat
account that confirmed its entry; from another one the confirmation is refused (ID_TAKEN, 请使用本人微信).
"""

from http import HTTPStatus
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, StringConstraints

from services.intake import cases
from services.intake.api.codes import take_code
from services.intake.api.door import Authorization, Door
from services.intake.api.registering import (
    Code,
    Document,
    Line,
    Password,
    Phone,
    check_document,
    check_password,
    enter,
    input_problem,
    of_registration,
    refuse_input,
    signed_in_account,
    too_many_guesses,
    with_account,
)
from services.intake.rules import Application
from services.intake.rules.registration import AccountState, Registration, signed_out, why_not_sex
from services.intake.store import accounts
from services.intake.views import ApplicationView
from shared.campaign import Campaign
from shared.documents import masked
from shared.outbox import Transaction
from shared.problems import Problem
from shared.reasons import Reason

Email = Annotated[Line, StringConstraints(max_length=254, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]


class RegistrationForm(Document):
    name: Line
    sex: Literal["男", "女"]
    email: Email
    phone: Phone
    code: Code
    password: Password
    password_again: Password


class SignIn(Document):
    password: Password


class AccountView(BaseModel):
    """Who is signed in; number and phone are masked."""

    name: str
    sex: str
    email: str
    phone: str
    document_type: str
    document_number: str


def router(door: Door) -> APIRouter:
    routes = APIRouter(tags=["accounts"])

    @routes.post("/applications/{application_id}/account", status_code=HTTPStatus.CREATED)
    async def register(application_id: UUID, form: RegistrationForm, authorization: Authorization) -> ApplicationView:
        """One account per document, for all campaigns; registered is signed in. Sent again, it changes nothing."""
        async with door.outbox.transaction() as tx:
            before, campaign = await of_registration(door, tx, authorization, application_id)
            if await _is_in(door, tx, before, form):
                return await door.view(tx, before)
            _check(door, before, campaign, form)
        password_hash = await door.passwords.hash(form.password.get_secret_value())
        async with door.outbox.transaction() as tx:
            before, campaign = await of_registration(door, tx, authorization, application_id)
            check_document(door, before, campaign, form)
            after = await _register(door, tx, before, campaign, form, password_hash)
            if not isinstance(after, Reason):
                return await door.view(tx, after)
        # Outside: the try at the code is counted.
        raise input_problem(after, campaign, "the code is wrong, used or too old, or the document has an account")

    @routes.get("/applications/{application_id}/account")
    async def account(application_id: UUID, authorization: Authorization) -> AccountView:
        async with door.outbox.transaction() as tx:
            application, campaign = await of_registration(door, tx, authorization, application_id)
            known = await accounts.of_id(tx, signed_in_account(application, campaign))
        assert known is not None
        return _view(door.sealer.open(known.registration, Registration))

    @routes.post("/applications/{application_id}/account/session", status_code=HTTPStatus.CREATED)
    async def sign_in(application_id: UUID, body: SignIn, authorization: Authorization) -> ApplicationView:
        """With a picture of the document and the password. Unknown and wrong are one answer, in one time."""
        document_print, source = body.print(door.sealer), door.fingerprint(door.openid(authorization))
        async with door.outbox.transaction() as tx:
            before, campaign = await of_registration(door, tx, authorization, application_id)
            if await _is_in(door, tx, before, body):
                return await door.view(tx, before)
            check_document(door, before, campaign, body)
            reason = await too_many_guesses(tx, campaign, document_print, source)
            known = await accounts.of_document(tx, document_print)
        refuse_input(reason, campaign, "too many passwords tried")
        guess = body.password.get_secret_value()
        if not await door.passwords.fits(guess, known.password_hash if known else None):
            detail = "no such account, or another password"
            raise Problem(HTTPStatus.FORBIDDEN, Reason.PASSWORD_WRONG, detail, support=campaign.support)
        assert known is not None
        registration = door.sealer.open(known.registration, Registration)
        async with door.outbox.transaction() as tx:
            before, campaign = await of_registration(door, tx, authorization, application_id)
            after = await enter(door, tx, before, campaign, known.id, registration, "account.signed_in")
            await accounts.forget_tries(tx, "password", document_print)
            return await door.view(tx, after)

    @routes.delete("/applications/{application_id}/account/session")
    async def sign_out(application_id: UUID, authorization: Authorization) -> ApplicationView:
        """What was collected stays; nobody sees it or acts until the same account signs in again."""
        async with door.outbox.transaction() as tx:
            before, _ = await of_registration(door, tx, authorization, application_id)
            after = with_account(before, signed_out(before.identity.account))
            return await door.view(tx, await cases.change(tx, before, after, "account.signed_out"))

    return routes


def _check(door: Door, before: Application, campaign: Campaign, form: RegistrationForm) -> None:
    check_document(door, before, campaign, form)
    sex = why_not_sex(form.document_type, form.document_number, form.sex)
    refuse_input(sex, campaign, "the number says another sex")
    check_password(campaign, form.password, form.password_again)


async def _register(
    door: Door,
    tx: Transaction,
    before: Application,
    campaign: Campaign,
    form: RegistrationForm,
    password_hash: str,
) -> Application | Reason:
    if not await take_code(door, tx, before, "register", form.phone, form.code):
        return Reason.SMS_CODE_WRONG
    registration = Registration.model_validate(form.model_dump(exclude={"code", "password", "password_again"}))
    sealed = door.sealer.seal(registration)
    account_id = await accounts.add(tx, form.print(door.sealer), sealed, password_hash)
    if account_id is None:
        return Reason.ID_EXISTS
    return await enter(door, tx, before, campaign, account_id, registration, "account.registered")


async def _is_in(door: Door, tx: Transaction, application: Application, document: Document) -> bool:
    """The document's account is the one that is signed in: the answer was lost, and this is asked again."""
    region = application.identity.account
    if region.state is not AccountState.SIGNED_IN:
        return False
    known = await accounts.of_document(tx, document.print(door.sealer))
    return known is not None and known.id == region.account_id


def _view(registration: Registration) -> AccountView:
    phone = f"{registration.phone[:-8]}****{registration.phone[-4:]}"
    number = masked(registration.document_number)
    return AccountView.model_validate({**registration.model_dump(), "phone": phone, "document_number": number})
