"""Pixels out of a file that may lie. A picture that stops in the middle is refused, whatever marker stands behind it.

libjpeg answers "premature end of data" with a warning that Pillow drops, and fills the rest with grey: half a face with
an end marker behind it was judged as a photo.
"""

import re
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageCms, ImageOps

from shared.pictures import CorruptPictureError, PictureHeader, inspect

SRGB = ImageCms.createProfile("sRGB")
_SEGMENT = re.compile(rb"\xff+([\xc0-\xfe])(..)", re.DOTALL)
_NEXT_SCAN = re.compile(rb"\xff\xda\x00")
_START_OF_FRAME = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # T.81 table B.1
_START_OF_SCAN = 0xDA
_END = b"\xff\xd9"
# What libjpeg's Huffman reader looks ahead; a picture that stops in the middle lacks far more.
_LOOK_AHEAD = bytes(16)
_COEFFICIENTS = frozenset(range(64))


@dataclass(frozen=True, slots=True)
class Decoded:
    """`image` is upright RGB, perhaps smaller than the header says; `icc_profile` is the file's, not yet applied."""

    image: Image.Image
    header: PictureHeader
    icc_profile: bytes | None


def decode(original: bytes, shrink: float = 1.0) -> Decoded:
    """Raises PictureError (shared/pictures.py).

    shrink: a JPEG may come 2, 4 or 8 times smaller, never more than `shrink` times; that decodes up to 6 times faster.
    """
    header = inspect(original)
    data = _without_its_end(original) if header.kind == "jpeg" else original
    try:
        with Image.open(BytesIO(data), formats=["JPEG", "PNG"]) as image:
            if shrink > 1:
                shrink = min(shrink, 8)
                image.draft("RGB", (int(image.width / shrink), int(image.height / shrink)))
            ImageOps.exif_transpose(image, in_place=True)
            upright, profile = _as_rgb(image)
            upright.load()
    except MemoryError:  # ours, not the file's: refusing it would be wrong
        raise
    except Exception as error:  # Pillow's decoders raise whatever the broken bytes led them to
        raise CorruptPictureError(f"the {header.kind} cannot be decoded: {type(error).__name__}") from error
    return Decoded(upright, header, profile)


def _as_rgb(image: Image.Image) -> tuple[Image.Image, bytes | None]:
    """And the profile that is still to be applied to it. What can be seen through is shown on white, as viewers do."""
    profile = image.info.get("icc_profile")
    if image.mode == "CMYK" and profile:  # printers' inks: without their profile another colour
        try:
            inks = ImageCms.ImageCmsProfile(BytesIO(profile))
            printed = ImageCms.profileToProfile(image, inks, SRGB, outputMode="RGB")
            return (printed, None) if printed else (image.convert("RGB"), None)
        except (ImageCms.PyCMSError, OSError):
            return image.convert("RGB"), None
    if image.has_transparency_data:
        seen = Image.new("RGBA", image.size, "white")
        seen.alpha_composite(image.convert("RGBA"))
        return seen.convert("RGB"), profile
    return image if image.mode == "RGB" else image.convert("RGB"), profile


def _without_its_end(jpeg: bytes) -> bytes:
    """The first picture of the file with no end marker, so that Pillow waits for what is missing and says so.

    Only a picture in one scan can be decoded without its end; of another, the scans must be complete.
    """
    components, scan = _first_scan(jpeg)
    end = jpeg.find(_END, scan)
    if jpeg[scan] == len(components) and not _is_refined(jpeg, scan):
        return jpeg[:end] + _LOOK_AHEAD
    _require_every_scan(jpeg[:end], components, scan)
    return jpeg


def _first_scan(jpeg: bytes) -> tuple[frozenset[int], int]:
    """The colour components' numbers, and where the first scan's header begins (its count of components)."""
    components: frozenset[int] = frozenset()
    place = 2
    while segment := _SEGMENT.match(jpeg, place):
        marker, body = segment[1][0], segment.end()
        length = int.from_bytes(segment[2], "big")
        if marker in _START_OF_FRAME:
            components = frozenset(jpeg[body + 6 : body + length - 2 : 3])
        if marker == _START_OF_SCAN:
            return components, body
        place = segment.end() - 2 + length
    raise CorruptPictureError("the JPEG has a header and no picture")


def _scan_script(jpeg: bytes, scan: int) -> tuple[bytes, int, int, int]:
    """Components, first and last coefficient, and the lowest bit sent, of the scan header at `scan` (T.81 B.2.3)."""
    count = jpeg[scan]
    first, last, bits = jpeg[scan + 1 + 2 * count : scan + 4 + 2 * count]
    return jpeg[scan + 1 : scan + 1 + 2 * count : 2], first, last, bits & 15


def _is_refined(jpeg: bytes, scan: int) -> bool:
    _, first, last, lowest_bit = _scan_script(jpeg, scan)
    return (first, last, lowest_bit) != (0, 63, 0)


def _require_every_scan(jpeg: bytes, components: frozenset[int], first_scan: int) -> None:
    """Every coefficient of every component to its last bit. What a cut within the last scan loses, nobody sees."""
    missing = {component: set(_COEFFICIENTS) for component in components}
    places = [first_scan, *(match.end() + 1 for match in _NEXT_SCAN.finditer(jpeg, first_scan))]
    for place in places:
        try:
            sent, first, last, lowest_bit = _scan_script(jpeg, place)
        except (IndexError, ValueError):
            break  # the header of a scan that was cut off
        for component in sent if lowest_bit == 0 else ():
            missing.get(component, set()).difference_update(range(first, last + 1))
    if any(missing.values()):
        raise CorruptPictureError(f"the JPEG ends after {len(places)} of its scans: it was cut off")
