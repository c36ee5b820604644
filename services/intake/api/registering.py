"""What the routes of accounts have in common: whose application, whose document, and what signing in does."""

import re
from datetime import timedelta
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field, SecretStr, StringConstraints

from services.intake import cases
from services.intake.api.door import Door, refuse
from services.intake.rules import Application
from services.intake.rules.claims import registered, why_erased, why_not_enter, why_not_register
from services.intake.rules.registration import (
    PASSWORD_MAX,
    PASSWORD_MIN,
    AccountRegion,
    AccountState,
    Registration,
    signed_in,
    why_not_document,
    why_not_password,
)
from services.intake.store import accounts
from services.intake.store import applications as store
from shared.campaign import Campaign, DocumentType
from shared.documents import lookup_key, normalised
from shared.events import Contact, ContactChanged, IdCard
from shared.outbox import Transaction
from shared.problems import Problem
from shared.reasons import Reason
from shared.sealed import Sealer


def e164(typed: str) -> str:
    """A phone as the gateways take it; without a country, a Chinese mobile number. Raises ValueError."""
    phone = re.sub(r"[\s()-]", "", typed)
    phone = phone if phone.startswith("+") else f"+86{phone}"
    if not re.fullmatch(r"\+861[3-9]\d{9}|\+(?!86)[1-9]\d{6,14}", phone, re.ASCII):
        raise ValueError("no Chinese mobile number, and no + with a country code")
    return phone


Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Number = Annotated[str, StringConstraints(min_length=1, max_length=40), AfterValidator(normalised)]
Phone = Annotated[str, AfterValidator(e164)]
Code = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^\d{6}$")]
Password = Annotated[SecretStr, Field(max_length=200)]


TOO_OFTEN = (Reason.ID_LIMIT, Reason.SMS_CODE_TOO_SOON)


class Document(BaseModel):
    """The document in the picture; its number as typed or as read."""

    document_type: DocumentType = "resident_id"
    document_number: Number

    def print(self, sealer: Sealer) -> str:
        """Finds the account again: a permit that was renewed is the same document."""
        return sealer.fingerprint("account", self.document_type, lookup_key(self.document_type, self.document_number))


async def of_registration(
    door: Door, tx: Transaction, authorization: str, application_id: UUID
) -> tuple[Application, Campaign]:
    """The application, locked, and its campaign in force; 409 when it was erased or its campaign has no accounts."""
    application = await door.mine(tx, authorization, application_id)
    campaign = await cases.campaign_of(tx, application)
    strategy = campaign.identity.strategy
    refuse(why_erased(application) or why_not_register(campaign), campaign, f"identity.strategy is {strategy!r}")
    return application, campaign


def check_document(door: Door, application: Application, campaign: Campaign, document: Document) -> None:
    """Refuses a number that does not fit what was read from the picture."""
    region = application.identity.account.card
    card = door.sealer.open(region.card, IdCard) if region.card else None
    allowed = campaign.identity.document_types
    reason = why_not_document(allowed, document.document_type, document.document_number, region.state, card)
    detail = f"{document.document_type} of {list(allowed)}, the picture is {region.state.value!r}"
    refuse_input(reason, campaign, detail)


def check_password(campaign: Campaign, password: SecretStr, again: SecretStr) -> None:
    wanted = f"{PASSWORD_MIN} to {PASSWORD_MAX} characters with letters and digits, twice the same"
    refuse_input(why_not_password(password.get_secret_value(), again.get_secret_value()), campaign, wanted)


async def enter(
    door: Door,
    tx: Transaction,
    before: Application,
    campaign: Campaign,
    account_id: UUID,
    registration: Registration,
    what: str,
) -> Application:
    """Signed in: the account acts in this application, and its phone is where messages go."""
    refuse(why_not_enter(before, account_id), campaign, "the case belongs to another account")
    known = door.sealer.open(await store.contact_of(tx, before.id), Contact)
    region = signed_in(before.identity.account, account_id)
    identity = before.identity.model_copy(update={"state": registered(before.identity.state), "account": region})
    after = before.model_copy(update={"identity": identity})
    if known.phone is not None:
        return await cases.change(tx, before, after, what)
    sealed = door.sealer.seal(Contact(openid=known.openid, phone=registration.phone))
    revision = before.contact_revision + 1
    after = after.model_copy(update={"has_phone": True, "contact_revision": revision})
    after = await store.save(tx, before, after, what, contact=sealed)
    tx.tell(ContactChanged(**after.named, revision=revision, contact=sealed))
    return after


def signed_in_account(application: Application, campaign: Campaign) -> UUID:
    """401 when nobody is."""
    account = application.identity.account
    if account.state is not AccountState.SIGNED_IN or account.account_id is None:
        detail = f"the account is {account.state.value}: POST …/account/session"
        raise Problem(HTTPStatus.UNAUTHORIZED, Reason.SIGN_IN, detail, support=campaign.support)
    return account.account_id


def with_account(application: Application, account: AccountRegion) -> Application:
    return application.model_copy(update={"identity": application.identity.model_copy(update={"account": account})})


async def too_many_guesses(tx: Transaction, campaign: Campaign, document_print: str, source: str) -> Reason | None:
    """Counts one more at this document's password, and one more by this WeChat account."""
    policy = campaign.identity
    reset = timedelta(hours=policy.attempts_reset_hours)
    at_document = await accounts.count_try(tx, "password", document_print, reset)
    by_source = await accounts.count_try(tx, "password", source, reset)
    too_many = at_document > policy.attempts_per_identity or by_source > policy.attempts_per_source
    return Reason.ID_LIMIT if too_many else None


def refuse_input(reason: Reason | None, campaign: Campaign, detail: str) -> None:
    if reason is not None:
        raise input_problem(reason, campaign, detail)


def input_problem(reason: Reason, campaign: Campaign, detail: str) -> Problem:
    """422: what was given is wrong; 429: too often. With whom to ask."""
    status = HTTPStatus.TOO_MANY_REQUESTS if reason in TOO_OFTEN else HTTPStatus.UNPROCESSABLE_ENTITY
    return Problem(status, reason, detail, support=campaign.support)
