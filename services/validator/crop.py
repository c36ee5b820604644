"""Where to cut: the frame that brings a head into the standard's ranges, by moving and scaling alone. Pure geometry."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from services.validator.portrait import FRAME_HEIGHT_PX, FRAME_WIDTH_PX
from shared.campaign import PhotoProfile
from shared.events import Frame
from shared.reasons import Reason


@dataclass(frozen=True, slots=True)
class Head:
    """In pixels of the upright original: two rows, the face's width between the cheeks, the column of its middle."""

    eye_line_px: float
    hairline_px: float
    face_width_px: float
    centre_x_px: float

    @classmethod
    def seen_in(
        cls, frame: Frame, eye_line_px: float, hairline_px: float, width_px: float, centre_x_px: float
    ) -> "Head":
        """From what was measured in a frame that was cut to 480x640."""
        scale = frame.width / FRAME_WIDTH_PX
        return cls(
            frame.y + eye_line_px * scale,
            frame.y + hairline_px * scale,
            width_px * scale,
            frame.x + centre_x_px * scale,
        )


def centred_frame(head: Head, width_px: int, height_px: int, profile: PhotoProfile) -> Frame | None:
    """The frame in which hairline, eyes, width and middle lie as far inside the profile's ranges as they can.

    width_px, height_px: of the upright original, which the frame must not leave. None where no frame keeps every
    range: the head too near an edge, or of proportions that the ranges do not allow.
    """
    frames = list(_frames(head, width_px, height_px, profile))
    best = max(frames, key=lambda frame: _slack(head, frame, profile), default=None)
    return best if best and _slack(head, best, profile) >= 0 else None


def _frames(head: Head, width_px: int, height_px: int, profile: PhotoProfile) -> Iterator[Frame]:
    """One frame for each whole pixel of face width that is allowed: the best row for it, as far as the picture goes."""
    low, high = profile.face_width_px
    for face_width_px in range(low, high + 1):
        scale = head.face_width_px / face_width_px  # original pixels for each of the standard photo
        frame_width = int(FRAME_WIDTH_PX * scale)
        rows = (
            head.hairline_px - scale * np.mean(profile.hairline_px),
            head.eye_line_px - scale * np.mean(profile.eye_line_px),
        )
        room_x, room_y = width_px - frame_width, height_px - int(FRAME_HEIGHT_PX * scale) - 1
        if room_x < 0 or room_y < 0:
            continue
        x, y = head.centre_x_px - frame_width / 2, float(np.mean(rows))
        yield Frame(x=round(min(max(x, 0), room_x)), y=round(min(max(y, 0), room_y)), width=frame_width)


def why_no_frame(head: Head, width_px: int, height_px: int, profile: PhotoProfile) -> Reason:
    """Which range the best frame misses most: what the student is to mend."""
    frames = _frames(head, width_px, height_px, profile)
    best = max(frames, key=lambda frame: _slack(head, frame, profile), default=None)
    if best is None:  # the head fills the picture
        return Reason.GEO_FACE_WIDTH
    slacks = _slacks(head, best, profile)
    return min(slacks, key=slacks.__getitem__)


def _slack(head: Head, frame: Frame, profile: PhotoProfile) -> float:
    """How far inside its range the worst of the four lies: 1 in the middle, 0 at a limit, less outside."""
    return min(_slacks(head, frame, profile).values())


def _slacks(head: Head, frame: Frame, profile: PhotoProfile) -> dict[Reason, float]:
    scale = FRAME_WIDTH_PX / frame.width
    offset = profile.centre_offset_px
    measures = {
        Reason.GEO_HAIRLINE: ((head.hairline_px - frame.y) * scale, profile.hairline_px),
        Reason.GEO_EYES: ((head.eye_line_px - frame.y) * scale, profile.eye_line_px),
        Reason.GEO_FACE_WIDTH: (head.face_width_px * scale, profile.face_width_px),
        Reason.GEO_CENTER: ((head.centre_x_px - frame.x) * scale - FRAME_WIDTH_PX / 2, (-offset, offset)),
    }
    return {
        reason: 1 - abs(2 * value - low - high) / max(high - low, 1)
        for reason, (value, (low, high)) in measures.items()
    }
