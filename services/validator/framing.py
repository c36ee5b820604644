"""The automatic crop: finds the head in the whole picture, measures it, frames it by the standard. Never turns it."""

import numpy as np

from services.validator.crop import Head, centred_frame, why_no_frame
from services.validator.decode import decode
from services.validator.faces import CHIN, EYE_CORNERS_LEFT, EYE_CORNERS_RIGHT, Face, FaceModels, Halves, Pixels
from services.validator.hairline import RATIO
from services.validator.portrait import FACE_CERTAINTY_MIN, FRAME_WIDTH_PX, centre_x_px, face_width_px, look
from services.validator.standard import cut_from
from shared.campaign import PhotoProfile
from shared.events import Frame
from shared.pictures import PictureHeader, inspect
from shared.reasons import Reason

SHARE_OF_OTHERS = 0.5  # a face half as large as the largest may be the one that is meant


class CannotFrame(Exception):
    """No frame can be chosen for this picture; `reason` is what the student is told."""

    def __init__(self, reason: Reason, why: str) -> None:
        super().__init__(why)
        self.reason = reason


def framed_by_itself(original: bytes, profile: PhotoProfile, models: FaceModels) -> Frame:
    """The 3:4 frame, in pixels of the upright original, that keeps the profile's ranges.

    Measured twice: roughly in the whole picture, then as exactly as the judge does in the frame that came of it.
    Raises CannotFrame, and PictureError (shared/pictures.py) for what cannot be decoded.
    """
    header = inspect(original)
    decoded = decode(original, shrink=min(header.width_px, header.height_px) / (2 * FRAME_WIDTH_PX))
    picture = np.ascontiguousarray(np.asarray(decoded.image)[:, :, ::-1])
    rough = _head_in(picture, header.width_px / picture.shape[1], models)
    first = _frame_of(rough, header, profile)
    portrait = look(cut_from(decoded, first), models)
    if portrait is None:
        raise CannotFrame(Reason.FACE_NONE, "the face that was seen in the whole picture is none in its frame")
    hairline_px = portrait.hairline.px
    width_px, middle_px = portrait.face_width_px, portrait.centre_x_px
    return _frame_of(Head.seen_in(first, portrait.eye_line_px, hairline_px, width_px, middle_px), header, profile)


def _frame_of(head: Head, header: PictureHeader, profile: PhotoProfile) -> Frame:
    frame = centred_frame(head, header.width_px, header.height_px, profile)
    if frame is None:
        size = f"{header.width_px} x {header.height_px} px"
        reason = why_no_frame(head, header.width_px, header.height_px, profile)
        raise CannotFrame(reason, f"no frame within {size} brings {head} into the profile's ranges")
    return frame


def _head_in(picture: Pixels, scale: float, models: FaceModels) -> Head:
    """`scale`: pixels of the original for each of the picture."""
    halves = Halves(picture)
    faces = [face for face in models.find(halves) if face.certainty >= FACE_CERTAINTY_MIN]
    if not faces:
        raise CannotFrame(Reason.FACE_NONE, "no face in the whole picture")
    largest, *others = faces
    if others and others[0].height_px > SHARE_OF_OTHERS * largest.height_px:
        raise CannotFrame(Reason.FACE_MULTI, f"{len(faces)} faces: which is meant?")
    face = models.refine(halves, largest)
    eye_line = _eye_line_px(face)
    hairline = eye_line - RATIO * (float(face.points[CHIN, 1]) - eye_line)
    return Head(eye_line * scale, hairline * scale, face_width_px(face) * scale, centre_x_px(face) * scale)


def _eye_line_px(face: Face) -> float:
    """From the corners, 0.4 px less true than the irises."""
    return float(face.points[[*EYE_CORNERS_LEFT, *EYE_CORNERS_RIGHT], 1].mean())
