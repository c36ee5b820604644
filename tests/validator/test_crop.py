from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.validator.crop import Head, centred_frame
from shared.campaign import PhotoProfile

STANDARD = PhotoProfile()
# As people are built: the hairline 0.4 to 0.75 face widths above the eyes (judge.md §2).
heads = st.builds(
    lambda width, x, y, forehead: Head(y, y - forehead * width, width, x),
    st.floats(60, 900),
    st.floats(0, 4000),
    st.floats(0, 4000),
    st.floats(0.4, 0.75),
)


def measured(head: Head, frame: Any) -> dict[str, float]:
    scale = 480 / frame.width
    return {
        "hairline": (head.hairline_px - frame.y) * scale,
        "eyes": (head.eye_line_px - frame.y) * scale,
        "width": head.face_width_px * scale,
        "offset": (head.centre_x_px - frame.x) * scale - 240,
    }


@given(heads, st.integers(400, 4000), st.integers(400, 4000))
def test_a_frame_keeps_every_range_and_stays_in_the_picture(head: Head, width: int, height: int) -> None:
    frame = centred_frame(head, width, height, STANDARD)
    if frame is None:
        return
    assert frame.x >= 0
    assert frame.y >= 0
    assert frame.x + frame.width <= width
    assert frame.y + frame.height <= height
    found = measured(head, frame)
    assert 50 <= found["hairline"] <= 110
    assert 200 <= found["eyes"] <= 300
    assert 180 <= found["width"] <= 300
    assert abs(found["offset"]) <= 24


@given(st.floats(60, 900), st.floats(0.45, 0.75))
def test_a_head_with_room_around_it_is_always_framed_and_in_the_middle(width: float, forehead: float) -> None:
    head = Head(4000, 4000 - forehead * width, width, 4000)
    frame = centred_frame(head, 8000, 8000, STANDARD)
    assert frame is not None
    found = measured(head, frame)
    assert abs(found["offset"]) < 5
    assert 190 <= found["width"] <= 290


def test_at_the_pictures_edge_the_frame_gives_way_as_far_as_the_profile_allows() -> None:
    close = Head(eye_line_px=500, hairline_px=380, face_width_px=220, centre_x_px=170)
    frame = centred_frame(close, 2000, 2000, STANDARD)
    assert frame is not None
    assert frame.x == 0
    too_close = Head(eye_line_px=500, hairline_px=380, face_width_px=220, centre_x_px=120)
    assert centred_frame(too_close, 2000, 2000, STANDARD) is None


def test_a_head_cut_off_at_the_top_has_no_frame() -> None:
    assert centred_frame(Head(60, 5, 220, 500), 1000, 1000, STANDARD) is None


@pytest.mark.parametrize("widths", [(180, 190), (280, 300), (220, 220)])
def test_the_campaigns_own_ranges_count(widths: tuple[int, int]) -> None:
    profile = PhotoProfile(face_width_px=widths)
    head = Head(2000, 1870, 240, 2000)
    frame = centred_frame(head, 4000, 4000, profile)
    assert frame is None or widths[0] - 1 <= measured(head, frame)["width"] <= widths[1] + 1
