"""Facts about who the applicant is."""

from uuid import UUID

from shared.events.event import ApplicationEvent
from shared.events.values import Contact, Entry, Grant, IdCard, Identity
from shared.reasons import Reason
from shared.sealed import Sealed


class ContactChanged(ApplicationEvent):
    topic = "contact.changed.v1"

    revision: int
    contact: Sealed[Contact]
    grants: tuple[Grant, ...] = ()


class IdCardUploaded(ApplicationEvent):
    """A picture of a document waits to be read; it is deleted within minutes. `reading` is counted by intake."""

    topic = "idcard.uploaded.v1"

    reading: int
    object_key: str


class IdCardRead(ApplicationEvent):
    topic = "idcard.read.v1"

    reading: int
    card: Sealed[IdCard]


class IdCardRefused(ApplicationEvent):
    topic = "idcard.refused.v1"

    reading: int
    reason: Reason


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


class IdentityReferred(ApplicationEvent):
    """The number is on the roster but something differs: a person compares."""

    topic = "identity.referred.v1"

    submission: int
    reason: Reason


class IdentityConfirmed(ApplicationEvent):
    topic = "identity.confirmed.v1"

    entry_id: UUID
    entry: Sealed[Entry]
