import io
import tracemalloc
import zipfile
import zlib
from contextlib import suppress
from pathlib import Path
from time import perf_counter

import numpy as np
import pytest
from PIL import Image

from shared.pictures import CorruptPictureError, NotAPictureError, PictureTooLargeError, inspect
from shared.reasons import Reason


def picture(kind: str, size: tuple[int, int] = (60, 80), mode: str = "RGB", orientation: int = 1) -> bytes:
    file = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = orientation
    noise = np.random.default_rng(0).integers(0, 255, (size[1], size[0], 3), np.uint8)
    Image.fromarray(noise).convert(mode).save(file, kind, exif=exif)
    return file.getvalue()


def bomb(side: int) -> bytes:
    """A PNG whose header promises side x side pixels, in a few hundred bytes."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return len(body).to_bytes(4) + name + body + zlib.crc32(name + body).to_bytes(4)

    header = side.to_bytes(4) + side.to_bytes(4) + bytes([8, 2, 0, 0, 0])
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize(("kind", "name"), [("JPEG", "jpeg"), ("PNG", "png")])
def test_a_picture_says_its_kind_and_size(kind: str, name: str) -> None:
    header = inspect(picture(kind))
    assert (header.kind, header.width_px, header.height_px, header.is_colour) == (name, 60, 80, True)


def test_a_file_is_read_like_its_bytes(tmp_path: Path) -> None:
    (tmp_path / "photo").write_bytes(picture("JPEG"))
    assert inspect(tmp_path / "photo") == inspect(picture("JPEG"))


def test_a_phones_sideways_picture_has_the_size_that_is_shown() -> None:
    header = inspect(picture("JPEG", orientation=6))
    assert (header.width_px, header.height_px) == (80, 60)


def test_a_grey_picture_is_not_a_colour_photo() -> None:
    assert not inspect(picture("JPEG", mode="L")).is_colour


@pytest.mark.parametrize("data", [b"", b"\xff", b"GIF89a......", b"%PDF-1.7", b"\x00" * 100])
def test_another_kind_of_file_is_no_picture(data: bytes) -> None:
    with pytest.raises(NotAPictureError) as refused:
        inspect(data)
    assert refused.value.reason is Reason.FILE_TYPE


def test_an_archive_named_jpg_is_no_picture() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("photo.jpg", picture("JPEG"))
    with pytest.raises(NotAPictureError):
        inspect(file.getvalue())


def test_a_bomb_is_refused_at_once_and_without_its_pixels() -> None:
    data = bomb(20_000)
    inspect(picture("PNG"))  # Pillow loads its plugins at the first picture
    tracemalloc.start()
    started = perf_counter()
    with pytest.raises(PictureTooLargeError) as refused:
        inspect(data)
    took, (_, peak_bytes) = perf_counter() - started, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert refused.value.reason is Reason.PIX_TOO_LARGE
    assert took < 0.05
    assert peak_bytes < 2**20


@pytest.mark.parametrize("kept", [0.02, 0.3, 0.6, 0.99])
def test_a_picture_that_was_cut_off_is_corrupt(kept: float) -> None:
    data = picture("JPEG", (300, 400))
    with pytest.raises(CorruptPictureError) as refused:
        inspect(data[: int(len(data) * kept)])
    assert refused.value.reason is Reason.FILE_CORRUPT


def test_what_a_phone_appends_behind_the_picture_does_no_harm() -> None:
    assert inspect(picture("JPEG") + b"a depth map").kind == "jpeg"


def test_a_broken_exif_block_is_no_reason_to_refuse() -> None:
    data = picture("JPEG", orientation=6)
    broken = data.replace(b"Exif\x00\x00MM", b"Exif\x00\x00??", 1).replace(b"Exif\x00\x00II", b"Exif\x00\x00??", 1)
    assert broken != data
    assert inspect(broken).kind == "jpeg"


def test_no_flipped_byte_raises_anything_else() -> None:
    random = np.random.default_rng(1)
    for kind in ("JPEG", "PNG"):
        whole = picture(kind)
        for _ in range(300):
            data = bytearray(whole)
            for place in random.integers(0, len(data), 4):
                data[place] = random.integers(0, 256)
            with suppress(NotAPictureError, CorruptPictureError, PictureTooLargeError):
                inspect(bytes(data))
