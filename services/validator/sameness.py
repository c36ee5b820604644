"""Whether a picture, or a face, came before: a perceptual hash and a face descriptor of the standard photo.

    same = fingerprints(picture, portrait, face_model)   # once per judged photo, in the worker that judges
    is_same_picture(same.picture_hash, other.picture_hash)
    is_same_face(same.face, other.face)

Both answers are for an alarm that a person looks into. Neither may refuse a photo or hold an accepted one: the hash
says that a picture looks alike, and a refused picture in a better frame still does; the descriptor says that a face
does, and twins do too. A descriptor is biometric data: keep it as the photos are kept, never log it.
"""

from dataclasses import dataclass
from math import dist
from typing import Protocol

import cv2
import numpy as np

from services.validator.faces import Face, Pixels
from services.validator.portrait import Portrait

HASH_SIDE = 8  # of the low frequencies kept: 64 bits
SHRUNK_PX = 32
SEEN = 0.8  # side of the square hashed, of the face's width: no background; the eyes lie at 40 % of its height
# Bits that differ in 22 pictures of 16 people composed 460 times (2026-11-21): copies scaled and compressed differ by 4
# at most, cut up to 60 px away by 6 (p95 4), on another background by 14 (p95 4); other pictures of the same person and
# of other people (100,000 pairs) by 10 at least.
SAME_PICTURE_BITS = 4
# One picture in other frames, lights and backgrounds 0.14 at most, other pictures of the person from 0.28, strangers
# from 0.52; but three young women drawn by a network, alike and of a kind the model knows little, from 0.28.
SAME_FACE_DISTANCE = 0.25

Descriptor = tuple[float, ...]  # 128 numbers


class FaceModel(Protocol):
    """Gives a face 128 numbers that lie near each other for one person (services/validator/descriptor.py)."""

    def describe(self, picture: Pixels, face: Face) -> Descriptor: ...


@dataclass(frozen=True, slots=True)
class Sameness:
    """`picture_hash`: 64 bits, unsigned. `face` is None where nobody was found or no face model was brought."""

    picture_hash: int
    face: Descriptor | None


def fingerprints(picture: Pixels, portrait: Portrait | None, face_model: FaceModel | None = None) -> Sameness:
    """Of the standard photo, (640, 480, 3) BGR; 0.2 ms, and 80 ms more with a face model."""
    if portrait is None:
        return Sameness(picture_hash(picture), None)
    face = face_model.describe(picture, portrait.face) if face_model else None
    return Sameness(picture_hash(_face_square(portrait)), face)


def picture_hash(picture: Pixels) -> int:
    """The 64-bit perceptual hash of the low DCT frequencies (Zauner 2010), of a BGR or grey picture of any size.

    Five lines of OpenCV; the library for it, imagehash, would bring SciPy and PyWavelets.
    """
    grey = picture if picture.ndim == 2 else cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    shrunk = cv2.resize(grey, (SHRUNK_PX, SHRUNK_PX), interpolation=cv2.INTER_AREA)
    low = cv2.dct(shrunk.astype(np.float32))[:HASH_SIDE, :HASH_SIDE].ravel()
    return int.from_bytes(np.packbits(low > np.median(low)).tobytes(), "big")


def _face_square(portrait: Portrait) -> Pixels:
    """The hash of the whole photo would change with a cut of 12 px and with the background; the face does not."""
    side = SEEN * portrait.face_width_px
    middle = (portrait.eyes[0].iris[0] + portrait.eyes[1].iris[0]) / 2
    to_square = 2 * SHRUNK_PX
    step = side / to_square
    place = np.array([[step, 0, middle[0] - side / 2], [0, step, middle[1] - 0.4 * side]])
    left, top = (max(int(corner) - 4, 0) for corner in place[:, 2])
    around = portrait.grey[top : top + int(side) + 10, left : left + int(side) + 10]
    if not around.size:  # the eyes lie far beyond the picture's edge
        return portrait.picture
    place[:, 2] -= left, top
    smooth = cv2.blur(around, (5, 5))  # warpAffine samples four pixels only
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    square = cv2.warpAffine(smooth, place, (to_square, to_square), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(square, np.uint8)


def is_same_picture(one: int, other: int) -> bool:
    return (one ^ other).bit_count() <= SAME_PICTURE_BITS


def is_same_face(one: Descriptor | None, other: Descriptor | None) -> bool:
    """Never where one of the two is unknown."""
    return one is not None and other is not None and dist(one, other) <= SAME_FACE_DISTANCE
