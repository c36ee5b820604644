"""Where an application stands, in one word, and who must act next."""

from datetime import datetime
from typing import Literal

from services.intake.rules.application import Application
from services.intake.rules.rows import CaseState, IdentityState, PhotoState
from shared.campaign import Campaign
from shared.reasons import Reason

Somebody = Literal["student", "matcher", "validator", "payment", "exporter", "nobody"]

_IDENTITY = {
    IdentityState.NONE: "identify",
    IdentityState.REGISTERED: "identify",
    IdentityState.MATCHING: "matching",
    IdentityState.MATCHED: "confirm",
    IdentityState.UNMATCHED: "unmatched",
}
_PHOTO = {PhotoState.NONE: "upload", PhotoState.REFERRED: "in_review"}  # the others are called as they are
_WAITS_FOR: dict[str, Somebody] = {
    "matching": "matcher",
    "preparing": "validator",
    "checking": "validator",
    "in_review": "validator",
    "ordering": "payment",
    "approved": "payment",
    "complete": "exporter",
    "delivered": "nobody",
    "revoked": "nobody",
    "withdrawn": "nobody",
    "lapsed": "nobody",
    "erasing": "nobody",
    "erased": "nobody",
}


def in_force(pinned: Campaign, newest: Campaign) -> Campaign:
    """What holds for an application: the version it pinned, with window, deadlines and contacts of the newest."""
    follows_newest = ("window", "resubmission", "contacts")
    return pinned.model_copy(update={name: getattr(newest, name) for name in follows_newest})


def fees_owed(application: Application, campaign: Campaign) -> int:
    """How many payments must stand for what was handed in so far."""
    return campaign.payment.fees_owed(application.photo.charged_attempt)


def is_settled(application: Application, campaign: Campaign) -> bool:
    return application.money.is_settled(fees_owed(application, campaign))


def stage(application: Application, campaign: Campaign, now: datetime) -> str:
    """In the order the student meets them; what ends a case comes first."""
    if application.case is not CaseState.OPEN:
        return application.case
    photo = application.photo
    if photo.state is PhotoState.REVOKED:
        return "revoked"
    if application.delivery.is_delivered:
        return "delivered"
    if application.identity.state is not IdentityState.CONFIRMED:
        return _identity(application, campaign)
    if photo.state is PhotoState.ACCEPTED:
        return _accepted(application, campaign, now)
    if owes_before_review(application, campaign):
        return _owed(application, campaign, now)
    if campaign.reminder and not application.identity.reminded and photo.attempt == 0:
        return "remind"
    return _PHOTO.get(photo.shown, photo.shown)


def owes_before_review(application: Application, campaign: Campaign) -> bool:
    """Nothing more happens to it before its fee is paid."""
    payment, photo = campaign.payment, application.photo
    waits = payment.moment == "before_upload" or photo.state in (PhotoState.CHECKING, PhotoState.REFERRED)
    return payment.is_before_review and waits and not is_settled(application, campaign)


def waits_for(application: Application, campaign: Campaign, now: datetime) -> Somebody:
    """Nobody's turn is the end of a case; anything else is somebody's."""
    return _WAITS_FOR.get(stage(application, campaign, now), "student")


def why_over(application: Application) -> Reason | None:
    """The case has ended: the reason that every door gives."""
    match application.case:
        case CaseState.WITHDRAWN:
            return Reason.APP_WITHDRAWN
        case CaseState.ERASING | CaseState.ERASED:
            return Reason.APP_ERASED
        case CaseState.LAPSED:
            return application.ending.lapsed or Reason.PAY_LAPSED
        case CaseState.OPEN:
            photo = application.photo
            revoked = Reason.ID_BANNED if photo.banned else next(iter(photo.codes), Reason.REVOKED_BEAUTY)
            return revoked if photo.state is PhotoState.REVOKED else None


def _identity(application: Application, campaign: Campaign) -> str:
    state = application.identity.state
    unregistered = state is IdentityState.NONE and campaign.identity.strategy == "registration"
    return "register" if unregistered else _IDENTITY[state]


def _owed(application: Application, campaign: Campaign, now: datetime) -> str:
    money = application.money.state(now, fees_owed(application, campaign))
    return "pay" if money in ("due", "prepared") else "ordering"


def _accepted(application: Application, campaign: Campaign, now: datetime) -> str:
    if is_settled(application, campaign):
        return "complete"
    return "pay" if _owed(application, campaign, now) == "pay" else "approved"
