"""What a picture file says about itself, read from its header without touching a pixel.

Intake asks at the door and the judge asks again before it decodes: a 380 kB PNG of 20,000 x 20,000 pixels
cost 2.7 GB and 5.4 s when it was decoded first.
"""

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image

from shared.reasons import Reason

PIXELS_MAX = 50_000_000  # the largest phone sensors in use deliver 50 MP
SIDE_MAX_PX = 12_000

# Ours is the cap (above); Pillow's own would warn at 89 MP and raise at 179 MP.
Image.MAX_IMAGE_PIXELS = None

_MAGIC = {b"\xff\xd8\xff": "jpeg", b"\x89PNG\r\n\x1a\n": "png"}
_JPEG_END = b"\xff\xd9"
_EXIF_ORIENTATION = 0x0112
_SIDEWAYS = frozenset({5, 6, 7, 8})


class PictureError(ValueError):
    """A file that cannot be taken as a photo; `reason` is what the student is told."""

    reason: Reason


class NotAPictureError(PictureError):
    """The first bytes are those of no picture format that we read."""

    reason = Reason.FILE_TYPE


class CorruptPictureError(PictureError):
    """The header cannot be read, or the file ends before its picture does."""

    reason = Reason.FILE_CORRUPT


class PictureTooLargeError(PictureError):
    """More pixels than any camera delivers: a bomb, or a scan of a wall."""

    reason = Reason.PIX_TOO_LARGE


@dataclass(frozen=True, slots=True)
class PictureHeader:
    """A picture's size as it is shown, after its EXIF orientation was applied."""

    kind: str  # "jpeg" | "png"
    mode: str  # Pillow's word: "RGB", "L" (grey), "CMYK", "P", "RGBA" …
    width_px: int
    height_px: int

    @property
    def is_colour(self) -> bool:
        return self.mode not in {"1", "L", "LA", "I", "I;16", "F"}


def inspect(picture: bytes | Path) -> PictureHeader:
    """Read the header of a picture file, in less than a millisecond for any size of picture.

    Raises NotAPictureError (unknown first bytes), CorruptPictureError (broken header, or cut off),
    PictureTooLargeError (over 50 MP or 12,000 px a side).
    """
    data = picture.read_bytes() if isinstance(picture, Path) else picture
    kind = next((kind for magic, kind in _MAGIC.items() if data.startswith(magic)), None)
    if kind is None:
        begins = f"begins with {data[:8].hex(' ')}, which is neither JPEG nor PNG" if data else "is empty"
        raise NotAPictureError(f"the file {begins}")
    stream = BytesIO(data)
    try:
        with Image.open(stream, formats=[kind.upper()]) as image:
            width_px, height_px = image.size
            _refuse_too_large(width_px, height_px)
            if kind == "jpeg":
                _refuse_cut_off(data, from_byte=stream.tell())
            if _orientation(image) in _SIDEWAYS:
                width_px, height_px = height_px, width_px
            return PictureHeader(kind, image.mode, width_px, height_px)
    except PictureError:
        raise
    except Exception as error:  # Pillow's readers raise whatever the broken bytes led them to
        raise CorruptPictureError(f"the {kind} header cannot be read: {type(error).__name__}") from error


def _refuse_too_large(width_px: int, height_px: int) -> None:
    if width_px * height_px > PIXELS_MAX or max(width_px, height_px) > SIDE_MAX_PX:
        raise PictureTooLargeError(
            f"{width_px} x {height_px} px is more than {PIXELS_MAX:,} px or {SIDE_MAX_PX:,} px a side"
        )


def _refuse_cut_off(data: bytes, from_byte: int) -> None:
    # Inside the coded picture 0xFF is always followed by 0x00 or a restart marker, so the first end marker
    # after the header is the picture's own; phones append more (depth maps, videos) behind it.
    if data.find(_JPEG_END, from_byte) < 0:
        raise CorruptPictureError(f"the JPEG has no end marker within its {len(data):,} bytes: it was cut off")


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(_EXIF_ORIENTATION, 1))
    except Exception:  # a broken EXIF block is no reason to refuse a good picture
        return 1
