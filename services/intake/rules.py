"""What do we decide? Four regions side by side, each moved by its own facts; the student's state is derived.

A fact that is older than what is known changes nothing, so the order of arrival does not matter.
"""

from datetime import datetime
from typing import Literal
from uuid import UUID

from shared.campaign import Campaign, Upload
from shared.events import (
    Entry,
    Frame,
    IdentityMatched,
    IdentityRefused,
    PaymentClosed,
    PaymentDue,
    PaymentPrepared,
    PaymentRefunded,
    PaymentRefused,
    PaymentSucceeded,
    PayParameters,
    PhotoAccepted,
    PhotoReferred,
    PhotoRefused,
    PhotoVerdict,
    Value,
)
from shared.reasons import Reason
from shared.sealed import Sealed

RATIO_SLACK_PX = 2  # a frame on a phone is rounded to whole pixels


class IdentityRegion(Value):
    state: Literal["none", "matching", "matched", "unmatched", "confirmed"] = "none"
    submission: int = 0
    entry_id: UUID | None = None
    entry: Sealed[Entry] | None = None


class PhotoRegion(Value):
    state: Literal["none", "checking", "referred", "accepted", "refused"] = "none"
    photo_id: UUID | None = None
    attempt: int = 0
    revision: int = 0
    sha256: str | None = None
    codes: tuple[Reason, ...] = ()
    resubmit_by: datetime | None = None
    advised_by: datetime | None = None
    original_key: str | None = None
    standard_key: str | None = None
    overlay_key: str | None = None


class Due(Value):
    amount_fen: int
    unpaid_until: datetime
    reminder: int = 0


class Prepared(Value):
    request_id: UUID
    order_no: str
    expires_at: datetime
    pay: PayParameters


class MoneyRegion(Value):
    """What payment has said so far, as sets: facts of money may come in any order."""

    due: Due | None = None
    prepared: Prepared | None = None
    closed: frozenset[str] = frozenset()
    paid: frozenset[str] = frozenset()
    refunded: frozenset[str] = frozenset()
    lapsed: bool = False
    refusal: Reason | None = None

    @property
    def is_paid(self) -> bool:
        return bool(self.paid - self.refunded)

    def state(self, now: datetime) -> Literal["not_due", "due", "prepared", "paid", "lapsed"]:
        if self.is_paid:
            return "paid"
        if self.lapsed:
            return "lapsed"
        order = self.prepared
        if order and order.order_no not in self.closed | self.paid and now < order.expires_at:
            return "prepared"
        return "due" if self.due else "not_due"


class Application(Value):
    """One applicant's case in one campaign."""

    id: UUID
    campaign_id: str
    campaign_version: int
    has_phone: bool = False
    grants: int = 0
    contact_revision: int = 0
    identity: IdentityRegion = IdentityRegion()
    photo: PhotoRegion = PhotoRegion()
    money: MoneyRegion = MoneyRegion()
    delivered: bool = False
    revision: int = 0


def stage(application: Application, now: datetime) -> str:
    """The one word for where the application stands, in the order the student meets them."""
    if application.delivered:
        return "delivered"
    if application.identity.state != "confirmed":
        return {"none": "identify", "matching": "matching", "matched": "confirm", "unmatched": "unmatched"}[
            application.identity.state
        ]
    if application.photo.state != "accepted":
        return {"none": "upload", "checking": "checking", "referred": "in_review", "refused": "refused"}[
            application.photo.state
        ]
    money = application.money.state(now)
    if money == "lapsed":
        return "lapsed"
    return "pay" if money in ("due", "prepared") else "complete" if money == "paid" else "approved"


# May it be done now? None: yes. Otherwise the reason.


def why_not_start(campaign: Campaign, consent_version: str, now: datetime) -> Reason | None:
    """A new application: the window is open and the newest notice was read."""
    if not campaign.window.is_open(now):
        return Reason.WIN_CLOSED
    return None if consent_version == campaign.consent.version else Reason.CONSENT_NEEDED


def why_not_identify(application: Application, newest: Campaign, now: datetime) -> Reason | None:
    if not newest.window.is_open(now):
        return Reason.WIN_CLOSED
    return None if application.has_phone else Reason.PHONE_NEEDED


def why_not_submit(application: Application, newest: Campaign, now: datetime) -> Reason | None:
    """One undecided photo at a time; after a refusal until `resubmit_by`, which may outlast the window."""
    photo = application.photo
    if application.identity.state != "confirmed":
        return Reason.ID_CONFIRM
    if newest.ask_to_notify_before_upload and application.grants == 0:
        return Reason.NOTIFY_NEEDED
    if photo.state in ("checking", "referred"):
        return Reason.PHOTO_UNDECIDED
    if photo.state == "accepted":
        return Reason.PHOTO_DONE
    if photo.state == "refused" and photo.resubmit_by:
        return None if now < photo.resubmit_by else Reason.RESUBMIT_LATE
    return None if newest.window.is_open(now) else Reason.WIN_CLOSED


def why_not_pay(application: Application, now: datetime) -> Reason | None:
    return {
        "not_due": Reason.PAY_NOT_DUE,
        "paid": Reason.PAY_NOT_DUE,
        "lapsed": Reason.PAY_LAPSED,
        "due": None,
        "prepared": None,
    }[application.money.state(now)]


def refused_at_once(
    upload: Upload, kind: str, width_px: int, height_px: int, size_bytes: int, frame: Frame
) -> Reason | None:
    """What the notice lets us refuse before anybody judges the picture. The sizes are of the upright picture."""
    if kind not in upload.types:
        return Reason.FILE_TYPE
    if size_bytes < upload.min_bytes:
        return Reason.FILE_TOO_SMALL
    if size_bytes > upload.max_bytes:
        return Reason.FILE_TOO_LARGE
    if width_px < upload.min_width_px or height_px < upload.min_height_px:
        return Reason.PIX_TOO_SMALL
    inside = (
        frame.x >= 0
        and frame.y >= 0
        and frame.x + frame.width <= width_px + RATIO_SLACK_PX
        and frame.y + frame.height <= height_px + RATIO_SLACK_PX
    )
    return None if inside else Reason.FRAME_OUTSIDE


# What a fact changes. Each gives the region back unchanged when the fact is old.


def with_match(identity: IdentityRegion, fact: IdentityMatched | IdentityRefused) -> IdentityRegion:
    if fact.submission != identity.submission or identity.state == "confirmed":
        return identity
    if isinstance(fact, IdentityMatched):
        return identity.model_copy(update={"state": "matched", "entry_id": fact.entry_id, "entry": fact.entry})
    return identity.model_copy(update={"state": "unmatched", "entry_id": None, "entry": None})


def with_verdict(photo: PhotoRegion, fact: PhotoVerdict) -> PhotoRegion:
    if fact.photo_id != photo.photo_id or (fact.attempt, fact.revision) <= (photo.attempt, photo.revision):
        return photo
    told: dict[str, object] = {
        "revision": fact.revision,
        "overlay_key": fact.overlay_key,
        "standard_key": fact.standard_key,
        "codes": (),
        "resubmit_by": None,
        "advised_by": None,
    }
    match fact:
        case PhotoAccepted():
            told["state"] = "accepted"
        case PhotoRefused():
            told |= {"state": "refused", "codes": fact.codes}
            told |= {"resubmit_by": fact.resubmit_by, "advised_by": fact.advised_by}
        case PhotoReferred():
            told["state"] = "referred"
    return photo.model_copy(update=told)


PaymentFact = PaymentDue | PaymentPrepared | PaymentRefused | PaymentClosed | PaymentSucceeded | PaymentRefunded


def with_payment(money: MoneyRegion, fact: PaymentFact) -> MoneyRegion:
    match fact:
        case PaymentDue():
            if money.due and money.due.reminder > fact.reminder:
                return money
            due = Due(amount_fen=fact.amount_fen, unpaid_until=fact.unpaid_until, reminder=fact.reminder)
            changed: dict[str, object] = {"due": due}
        case PaymentPrepared():
            known = money.prepared
            if known and known.expires_at > fact.expires_at:
                return money
            order = Prepared(
                request_id=fact.request_id, order_no=fact.order_no, expires_at=fact.expires_at, pay=fact.pay
            )
            changed = {"prepared": order, "refusal": None}
        case PaymentRefused():
            changed = {"refusal": fact.reason}
        case PaymentClosed():
            changed = {"lapsed": money.lapsed or fact.final}
            if fact.order_no:
                changed["closed"] = money.closed | {fact.order_no}
        case PaymentSucceeded():
            changed = {"paid": money.paid | {fact.order_no}}
        case PaymentRefunded():
            changed = {"refunded": money.refunded | {fact.order_no}}
    return money.model_copy(update=changed)
