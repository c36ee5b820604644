"""Every fact that travels: one class, one topic, the same words. Past tense; refusals are facts too.

Order is promised nowhere and every fact may come twice: a receiver locks its own row, records its half and asks
one rule of the whole row. A fact about a photo is ignored when its (attempt, revision) is lower than what is known.
A new optional field stays in v1; anything else is a new class on a new topic.
"""

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.campaign import Campaign
from shared.reasons import Reason
from shared.sealed import Sealed

NOT_TOLD_YET = UUID(int=0)
NOT_TOLD_AT = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


class Value(BaseModel):
    """Something that has no identity of its own; what it does not know it ignores (a later version may say more)."""

    model_config = ConfigDict(frozen=True, extra="ignore")


# What only the holder of a key may read.


class Identity(Value):
    """What the applicant claims to be, as typed."""

    name: str | None = None
    document_type: str = "resident_id"
    document_number: str


class Entry(Value):
    """One line of the school's roster: who is entitled to take part."""

    name: str
    document_type: str
    document_number: str
    student_no: str
    college: str = ""
    major: str = ""
    level: str = ""


class Contact(Value):
    """How to reach the applicant; phone in E.164."""

    openid: str
    phone: str | None = None


class Payer(Value):
    """Whose WeChat pays."""

    openid: str


# Plain values.


class Frame(Value):
    """The crop chosen by hand: left, top and width in pixels of the upright original; always 3:4."""

    x: int
    y: int
    width: Annotated[int, Field(gt=0)]

    @property
    def height(self) -> int:
        return round(self.width * 4 / 3)


class Grant(Value):
    """One agreement to one subscribe message: WeChat lets us send once per grant."""

    grant_id: UUID
    template_id: str


class PayParameters(Value):
    """What `wx.requestPayment` takes, named as WeChat names it (WeChat Pay v3, JSAPI)."""

    appId: str
    timeStamp: str
    nonceStr: str
    package: str
    signType: Literal["RSA"]
    paySign: str


# The facts.


class Event(Value):
    """A fact. `id` and `occurred_at` travel as CloudEvents headers (ce_id, ce_time), not in the body."""

    topic: ClassVar[str]
    id: UUID = Field(default=NOT_TOLD_YET, exclude=True)
    occurred_at: datetime = Field(default=NOT_TOLD_AT, exclude=True)

    @property
    def key(self) -> str:
        """The Kafka key: what the story is about."""
        raise NotImplementedError(f"{type(self).__name__} does not say what its story is about")

    def __init_subclass__(cls, **arguments: Any) -> None:
        super().__init_subclass__(**arguments)
        if "topic" in cls.__dict__:
            EVENTS[cls.topic] = cls


EVENTS: dict[str, type[Event]] = {}


class CampaignPublished(Event):
    topic = "campaign.published.v1"

    campaign: Campaign

    @property
    def key(self) -> str:
        return self.campaign.ref


class RosterPublished(Event):
    """The whole roster of a campaign, sealed line by line in one object of the store."""

    topic = "roster.published.v1"

    campaign_id: str
    roster_version: int
    object_key: str
    entries: int

    @property
    def key(self) -> str:
        return self.campaign_id


class ApplicationEvent(Event):
    """A fact about one application; the campaign version it pinned at consent travels with it."""

    application_id: UUID
    campaign_id: str
    campaign_version: int

    @property
    def key(self) -> str:
        return str(self.application_id)


class ContactChanged(ApplicationEvent):
    topic = "contact.changed.v1"

    revision: int
    contact: Sealed[Contact]
    grants: tuple[Grant, ...] = ()


class IdentitySubmitted(ApplicationEvent):
    """`source` is a fingerprint of the WeChat account that asks: attempts are limited per identity and per source."""

    topic = "identity.submitted.v1"

    submission: int
    identity: Sealed[Identity]
    source: str


class IdentityMatched(ApplicationEvent):
    topic = "identity.matched.v1"

    submission: int
    entry_id: UUID
    entry: Sealed[Entry]


class IdentityRefused(ApplicationEvent):
    """`reason` is for staff; the student sees ID_NOT_FOUND whatever it says."""

    topic = "identity.refused.v1"

    submission: int
    reason: Reason


class IdentityConfirmed(ApplicationEvent):
    topic = "identity.confirmed.v1"

    entry_id: UUID
    entry: Sealed[Entry]


class PhotoEvent(ApplicationEvent):
    photo_id: UUID
    attempt: int  # counted by intake, from 1


class PhotoSubmitted(PhotoEvent):
    """The student's acceptance: this picture, in this frame, is to be judged."""

    topic = "photo.submitted.v1"

    original_key: str
    sha256: str
    frame: Frame
    follows: Literal["first", "refusal"]


class PhotoQueued(PhotoEvent):
    """Its turn has come: the judges' work queue, and what autoscaling watches."""

    topic = "photo.queued.v1"

    original_key: str
    sha256: str
    frame: Frame


class PhotoVerdict(PhotoEvent):
    revision: int  # counted by validator: a person's decision outranks the judge's
    decided_by: Literal["judge", "person"]
    report_key: str | None = None
    overlay_key: str | None = None
    standard_key: str | None = None


class PhotoAccepted(PhotoVerdict):
    topic = "photo.accepted.v1"

    standard_key: str


class PhotoRefused(PhotoVerdict):
    """`resubmit_by` is the enforced end (none: as long as the window is open); `advised_by` the date shown."""

    topic = "photo.refused.v1"

    codes: Annotated[tuple[Reason, ...], Field(min_length=1)]
    resubmit_by: datetime | None = None
    advised_by: datetime | None = None


class PhotoReferred(PhotoVerdict):
    """The judge is not sure: a person decides, for these reasons."""

    topic = "photo.referred.v1"

    codes: tuple[Reason, ...]


class PaymentDue(ApplicationEvent):
    """The fee is owed; said again as a reminder, counted from 1. Unpaid at `unpaid_until`, the application lapses."""

    topic = "payment.due.v1"

    amount_fen: int
    unpaid_until: datetime
    reminder: int = 0


class PaymentRequested(ApplicationEvent):
    topic = "payment.requested.v1"

    request_id: UUID
    payer: Sealed[Payer]


class PaymentPrepared(ApplicationEvent):
    topic = "payment.prepared.v1"

    request_id: UUID
    order_no: str
    amount_fen: int
    expires_at: datetime
    pay: PayParameters


class PaymentRefused(ApplicationEvent):
    topic = "payment.refused.v1"

    request_id: UUID
    reason: Reason


class PaymentClosed(ApplicationEvent):
    """An order ended unpaid. `final`: the grace is over too, and with it the application."""

    topic = "payment.closed.v1"

    order_no: str | None
    final: bool
    reason: Reason


class PaymentSucceeded(ApplicationEvent):
    topic = "payment.succeeded.v1"

    order_no: str
    amount_fen: int
    how: Literal["wechat", "waived", "offline"]
    paid_at: datetime


class PaymentRefunded(ApplicationEvent):
    """`still_settled`: another payment stands, so the application stays paid."""

    topic = "payment.refunded.v1"

    order_no: str
    refund_no: str
    amount_fen: int
    reason: Reason
    still_settled: bool


class MessageEvent(ApplicationEvent):
    fact: str  # the mapped fact's name in the campaign file, such as photo.accepted
    fact_id: UUID
    channel: Literal["subscribe", "sms", "none"]


class MessageSent(MessageEvent):
    topic = "message.sent.v1"


class MessageFailed(MessageEvent):
    """`cause` is the gateway's code, for operators."""

    topic = "message.failed.v1"

    cause: str


class MessageUnknown(MessageEvent):
    """Handed to the gateway, fate unknown even after a look-up: never sent again."""

    topic = "message.unknown.v1"

    cause: str


class ApplicationLapsed(ApplicationEvent):
    topic = "application.lapsed.v1"

    reason: Reason


class ApplicationDelivered(ApplicationEvent):
    """Listed in a published bundle."""

    topic = "application.delivered.v1"

    bundle_id: UUID
    attempt: int
    revision: int
