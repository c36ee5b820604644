"""Facts about the whole case."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from shared.events.event import ApplicationEvent
from shared.reasons import Reason


class ApplicationWithdrawn(ApplicationEvent):
    """The student ends it: nothing has an effect on it any more but money, which goes back by policy."""

    topic = "application.withdrawn.v1"


class ApplicationLapsed(ApplicationEvent):
    topic = "application.lapsed.v1"

    reason: Reason


class ApplicationDelivered(ApplicationEvent):
    """Listed in a published bundle."""

    topic = "application.delivered.v1"

    bundle_id: UUID
    attempt: int
    revision: int


class ApplicationBounced(ApplicationEvent):
    """The school or CHSI did not take the delivered photo: a new one is asked for, without a fee."""

    topic = "application.bounced.v1"

    attempt: int
    revision: int
    codes: Annotated[tuple[Reason, ...], Field(min_length=1)]
    resubmit_by: datetime


class ErasureRequested(ApplicationEvent):
    """Everything about the person goes, in every service; what the law keeps is named in the answer.

    `delivered`: the photo is with the school and the fee is earned, whoever forgets whom.
    """

    topic = "erasure.requested.v1"

    cause: Literal["student", "retention"]
    delivered: bool = False


class ErasureCompleted(ApplicationEvent):
    """`kept`: what stays, and why, in words; empty: nothing."""

    topic = "erasure.completed.v1"

    service: str
    kept: tuple[str, ...] = ()
    kept_until: datetime | None = None
