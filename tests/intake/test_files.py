"""What is refused at the door, before anybody judges the picture?"""

from typing import Any

import pytest

from services.intake.rules import refused_at_once
from shared.campaign import Upload
from shared.events import Frame
from shared.reasons import Reason
from tests.intake.cases import BUCT

GOOD_FRAME = Frame(x=0, y=0, width=900)
UPLOADS = [
    ("jpeg", 900, 1200, 500_000, GOOD_FRAME, None),
    ("png", 900, 1200, 500_000, GOOD_FRAME, Reason.FILE_TYPE),
    ("jpeg", 900, 1200, 99_999, GOOD_FRAME, Reason.FILE_TOO_SMALL),
    ("jpeg", 900, 1200, 100_000, GOOD_FRAME, None),
    ("jpeg", 900, 1200, 2_097_152, GOOD_FRAME, None),
    ("jpeg", 900, 1200, 2_097_153, GOOD_FRAME, Reason.FILE_TOO_LARGE),
    ("jpeg", 479, 1200, 500_000, GOOD_FRAME, Reason.PIX_TOO_SMALL),
    ("jpeg", 900, 639, 500_000, GOOD_FRAME, Reason.PIX_TOO_SMALL),
    ("jpeg", 900, 1200, 500_000, Frame(x=-1, y=0, width=900), Reason.FRAME_OUTSIDE),
    ("jpeg", 900, 1200, 500_000, Frame(x=0, y=10, width=900), Reason.FRAME_OUTSIDE),
    ("jpeg", 900, 1200, 500_000, Frame(x=100, y=100, width=800), None),
    ("jpeg", 900, 1200, 500_000, Frame(x=100, y=100, width=480), None),
    ("jpeg", 900, 1200, 500_000, Frame(x=100, y=100, width=470), Reason.PIX_TOO_SMALL),
]


@pytest.mark.parametrize(("kind", "width_px", "height_px", "size_bytes", "frame", "reason"), UPLOADS)
def test_what_breaks_the_notices_limits_is_refused_at_once(
    kind: str, width_px: int, height_px: int, size_bytes: int, frame: Frame, reason: Reason | None
) -> None:
    assert refused_at_once(BUCT.upload, kind, width_px, height_px, size_bytes, frame) is reason


@pytest.mark.parametrize(
    ("upload", "kind", "width_px", "size_bytes", "reason"),
    [
        (Upload(), "jpeg", 480, 1, None),
        (Upload(min_bytes=50_001), "jpeg", 480, 50_000, Reason.FILE_TOO_SMALL),
        (Upload(max_bytes=40_000), "jpeg", 480, 40_001, Reason.FILE_TOO_LARGE),
        (Upload(min_width_px=600), "jpeg", 599, 50_000, Reason.PIX_TOO_SMALL),
        (Upload(min_height_px=1201), "jpeg", 600, 50_000, Reason.PIX_TOO_SMALL),
        (Upload(types=("png",)), "jpeg", 600, 50_000, Reason.FILE_TYPE),
        (Upload(types=("jpeg", "png")), "png", 600, 50_000, None),
    ],
)
def test_each_limit_is_the_campaigns_own(
    upload: Upload, kind: str, width_px: int, size_bytes: int, reason: Reason | None
) -> None:
    assert refused_at_once(upload, kind, width_px, 1200, size_bytes, frame=None) is reason


EXACT, RATIO = Upload(exact_pixels=True), Upload(only_3_to_4=True)


@pytest.mark.parametrize(
    ("upload", "width_px", "height_px", "reason"),
    [
        (EXACT, 480, 640, None),
        (EXACT, 480, 641, Reason.PIX_TOO_LARGE),
        (EXACT, 479, 640, Reason.PIX_TOO_SMALL),
        (RATIO, 900, 1200, None),
        (RATIO, 901, 1200, None),
        (RATIO, 900, 1210, Reason.PIX_RATIO),
        (RATIO, 1200, 900, Reason.PIX_RATIO),
    ],
)
def test_schools_that_ask_for_exact_pixels_or_for_3_to_4_get_them(
    upload: Upload, width_px: int, height_px: int, reason: Reason | None
) -> None:
    assert refused_at_once(upload, "jpeg", width_px, height_px, 500_000, frame=None) is reason


@pytest.mark.parametrize(
    ("sources", "source", "reason"),
    [
        (("album", "camera"), None, None),
        (("album", "camera"), "album", None),
        (("album", "camera"), "scanner", Reason.UPLOAD_SOURCE),
        (("camera",), "camera", None),
        (("camera",), "album", Reason.UPLOAD_SOURCE),
        (("camera",), None, Reason.UPLOAD_SOURCE),
    ],
)
def test_where_only_the_camera_counts_a_picture_must_say_that_it_comes_from_there(
    sources: Any, source: str | None, reason: Reason | None
) -> None:
    assert refused_at_once(Upload(sources=sources), "jpeg", 900, 1200, 500_000, None, source) is reason


@pytest.mark.parametrize(
    ("devices", "device", "reason"),
    [
        (("phone", "tablet", "computer"), None, None),
        (("phone", "tablet", "computer"), "computer", None),
        (("phone", "tablet", "computer"), "fridge", Reason.UPLOAD_DEVICE),
        (("phone",), "phone", None),
        (("phone",), "tablet", Reason.UPLOAD_DEVICE),
        (("phone",), "computer", Reason.UPLOAD_DEVICE),
        (("phone",), None, Reason.UPLOAD_DEVICE),
    ],
)
def test_where_only_phones_count_a_picture_must_say_that_it_comes_from_one(
    devices: Any, device: str | None, reason: Reason | None
) -> None:
    upload = Upload(devices=devices)
    assert refused_at_once(upload, "jpeg", 900, 1200, 500_000, None, device=device) is reason
