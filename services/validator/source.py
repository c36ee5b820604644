"""What the uploaded file says of its past."""

import re
from dataclasses import dataclass, field
from io import BytesIO

from PIL import ExifTags, Image

from services.validator.interpolation import interpolation_trace

# Sum of the luminance table of ITU-T T.81 Annex K.1, which libjpeg takes as quality 50.
_ANNEX_K_SUM = 3688
_XMP_TOOL = re.compile(rb"(?:CreatorTool|softwareAgent)(?:=\"|>)([^\"<]{1,200})")
_PHOTOSHOP_VERSION = 0x0421  # of the 8BIM blocks the one that names its writer; phones leave others


@dataclass(frozen=True, slots=True)
class Source:
    """`quality`: libjpeg's 1-100, None where the file is no JPEG.

    `software`: every text in which programs leave their names. People write there too: it is never shown nor logged.
    `interpolation`: of its pixels, see interpolation.py; None where they were not looked at.
    """

    quality: int | None
    software: tuple[str, ...] = field(default=(), repr=False)
    interpolation: float | None = None


def read_source(original: bytes, pixels: Image.Image | None = None) -> Source:
    """`pixels`: the whole upload in RGB, where it was decoded. A header that cannot be read says nothing; the decoder
    has refused broken files before."""
    trace = None if pixels is None else interpolation_trace(pixels)
    try:
        with Image.open(BytesIO(original), formats=["JPEG", "PNG"]) as image:
            tables = getattr(image, "quantization", None) or {}
            return Source(quality_of(tables[0]) if 0 in tables else None, _software(image), trace)
    except Exception:  # Pillow raises whatever the broken bytes led it to
        return Source(None, interpolation=trace)


def _software(image: Image.Image) -> tuple[str, ...]:
    exif = image.getexif()
    texts = [exif.get(tag) for tag in (ExifTags.Base.Software, ExifTags.Base.ProcessingSoftware)]
    texts += [_comment(exif.get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.UserComment))]
    texts += [image.info.get(key) for key in ("comment", "Software", "Comment")]
    texts += _XMP_TOOL.findall(_bytes_of(image.info.get("xmp") or image.info.get("XML:com.adobe.xmp")))
    texts += [_bytes_of(image.info.get("photoshop", {}).get(_PHOTOSHOP_VERSION)).replace(b"\0", b"")]
    return tuple(filter(None, (_bytes_of(each).decode("utf-8", "replace").strip("\0 ") for each in texts)))


def _bytes_of(value: object) -> bytes:
    """Pillow reads what EXIF calls ASCII as Latin-1; Chinese apps write UTF-8 there."""
    return value if isinstance(value, bytes) else str(value or "").encode("latin-1", "ignore")


def _comment(value: object) -> bytes:
    """EXIF's UserComment begins with eight bytes that name its encoding; UTF-16 comes in either byte order."""
    encoding, text = _bytes_of(value)[:8], _bytes_of(value)[8:]
    if encoding == b"UNICODE\0":
        return " ".join(text.decode(order, "replace") for order in ("utf-16-le", "utf-16-be")).encode()
    return text


def quality_of(luminance: list[int]) -> int:
    """libjpeg scales Annex K by 5000/q % under quality 50 and by 200 - 2q % above it; other encoders' tables get the
    quality whose tables are as coarse."""
    percent = 100 * sum(luminance) / _ANNEX_K_SUM
    quality = 5000 / percent if percent > 100 else (200 - percent) / 2
    return round(min(max(quality, 1), 100))
