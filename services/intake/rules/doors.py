"""May it be done now? None: yes. Otherwise the reason that the student reads."""

from collections.abc import Callable
from datetime import datetime

from services.intake.rules.application import Application
from services.intake.rules.claims import why_not_act, why_not_identify, why_not_remind, why_not_sign_in
from services.intake.rules.files import is_automatic
from services.intake.rules.rows import IdentityState, PhotoState, after
from services.intake.rules.stages import fees_owed, why_over
from shared.campaign import Campaign
from shared.reasons import Reason

_PHOTO_IS = {
    PhotoState.NONE: Reason.NO_PHOTO,
    PhotoState.PREPARING: Reason.NOT_PREPARED,
    PhotoState.PREPARED: Reason.NO_PHOTO,  # not handed in yet
    PhotoState.UNPREPARED: Reason.NO_PHOTO,
    PhotoState.CHECKING: Reason.PHOTO_UNDECIDED,
    PhotoState.REFERRED: Reason.PHOTO_UNDECIDED,
    PhotoState.REFUSED: Reason.REVIEW_DECIDED,
    PhotoState.ACCEPTED: Reason.PHOTO_DONE,
    PhotoState.REVOKED: Reason.REVOKED_BEAUTY,
}


def why_not_confirm(application: Application, _: Campaign, __: datetime) -> Reason | None:
    """Something must have been found that can be confirmed, or said to be wrong."""
    if reason := _why_not_act(application):
        return reason
    return None if after(application.identity.state, "confirmed") else Reason.ID_NOT_FOUND


def why_not_submit(application: Application, campaign: Campaign, now: datetime) -> Reason | None:
    """An upload. One undecided photo at a time; what comes before the photo in this campaign has been done."""
    event = "uploaded" if is_automatic(campaign.processing) else "submitted"
    return (
        why_over(application)
        or why_not_act(application)
        or _why_not_ready(application, campaign)
        or _why_not_now(application, event)
        or _why_too_late(application, campaign, now)
    )


def why_not_accept(application: Application, campaign: Campaign, now: datetime) -> Reason | None:
    """The prepared picture becomes an attempt: the time may have run out since its upload."""
    return (
        _why_not_act(application) or _why_not_now(application, "accepted") or _why_too_late(application, campaign, now)
    )


def why_not_retake(application: Application, _: Campaign, __: datetime) -> Reason | None:
    return _why_not_act(application) or _why_not_now(application, "retaken")


def why_not_take_back(application: Application, campaign: Campaign, _: datetime) -> Reason | None:
    """An undecided photo, where the campaign offers it. After an appeal it stays: it was decided once."""
    if reason := _why_not_act(application) or _why_not_now(application, "taken back"):
        return reason
    if application.photo.appealed:
        return Reason.APPEALED
    return None if campaign.review.may_withdraw else Reason.NOT_OFFERED


def why_not_appeal(application: Application, campaign: Campaign, now: datetime) -> Reason | None:
    """Against a refusal that no person made (PIPL 24), once per attempt, as long as a new photo could be sent too."""
    photo = application.photo
    if photo.appealed:
        return Reason.APPEAL_USED
    if reason := _why_not_act(application) or _why_not_now(application, "appealed"):
        return reason
    if photo.decided_by != "judge" or photo.bounced:
        return Reason.REVIEW_DECIDED
    if photo.resubmit_by and now >= photo.resubmit_by:
        return Reason.RESUBMIT_LATE
    return None if campaign.review.may_appeal else Reason.NOT_OFFERED


def why_not_pay(application: Application, campaign: Campaign, now: datetime) -> Reason | None:
    if reason := _why_not_act(application):
        return reason
    if campaign.payment.moment == "offline":
        return Reason.PAY_OFFLINE
    if application.money.state(now, fees_owed(application, campaign)) not in ("due", "prepared"):
        return Reason.PAY_NOT_DUE
    # No photo can follow any more: the fee would only come back.
    too_late = application.photo.attempt == 0 and now >= campaign.window.closes_at
    return Reason.WIN_CLOSED if too_late else None


def why_not_withdraw(application: Application, _: Campaign, __: datetime) -> Reason | None:
    """The whole application, before its photo is delivered."""
    if reason := _why_not_act(application):
        return reason
    may = after(application.case, "withdrawn") and not application.delivery.is_delivered
    return None if may else Reason.DELIVERED


def why_not_erase(application: Application, _: Campaign, __: datetime) -> Reason | None:
    """At any time, once (PIPL 47)."""
    if after(application.case, "erasure asked") is None:
        return Reason.APP_ERASED
    return why_not_act(application)


Door = Callable[[Application, Campaign, datetime], Reason | None]

# What a student may do, in the order a page would offer it.
DOORS: dict[str, Door] = {
    "register": lambda application, campaign, _: why_over(application) or why_not_sign_in(application, campaign),
    "identify": lambda application, campaign, now: (
        why_over(application) or why_not_identify(application, campaign, now)
    ),
    "confirm": why_not_confirm,
    "remind": lambda application, campaign, _: why_over(application) or why_not_remind(application, campaign),
    "upload": why_not_submit,
    "accept": why_not_accept,
    "retake": why_not_retake,
    "pay": why_not_pay,
    "appeal": why_not_appeal,
    "take_back": why_not_take_back,
    "withdraw": why_not_withdraw,
    "erase": why_not_erase,
}


def open_actions(application: Application, campaign: Campaign, now: datetime) -> list[str]:
    """The doors that stand open now."""
    return [name for name, why_not in DOORS.items() if why_not(application, campaign, now) is None]


def _why_not_act(application: Application) -> Reason | None:
    return why_over(application) or why_not_act(application)


def _why_not_ready(application: Application, campaign: Campaign) -> Reason | None:
    if application.identity.state is not IdentityState.CONFIRMED:
        return Reason.ID_CONFIRM
    if campaign.reminder and not application.identity.reminded:
        return Reason.REMINDER_UNREAD
    if campaign.ask_to_notify_before_upload and application.grants == 0:
        return Reason.NOTIFY_NEEDED
    pays_first = campaign.payment.moment == "before_upload"
    unpaid = pays_first and not application.money.is_settled(fees_owed(application, campaign))
    return Reason.PAY_UNPAID if unpaid else None


def _why_not_now(application: Application, event: str) -> Reason | None:
    state = application.photo.shown
    return None if after(state, event) else _PHOTO_IS[state]


def _why_too_late(application: Application, campaign: Campaign, now: datetime) -> Reason | None:
    """After a refusal until `resubmit_by`, which may outlast the window and knows no daily hours; else the window."""
    photo, most = application.photo, campaign.resubmission.attempts_max
    if most and photo.next_charged_attempt > most:
        return Reason.ATTEMPTS_USED
    if photo.state is PhotoState.REFUSED and photo.resubmit_by:
        return None if now < photo.resubmit_by else Reason.RESUBMIT_LATE
    return None if campaign.window.is_open(now) else Reason.WIN_CLOSED
