"""Facts about a photo."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from shared.events.event import ApplicationEvent
from shared.events.values import Frame
from shared.reasons import Reason


class PhotoUploaded(ApplicationEvent):
    """Where processing is automatic: a picture to be cropped; no attempt is counted before the student accepts."""

    topic = "photo.uploaded.v1"

    photo_id: UUID
    original_key: str
    sha256: str


class PhotoPrepared(ApplicationEvent):
    """The standard photo as the student would hand it in; `frame` is where it was cut from the original."""

    topic = "photo.prepared.v1"

    photo_id: UUID
    prepared_key: str
    frame: Frame


class PhotoUnprepared(ApplicationEvent):
    """No standard photo could be made of it, for these reasons; the student takes another."""

    topic = "photo.unprepared.v1"

    photo_id: UUID
    codes: Annotated[tuple[Reason, ...], Field(min_length=1)]


class PhotoEvent(ApplicationEvent):
    photo_id: UUID
    attempt: int  # counted by intake, from 1


class PhotoSubmitted(PhotoEvent):
    """The student's acceptance: this picture, in this frame, is to be judged.

    `prepared_key`: the processed picture the student saw. `charged_attempt` counts, from 1, the attempts that may cost
    a fee: one that follows a bounce or a withdrawal does not.
    """

    topic = "photo.submitted.v1"

    original_key: str
    sha256: str
    frame: Frame
    follows: Literal["first", "refusal", "bounce", "withdrawal"]
    prepared_key: str | None = None
    charged_attempt: int = 1


class PhotoWithdrawn(PhotoEvent):
    """The student takes an undecided photo back and may upload another."""

    topic = "photo.withdrawn.v1"


class PhotoAppealed(PhotoEvent):
    """The student asks for a person to look at what the judge refused."""

    topic = "photo.appealed.v1"

    revision: int


class PhotoQueued(PhotoEvent):
    """Its turn has come: the judges' work queue, and what autoscaling watches."""

    topic = "photo.queued.v1"

    original_key: str
    sha256: str
    frame: Frame
    prepared_key: str | None = None


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


class PhotoRevoked(PhotoVerdict):
    """An accepted photo taken back after the technical check. `banned`: no collection this term (the campaign's)."""

    topic = "photo.revoked.v1"

    codes: Annotated[tuple[Reason, ...], Field(min_length=1)]
    banned: bool


class ResubmissionDue(ApplicationEvent):
    """A refused photo has not been replaced at the advised date; after `resubmit_by` the application lapses."""

    topic = "resubmission.due.v1"

    attempt: int
    resubmit_by: datetime | None
