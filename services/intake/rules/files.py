"""What is refused at the door before anybody judges the picture."""

from shared.campaign import DEVICES, SOURCES, Upload
from shared.events import Frame
from shared.reasons import Reason

RATIO_SLACK_PX = 2  # a frame on a phone is rounded to whole pixels


def refused_at_once(
    upload: Upload,
    kind: str,
    width_px: int,
    height_px: int,
    size_bytes: int,
    frame: Frame | None,
    source: str | None = None,
    device: str | None = None,
) -> Reason | None:
    """The sizes are of the upright picture. frame: None where processing is automatic. source: album or camera, device:
    phone, tablet or computer; each None where the client did not say."""
    if not _is_allowed(device, upload.devices, every=DEVICES):
        return Reason.UPLOAD_DEVICE
    if not _is_allowed(source, upload.sources, every=SOURCES):
        return Reason.UPLOAD_SOURCE
    if kind not in upload.types:
        return Reason.FILE_TYPE
    if size_bytes < upload.min_bytes:
        return Reason.FILE_TOO_SMALL
    if size_bytes > upload.max_bytes:
        return Reason.FILE_TOO_LARGE
    if width_px < upload.min_width_px or height_px < upload.min_height_px:
        return Reason.PIX_TOO_SMALL
    if upload.exact_pixels and (width_px, height_px) != (upload.min_width_px, upload.min_height_px):
        return Reason.PIX_TOO_LARGE
    if upload.only_3_to_4 and abs(height_px - width_px * 4 / 3) > RATIO_SLACK_PX:
        return Reason.PIX_RATIO
    return None if frame is None else _why_not_frame(frame, width_px, height_px, upload.min_width_px)


def _is_allowed(told: str | None, allowed: tuple[str, ...], every: tuple[str, ...]) -> bool:
    """A campaign that takes anything need not be told."""
    return told in allowed or (told is None and set(allowed) == set(every))


def is_automatic(processing: str) -> bool:
    """The student looks at a prepared picture before accepting it."""
    return processing != "frame_by_hand"


def _why_not_frame(frame: Frame, width_px: int, height_px: int, least_px: int) -> Reason | None:
    """What lies in the frame becomes the standard photo: pixels that are not there cannot be made (std 12)."""
    inside = (
        frame.x >= 0
        and frame.y >= 0
        and frame.x + frame.width <= width_px + RATIO_SLACK_PX
        and frame.y + frame.height <= height_px + RATIO_SLACK_PX
    )
    if not inside:
        return Reason.FRAME_OUTSIDE
    return Reason.PIX_TOO_SMALL if frame.width < least_px - RATIO_SLACK_PX else None
