"""What the upload's header says of it, without its pixels."""

from dataclasses import dataclass
from io import BytesIO

from PIL import Image

# Sum of the luminance table of ITU-T T.81 Annex K.1, which libjpeg takes as quality 50.
_ANNEX_K_SUM = 3688


@dataclass(frozen=True, slots=True)
class Source:
    """`quality`: libjpeg's 1-100, None where the file is no JPEG."""

    quality: int | None


def read_source(original: bytes) -> Source:
    """A header that cannot be read says nothing; the decoder has refused broken files before."""
    try:
        with Image.open(BytesIO(original), formats=["JPEG", "PNG"]) as image:
            tables = getattr(image, "quantization", None) or {}
            return Source(quality_of(tables[0]) if 0 in tables else None)
    except Exception:  # Pillow raises whatever the broken bytes led it to
        return Source(None)


def quality_of(luminance: list[int]) -> int:
    """libjpeg scales Annex K by 5000/q % under quality 50 and by 200 - 2q % above it; other encoders' tables get the
    quality whose tables are as coarse."""
    percent = 100 * sum(luminance) / _ANNEX_K_SUM
    quality = 5000 / percent if percent > 100 else (200 - percent) / 2
    return round(min(max(quality, 1), 100))
