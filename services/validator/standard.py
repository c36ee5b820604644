"""The standard photo: 480x640, 300 dpi, 24-bit JPEG of quality 60 or more, 20 to 40 KB where possible (std 12-16).

Only cut, scaled and re-encoded, never turned or mirrored (std 2); the EXIF orientation is applied, which restores the
truth, and every byte of metadata stays behind.
"""

from dataclasses import dataclass
from io import BytesIO

import cv2
import numpy as np
from PIL import Image, ImageCms, ImageOps

from services.validator.faces import Pixels
from services.validator.portrait import FRAME_HEIGHT_PX, FRAME_WIDTH_PX
from shared.events import Frame
from shared.pictures import CorruptPictureError, PictureHeader, inspect

DPI = 300
BYTES_MAX = 40 * 1024
QUALITY_MIN, QUALITY_MAX = 60, 95
_SRGB = ImageCms.createProfile("sRGB")


@dataclass(frozen=True, slots=True)
class StandardPhoto:
    """`quality` is 60 where even that is larger than 40 KB: the standard's size is "generally", its quality is not."""

    jpeg: bytes
    quality: int


def cut(original: bytes, frame: Frame) -> tuple[Pixels, PictureHeader]:
    """The frame of the upright original as (640, 480, 3) BGR in sRGB, and the original's header.

    A large JPEG is decoded at the coarsest scale that still gives the frame twice the pixels it needs.
    Raises PictureError (shared/pictures.py) for what cannot be decoded.
    """
    header = inspect(original)
    try:
        with Image.open(BytesIO(original), formats=["JPEG", "PNG"]) as image:
            shrink = min(frame.width / (2 * FRAME_WIDTH_PX), 8)
            image.draft("RGB", (int(image.width / shrink), int(image.height / shrink)))
            profile = image.info.get("icc_profile")
            upright = ImageOps.exif_transpose(image).convert("RGB")
    except Exception as error:  # Pillow's decoders raise whatever the broken bytes led them to
        raise CorruptPictureError(f"the {header.kind} cannot be decoded: {type(error).__name__}") from error
    scale = upright.width / header.width_px
    left, top = round(frame.x * scale), round(frame.y * scale)
    right, bottom = round((frame.x + frame.width) * scale), round((frame.y + frame.height) * scale)
    framed = np.asarray(upright)[max(top, 0) : bottom, max(left, 0) : right]
    smaller = framed.shape[1] >= FRAME_WIDTH_PX
    method = cv2.INTER_AREA if smaller else cv2.INTER_CUBIC
    scaled = np.asarray(cv2.resize(framed, (FRAME_WIDTH_PX, FRAME_HEIGHT_PX), interpolation=method), np.uint8)
    return np.ascontiguousarray(_in_srgb(scaled, profile)[:, :, ::-1]), header


def encode(picture: Pixels) -> StandardPhoto:
    """The highest quality that fits 40 KB, found in five tries; (640, 480, 3) BGR."""
    image = Image.fromarray(picture[:, :, ::-1])
    low, high = QUALITY_MIN, QUALITY_MAX
    best = StandardPhoto(_jpeg(image, QUALITY_MIN), QUALITY_MIN)
    while low < high:
        quality = (low + high + 1) // 2
        jpeg = _jpeg(image, quality)
        if len(jpeg) <= BYTES_MAX:
            low, best = quality, StandardPhoto(jpeg, quality)
        else:
            high = quality - 1
    return best


def _jpeg(image: Image.Image, quality: int) -> bytes:
    file = BytesIO()
    image.save(file, "JPEG", quality=quality, dpi=(DPI, DPI), optimize=True)
    return file.getvalue()


def _in_srgb(picture: Pixels, profile: bytes | None) -> Pixels:
    """Phones save Display P3: read as sRGB its standard blue is another blue."""
    if not profile:
        return picture
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        converted = ImageCms.profileToProfile(Image.fromarray(picture), source, _SRGB, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError):  # a broken or grey profile says nothing about these pixels
        return picture
    return picture if converted is None else np.asarray(converted)
