import io
import struct
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms

from services.validator.colour import delta_e, lab, lab_of_rgb
from services.validator.standard import BYTES_MAX, QUALITY_MAX, QUALITY_MIN, cut, encode
from shared.events import Frame
from shared.pictures import PictureError
from tests.portraits.album import compose
from tests.portraits.recipes import compliant
from tests.validator.judges import frame_of

pytestmark = pytest.mark.timeout(600)


def jpeg_of(pixels: np.ndarray, **extra: Any) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=95, **extra)
    return file.getvalue()


def test_the_standard_photo_is_480_by_640_at_300_dpi_in_full_colour_within_40_kb(faces: None) -> None:
    portrait = compose(compliant(0))
    photo = encode(cut(portrait.jpeg, frame_of(portrait))[0])
    with Image.open(io.BytesIO(photo.jpeg)) as image:
        assert (image.format, image.size, image.mode, image.info["dpi"]) == ("JPEG", (480, 640), "RGB", (300, 300))
    assert QUALITY_MIN < photo.quality <= QUALITY_MAX
    assert 20 * 1024 < len(photo.jpeg) <= BYTES_MAX


def test_quality_never_falls_under_60_even_where_40_kb_are_exceeded() -> None:
    noise = np.random.default_rng(0).integers(0, 255, (640, 480, 3), np.uint8)
    photo = encode(noise)
    assert photo.quality == QUALITY_MIN
    assert len(photo.jpeg) > BYTES_MAX


@pytest.mark.parametrize("sigma", [2, 3, 4, 6, 8, 9, 10, 12, 14, 16, 20])
def test_the_quality_is_the_highest_that_fits(sigma: float) -> None:
    grain = np.random.default_rng(0).normal(128, sigma, (640, 480, 3)).clip(0, 255).astype(np.uint8)
    photo = encode(grain)
    file = io.BytesIO()
    Image.fromarray(grain[:, :, ::-1]).save(file, "JPEG", quality=photo.quality + 1)
    assert len(file.getvalue()) > BYTES_MAX


def test_a_plain_picture_keeps_the_best_quality() -> None:
    assert encode(np.full((640, 480, 3), 200, np.uint8)).quality == QUALITY_MAX


def test_no_metadata_reaches_the_standard_photo(faces: None) -> None:
    portrait = compose(replace(compliant(0), width_px=960))
    with Image.open(io.BytesIO(portrait.jpeg)) as picture:
        exif, file = Image.Exif(), io.BytesIO()
        exif[0x010E] = "where the student lives"
        picture.save(file, "JPEG", exif=exif, comment=b"where the student lives")
    standard = encode(cut(file.getvalue() + b"where the student lives", frame_of(portrait))[0]).jpeg
    assert b"student" not in standard
    with Image.open(io.BytesIO(standard)) as image:
        assert not image.getexif()


def test_the_frame_is_cut_where_the_student_put_it() -> None:
    pixels = np.zeros((1200, 1000, 3), np.uint8)
    pixels[200:840, 300:780] = 255
    picture, _ = cut(jpeg_of(pixels), Frame(x=300, y=200, width=480))
    assert picture.min() > 240


def test_another_colour_space_becomes_srgb() -> None:
    """Phones save Display P3; here red and blue change places, which no eye could miss."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = profile.replace(b"rXYZ", b"????").replace(b"bXYZ", b"rXYZ").replace(b"????", b"bXYZ")
    red = np.full((640, 480, 3), (230, 20, 20), np.uint8)
    picture, _ = cut(jpeg_of(red, icc_profile=swapped), Frame(x=0, y=0, width=480))
    blue, _, red_left = picture[320, 240]
    assert blue > 200
    assert red_left < 80


STANDARD_BLUE = (100, 197, 255)
# D50 colorants of Display P3 (red, green, blue): what an iPhone writes.
P3 = ((0.51512, 0.24120, -0.00105), (0.29198, 0.69225, 0.04189), (0.15710, 0.06657, 0.78407))


def p3_profile() -> bytes:
    """The sRGB profile, its curve is P3's too, with other colorants."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for number in range(int.from_bytes(profile[128:132], "big")):
        tag = profile[132 + 12 * number : 144 + 12 * number]
        if (name := tag[:4]) in (b"rXYZ", b"gXYZ", b"bXYZ"):
            place = int.from_bytes(tag[4:8], "big") + 8
            colorant = struct.pack(">3i", *(round(value * 65536) for value in P3[b"rgb".index(name[:1])]))
            profile = profile[:place] + colorant + profile[place + 12 :]
    return profile


def ink_profile(red: int) -> bytes:
    """A CMYK profile of which the paper is grey and cyan alone is `red` of a*: inks whose colours only it knows."""
    lab = {0: (200, 128, 128), 8: (150, 128 + red, 128)}  # by which inks are full: none, cyan
    grid = b"".join(bytes(lab.get(inks, (20, 128, 128))) for inks in range(16))
    ramp = bytes(range(256))
    matrix = struct.pack(">9i", *(65536 * each for each in (1, 0, 0, 0, 1, 0, 0, 0, 1)))
    table = b"mft1" + bytes(4) + bytes((4, 3, 2, 0)) + matrix + 4 * ramp + grid + 3 * ramp
    table += bytes(-len(table) % 4)
    header = struct.pack(
        ">I4sI4s4s4s12s4s", 144 + len(table), b"lcms", 0x02100000, b"prtr", b"CMYK", b"Lab ", b"", b"acsp"
    )
    header += bytes(68 - len(header)) + struct.pack(">3i", 63190, 65536, 54061)
    return header + bytes(128 - len(header)) + struct.pack(">I4sII", 1, b"A2B0", 144, len(table)) + table


def test_the_standards_blue_from_a_phones_wide_colours_is_the_standards_blue() -> None:
    profile = ImageCms.ImageCmsProfile(io.BytesIO(p3_profile()))
    plain = Image.new("RGB", (480, 640), STANDARD_BLUE)
    wide = ImageCms.profileToProfile(plain, ImageCms.createProfile("sRGB"), profile)
    assert wide is not None
    assert wide.getpixel((0, 0)) != STANDARD_BLUE
    picture, _ = cut(jpeg_of(np.asarray(wide), icc_profile=p3_profile()), Frame(x=0, y=0, width=480))
    with Image.open(io.BytesIO(encode(picture).jpeg)) as standard:
        pixel = np.asarray(standard)[320:321, 240]
    assert delta_e(lab(pixel[:, ::-1]), lab_of_rgb(STANDARD_BLUE)).max() < 1


def test_inks_are_read_by_their_profile() -> None:
    cyan = np.zeros((640, 480, 4), np.uint8)
    cyan[..., 0] = 255
    file = io.BytesIO()
    Image.fromarray(cyan, "CMYK").save(file, "JPEG", quality=95, icc_profile=ink_profile(red=60))
    blue, green, red = cut(file.getvalue(), Frame(x=0, y=0, width=480))[0][320, 240]
    assert red > 180
    assert green < 120 < blue  # a pink that no mixture of the bare numbers gives
    plain = io.BytesIO()
    Image.fromarray(cyan, "CMYK").save(plain, "JPEG", quality=95)
    assert cut(plain.getvalue(), Frame(x=0, y=0, width=480))[0][320, 240][2] < 20


def test_what_can_be_seen_through_is_seen_on_white() -> None:
    file = io.BytesIO()
    Image.new("RGBA", (480, 640), (10, 20, 30, 0)).save(file, "PNG")
    assert cut(file.getvalue(), Frame(x=0, y=0, width=480))[0].min() == 255


def test_it_is_baseline_with_eight_bits_and_three_colours() -> None:
    """SOF0: sequential, Huffman; what every printer's software and CHSI read."""
    photo = encode(np.random.default_rng(0).integers(0, 255, (640, 480, 3), np.uint8)).jpeg
    start = photo.index(b"\xff\xc0")
    assert photo[start + 4] == 8
    assert photo[start + 9] == 3
    assert b"\xff\xc2" not in photo[:start]


def test_a_broken_colour_profile_is_ignored() -> None:
    grey = np.full((640, 480, 3), 120, np.uint8)
    picture, _ = cut(jpeg_of(grey, icc_profile=b"not a profile"), Frame(x=0, y=0, width=480))
    assert abs(int(picture[0, 0, 0]) - 120) < 3


@pytest.mark.parametrize("width", [120, 480, 700, 2900])
def test_frames_of_any_size_become_the_standards_size(width: int) -> None:
    pixels = np.full((4000, 3000, 3), 128, np.uint8)
    assert cut(jpeg_of(pixels), Frame(x=40, y=40, width=width))[0].shape == (640, 480, 3)


def test_what_cannot_be_decoded_says_why() -> None:
    with pytest.raises(PictureError):
        cut(b"\xff\xd8\xff\xe0 and nothing more", Frame(x=0, y=0, width=480))
