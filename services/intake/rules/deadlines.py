"""Which timers run for an application, and whether one that fires still means something."""

from datetime import datetime, timedelta

from services.intake.rules.application import Application
from services.intake.rules.rows import CaseState, PhotoState, after
from shared.campaign import Campaign
from shared.reasons import Reason

RECALL, LAPSE, ERASE = "recall_photo", "lapse", "erase"


def timers(application: Application, campaign: Campaign) -> dict[str, datetime]:
    """kind → when. A campaign whose end moved gives other moments; a state that changed gives none."""
    moments = {
        RECALL: recalled_at(application),
        LAPSE: lapses_at(application, campaign),
        ERASE: erased_at(application, campaign),
    }
    return {kind: at for kind, at in moments.items() if at is not None}


def recalled_at(application: Application) -> datetime | None:
    """The advised date of a refused photo that was not replaced."""
    waits = application.case is CaseState.OPEN and application.photo.state is PhotoState.REFUSED
    return application.photo.advised_by if waits else None


def lapses_at(application: Application, campaign: Campaign) -> datetime | None:
    """A refused photo at its deadline, without one when the window closes; a fee without a photo when it closes."""
    photo = application.photo
    if application.case is not CaseState.OPEN:
        return None
    if photo.state is PhotoState.REFUSED:
        return photo.resubmit_by or campaign.window.closes_at
    paid_for_nothing = photo.state is PhotoState.NONE and application.money.standing
    return campaign.window.closes_at if paid_for_nothing else None


def why_lapsed(application: Application, campaign: Campaign, now: datetime) -> Reason | None:
    """Asked when the timer fires; None: not, or not yet."""
    at = lapses_at(application, campaign)
    if at is None or now < at or after(application.case, "deadline passed") is None:
        return None
    return Reason.RESUBMIT_LATE if application.photo.resubmit_by else Reason.WIN_CLOSED


def erased_at(application: Application, campaign: Campaign) -> datetime | None:
    """What is kept of a person ends so many days after the delivery, or after the window where nothing is delivered."""
    if after(application.case, "retention over") is None:
        return None
    since = application.delivery.delivered_at if application.delivery.is_delivered else campaign.window.closes_at
    return since + timedelta(days=campaign.retention.days_after_delivery) if since else None
