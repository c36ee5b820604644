"""The photo's region: the attempt that counts, and beside it a picture that may become the next."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from services.intake.rules.rows import PhotoState
from shared.events import Frame, Value
from shared.reasons import Reason

Place = tuple[int, int]  # a photo's (attempt, revision)
Follows = Literal["first", "refusal", "bounce", "withdrawal"]


class Preparation(Value):
    """A picture being cropped where processing is automatic. What was decided before stays as it is until the student
    accepts the result."""

    state: PhotoState = PhotoState.PREPARING
    photo_id: UUID
    sha256: str
    original_key: str
    prepared_key: str | None = None
    frame: Frame | None = None
    codes: tuple[Reason, ...] = ()


class PhotoRegion(Value):
    """The newest attempt. `charged_attempt` counts those that may cost a fee; `revision` is of the last verdict.

    is_taken_back: by the student. Only a decision that was made before the validator heard of it still counts.
    revoked: the furthest that was; perhaps an attempt before this one.
    """

    state: PhotoState = PhotoState.NONE
    photo_id: UUID | None = None
    attempt: int = 0
    charged_attempt: int = 0
    revision: int = 0
    sha256: str | None = None
    decided_by: Literal["judge", "person"] | None = None
    appealed: bool = False
    is_taken_back: bool = False
    bounced: bool = False
    revoked: Place = (0, 0)
    banned: bool = False
    codes: tuple[Reason, ...] = ()
    resubmit_by: datetime | None = None
    advised_by: datetime | None = None
    original_key: str | None = None
    prepared_key: str | None = None
    standard_key: str | None = None
    overlay_key: str | None = None
    preparation: Preparation | None = None

    @property
    def pending(self) -> Preparation | None:
        """The picture that may become the next attempt. None may while the last one is undecided or was accepted: that
        decision can arrive after the photo was taken back and another one uploaded."""
        return self.preparation if self.state in (PhotoState.NONE, PhotoState.REFUSED) else None

    @property
    def shown(self) -> PhotoState:
        """The state the student sees: of the pending picture, while there is one."""
        return self.pending.state if self.pending else self.state

    @property
    def follows(self) -> Follows:
        """What the next attempt would follow."""
        if self.attempt == 0:
            return "first"
        if self.state is PhotoState.NONE:
            return "withdrawal"
        return "bounce" if self.bounced else "refusal"

    @property
    def next_charged_attempt(self) -> int:
        """A bounce or a withdrawal never costs."""
        return self.charged_attempt + (self.follows in ("first", "refusal"))
