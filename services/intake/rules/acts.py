"""What the student's own act changes; the doors were asked before."""

from typing import Literal
from uuid import UUID

from services.intake.rules.application import Application, Ending, IdentityRegion
from services.intake.rules.photo import PhotoRegion, Preparation
from services.intake.rules.rows import PhotoState
from shared.reasons import Reason

Cause = Literal["student", "retention"]


def with_upload(photo: PhotoRegion, photo_id: UUID, sha256: str, original_key: str) -> PhotoRegion:
    """Processing is automatic: the picture waits to be prepared, what was decided before stays."""
    preparation = Preparation(photo_id=photo_id, sha256=sha256, original_key=original_key)
    return photo.model_copy(update={"preparation": preparation})


def with_attempt(
    photo: PhotoRegion, photo_id: UUID, sha256: str, original_key: str, prepared_key: str | None = None
) -> PhotoRegion:
    """The next attempt, and the only one that counts from now on."""
    return PhotoRegion(
        state=PhotoState.CHECKING,
        photo_id=photo_id,
        attempt=photo.attempt + 1,
        charged_attempt=photo.next_charged_attempt,
        sha256=sha256,
        original_key=original_key,
        prepared_key=prepared_key,
    )


def with_retake(photo: PhotoRegion) -> PhotoRegion:
    return photo.model_copy(update={"preparation": None})


def taken_back(photo: PhotoRegion) -> PhotoRegion:
    """The attempt stays counted, and its photo known."""
    gone = {"is_taken_back": True, "codes": (), "standard_key": None, "overlay_key": None}
    return photo.model_copy(update={"state": PhotoState.NONE, **gone})


def with_appeal(photo: PhotoRegion) -> PhotoRegion:
    """No deadline runs while a person looks; the decision brings a new one."""
    waiting = {
        "state": PhotoState.CHECKING,
        "appealed": True,
        "is_taken_back": False,
        "codes": (),
        "resubmit_by": None,
        "advised_by": None,
    }
    return photo.model_copy(update=waiting)


def with_request(application: Application, request_id: UUID) -> Application:
    """The order that was asked for last: only payment's answer to this one is shown."""
    money = application.money.model_copy(update={"requested": request_id, "refusal": None})
    return application.model_copy(update={"money": money})


def with_withdrawal(application: Application) -> Application:
    return _ended(application, {"withdrawn": True})


def with_lapse(application: Application, reason: Reason) -> Application:
    return _ended(application, {"lapsed": reason})


def with_erasure(application: Application, cause: Cause) -> Application:
    """What is left is a tombstone: where it stood, how often, and the numbers of its orders."""
    identity = IdentityRegion(state=application.identity.state, submission=application.identity.submission)
    photo = application.photo.model_copy(
        update=dict.fromkeys(("sha256", "original_key", "prepared_key", "standard_key", "overlay_key", "preparation"))
    )
    stripped = {
        "identity": identity.model_copy(update={"entry_id": application.identity.entry_id}),
        "photo": photo,
        "money": application.money.model_copy(update={"prepared": None}),
        "has_phone": False,
        "grants": 0,
    }
    return _ended(application.model_copy(update=stripped), {"erasure": cause})


def _ended(application: Application, how: dict[str, object]) -> Application:
    ending: Ending = application.ending.model_copy(update=how)
    return application.model_copy(update={"ending": ending})
