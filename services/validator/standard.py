"""The standard photo: 480x640, 300 dpi, 24-bit JPEG of quality 60 or more, 20 to 40 KB where possible (std 12-16).

Only cut, scaled and re-encoded, never turned or mirrored (std 2); the EXIF orientation is applied, which restores the
truth, and every byte of metadata stays behind.
"""

from dataclasses import dataclass
from io import BytesIO

import cv2
import numpy as np
from PIL import Image, ImageCms

from services.validator.decode import SRGB, Decoded, decode
from services.validator.faces import Pixels
from services.validator.portrait import FRAME_HEIGHT_PX, FRAME_WIDTH_PX
from shared.events import Frame
from shared.pictures import PictureError, PictureHeader
from shared.reasons import Reason

DPI = 300
BYTES_MAX = 40 * 1024
QUALITY_MIN, QUALITY_MAX = 60, 95
# One row of blocks in five (0.2 ms) tells the size well enough that one or two tries are left of three.
QUALITY_SAMPLED, SAMPLED, BLOCK_PX = 82, 5, 16
HEADER_BYTES = 623  # with libjpeg's own Huffman tables
TWO_NEIGHBOURS = 1.5  # times smaller: up to here two pixels are all there is to average, which takes 0.4 ms, not 2.5
# The bytes of 127 portraits fall with the quantiser's step, which is in proportion to 100 - quality, to this power.
COARSENESS_TO_BYTES = 0.59
LEAST_ADDED = 0.65  # of what that says the next quality adds, some pictures need no more
_DENSITY, _PER_INCH = 13, b"\1"  # place of the unit in a JFIF file, and inches; then dots across and down


@dataclass(frozen=True, slots=True)
class StandardPhoto:
    """`quality` is 60 where even that is larger than 40 KB: the standard's size is "generally", its quality is not."""

    jpeg: bytes
    quality: int


class FrameOutsideError(PictureError):
    """The frame does not lie in the picture: the door asks (intake), but a file may lie about its size."""

    reason = Reason.FRAME_OUTSIDE


def cut(original: bytes, frame: Frame) -> tuple[Pixels, PictureHeader]:
    """The frame of the upright original as (640, 480, 3) BGR in sRGB, and the original's header.

    Raises PictureError (shared/pictures.py) for what cannot be decoded.
    """
    decoded = decoded_for(original, frame)
    return cut_from(decoded, frame), decoded.header


def decoded_for(original: bytes, frame: Frame) -> Decoded:
    """A large JPEG at the coarsest scale that still gives the frame twice the pixels it needs. Raises PictureError."""
    return decode(original, shrink=frame.width / (2 * FRAME_WIDTH_PX))


def cut_from(decoded: Decoded, frame: Frame) -> Pixels:
    """(640, 480, 3) BGR in sRGB; `frame` in pixels of the whole original. Raises FrameOutsideError."""
    upright = decoded.image
    scale = upright.width / decoded.header.width_px
    left, top = max(round(frame.x * scale), 0), max(round(frame.y * scale), 0)
    right = min(round((frame.x + frame.width) * scale), upright.width)
    bottom = min(round((frame.y + frame.height) * scale), upright.height)
    if right <= left or bottom <= top:
        size = f"{decoded.header.width_px} x {decoded.header.height_px} px"
        raise FrameOutsideError(f"the frame {frame.x},{frame.y},{frame.width} lies outside the picture of {size}")
    # By whole numbers first: OpenCV's INTER_AREA alone took 7 ms where the two take 2.
    times = max((right - left) // FRAME_WIDTH_PX, 1)
    framed = np.asarray(upright.reduce(times, (left, top, right, bottom)))
    return np.asarray(cv2.cvtColor(_in_srgb(_to_size(framed), decoded.icc_profile), cv2.COLOR_RGB2BGR), np.uint8)


def _to_size(framed: Pixels) -> Pixels:
    if framed.shape[:2] == (FRAME_HEIGHT_PX, FRAME_WIDTH_PX):
        return framed
    times = framed.shape[1] / FRAME_WIDTH_PX
    method = cv2.INTER_CUBIC if times < 1 else cv2.INTER_LINEAR if times < TWO_NEIGHBOURS else cv2.INTER_AREA
    return np.asarray(cv2.resize(framed, (FRAME_WIDTH_PX, FRAME_HEIGHT_PX), interpolation=method), np.uint8)


def encode(picture: Pixels) -> StandardPhoto:
    """The highest quality that fits 40 KB; (640, 480, 3) BGR.

    With Huffman tables of its own each try would take 1.8 ms instead of 0.7, for a quality that is the same or higher
    by 1 in five portraits of six.
    """
    tried: dict[int, bytes] = {}
    fits, too_large = QUALITY_MIN - 1, QUALITY_MAX + 1
    quality = _that_fills(_bytes_by_sample(picture), QUALITY_SAMPLED)
    while too_large - fits > 1 and not _is_full(len(tried.get(fits, b"")), fits):
        quality = min(max(quality, fits + 1), too_large - 1)
        tried[quality] = _jpeg(picture, quality)
        if len(tried[quality]) <= BYTES_MAX:
            fits = quality
        else:
            too_large = quality
        quality = _that_fills(len(tried[quality]), quality)
    best = max(fits, QUALITY_MIN)
    return StandardPhoto(tried[best], best)


def _is_full(size: int, quality: int) -> bool:
    """No room for what the next quality adds: 1.5 % at 60, 3.3 % at 82, 6 % at 90."""
    return size * (1 + LEAST_ADDED * COARSENESS_TO_BYTES / (100 - quality)) > BYTES_MAX


def _bytes_by_sample(picture: Pixels) -> int:
    """What the picture will take, from every fifth row of its blocks."""
    rows = picture.reshape(-1, BLOCK_PX, *picture.shape[1:])[SAMPLED // 2 :: SAMPLED]
    sample = _jpeg(rows.reshape(-1, *picture.shape[1:]), QUALITY_SAMPLED)
    return HEADER_BYTES + SAMPLED * (len(sample) - HEADER_BYTES)


def _that_fills(size: int, quality: int) -> int:
    """The quality at which a picture of `size` bytes at `quality` has 40 KB."""
    coarser: float = (size / BYTES_MAX) ** (1 / COARSENESS_TO_BYTES)
    return round(100 - (100 - quality) * coarser - 0.35)


def _jpeg(picture: Pixels, quality: int) -> bytes:
    """By OpenCV, which takes 0.7 ms where Pillow takes 1.2, but knows no dpi: JFIF (T.871, 10.1) has them here."""
    jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()
    return jpeg[:_DENSITY] + _PER_INCH + 2 * DPI.to_bytes(2) + jpeg[_DENSITY + 5 :]


def _in_srgb(picture: Pixels, profile: bytes | None) -> Pixels:
    """Phones save Display P3: read as sRGB its standard blue is another blue."""
    if not profile:
        return picture
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        converted = ImageCms.profileToProfile(Image.fromarray(picture), source, SRGB, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError):  # a broken or grey profile says nothing about these pixels
        return picture
    return picture if converted is None else np.asarray(converted)
