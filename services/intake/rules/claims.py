"""May an application be started, an account used, an identity claimed, now? None: yes. Otherwise the reason."""

from datetime import datetime

from services.intake.rules.application import Application, IdentityRegion
from services.intake.rules.registration import AccountState
from services.intake.rules.rows import CaseState, IdentityState, after
from shared.campaign import Campaign
from shared.events import Identity
from shared.reasons import Reason

CAPTURE_CODE_MAX_BYTES = 2048  # the largest QR code holds 2,953 bytes (ISO/IEC 18004, version 40-L); these are short

# What must be given, by the campaign's strategy; `registration` takes it from the account.
_FIELDS: dict[str, tuple[str, ...]] = {
    "id_number": ("document_number",),
    "name_and_id": ("name", "document_number"),
    "name_id_and_level": ("name", "document_number"),
    "registration": (),
    "capture_code": ("capture_code",),
}


def why_not_start(newest: Campaign, consent_version: str, now: datetime) -> Reason | None:
    """A new application: the window is open and the newest notice was read."""
    if not newest.window.is_open(now):
        return Reason.WIN_CLOSED
    return None if consent_version == newest.consent.version else Reason.CONSENT_NEEDED


def why_not_identify(application: Application, campaign: Campaign, now: datetime) -> Reason | None:
    """Once confirmed, it is fixed."""
    if after(application.identity.state, "claimed") is None:
        return Reason.ID_FIXED
    if not campaign.window.is_open(now):
        return Reason.WIN_CLOSED
    if why_not_register(campaign) is None and application.identity.account.state is not AccountState.SIGNED_IN:
        return Reason.SIGN_IN
    return None if application.has_phone else Reason.PHONE_NEEDED


def why_erased(application: Application) -> Reason | None:
    """One signs in to look at a case that ended, too, unless nothing is left of it."""
    return Reason.APP_ERASED if application.case in (CaseState.ERASING, CaseState.ERASED) else None


def why_not_register(campaign: Campaign) -> Reason | None:
    """Accounts, their pictures and codes are of one strategy only."""
    return None if campaign.identity.strategy == "registration" else Reason.NOT_OFFERED


def why_not_sign_in(application: Application, campaign: Campaign) -> Reason | None:
    signed_in = application.identity.account.state is AccountState.SIGNED_IN
    return Reason.NOT_OFFERED if signed_in else why_not_register(campaign)


def why_not_act(application: Application) -> Reason | None:
    """Whoever signed out does nothing and sees nothing."""
    return Reason.SIGN_IN if application.identity.account.state is AccountState.SIGNED_OUT else None


def why_not_enter(application: Application, account_id: object) -> Reason | None:
    """Another account signs in: not once the case is somebody's."""
    identity = application.identity
    theirs = identity.account.account_id in (None, account_id)
    free = identity.state in (IdentityState.NONE, IdentityState.REGISTERED, IdentityState.UNMATCHED)
    return None if theirs or free else Reason.ID_TAKEN


def missing(campaign: Campaign, claim: Identity) -> list[str]:
    """The fields that this campaign asks for and the claim has not."""
    fields = _FIELDS[campaign.identity.strategy] + (("last_four",) if campaign.identity.last_four else ())
    return [field for field in fields if not getattr(claim, field)]


def why_not_claim(campaign: Campaign, claim: Identity, feature_code: str | None) -> Reason | None:
    """feature_code: as typed, 特征码 of a group, or besides a capture code."""
    policy = campaign.identity
    match policy.strategy:
        case "name_id_and_level" if claim.level not in campaign.levels:
            return Reason.LEVEL_NEEDED
        case "registration" if claim.collection not in policy.collection:
            return Reason.NOT_OFFERED
        case "registration" if claim.collection == "group" and feature_code != policy.feature_code:
            return Reason.CODE_INVALID
        case "capture_code" if policy.feature_code not in (None, feature_code):
            return Reason.CODE_INVALID
        case "capture_code" if len((claim.capture_code or "").encode()) > CAPTURE_CODE_MAX_BYTES:
            return Reason.CODE_INVALID
    return None


def why_not_remind(application: Application, campaign: Campaign) -> Reason | None:
    unread = campaign.reminder is not None and not application.identity.reminded
    return why_not_act(application) or (None if unread else Reason.NOT_OFFERED)


def with_claim(identity: IdentityRegion) -> IdentityRegion:
    """The next submission: answers to older ones count no more."""
    nothing = {"entry_id": None, "entry": None, "reason": None}
    claimed = {"state": IdentityState.MATCHING, "submission": identity.submission + 1}
    return identity.model_copy(update={**nothing, **claimed})


def is_told(reason: Reason) -> bool:
    """These say nothing about anybody: a code is the student's own, and a ban is found only after number and name."""
    return reason in (Reason.CODE_INVALID, Reason.CODE_MISMATCH, Reason.ID_BANNED)


def registered(state: IdentityState) -> IdentityState:
    """Registering and signing in are row 2; whoever is further stays there."""
    return after(state, "registered") or state
