"""Facts about what was said to the applicant."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from shared.events.event import ApplicationEvent
from shared.events.values import CodeMessage
from shared.sealed import Sealed


class MessageRequested(ApplicationEvent):
    """A one-time code is to be sent by SMS, unless `expires_at` has passed; its result names this fact."""

    topic = "message.requested.v1"

    message: Sealed[CodeMessage]
    expires_at: datetime


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
