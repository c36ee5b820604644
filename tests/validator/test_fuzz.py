"""A fixed part of the fuzz run; all of it: `python -m tests.benchmarks.fuzz`."""

import contextlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.validator.decode import decode
from services.validator.faces import FaceModels
from services.validator.judge import judge
from shared.pictures import PictureError
from tests.benchmarks.fuzz import FRAME, broken_files, whole_files
from tests.validator.judges import BLUES

pytestmark = [pytest.mark.timeout(600), pytest.mark.usefixtures("faces")]

MAGIC = [b"\xff\xd8\xff\xe0", b"\xff\xd8\xff\xc0", b"\xff\xd8\xff\xda", b"\x89PNG\r\n\x1a\n", b""]


def test_every_whole_file_is_decoded() -> None:
    for data in whole_files():
        assert min(decode(data).image.size) == 480


def test_every_broken_file_gets_a_verdict(models: FaceModels) -> None:
    for data in broken_files(100, seed=1):
        assert judge(data, FRAME, BLUES, models).verdict.decision in {"accepted", "refused", "referred"}


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(MAGIC), st.binary(max_size=400))
def test_whatever_follows_the_magic_bytes_only_a_picture_error_comes_out(magic: bytes, rest: bytes) -> None:
    with contextlib.suppress(PictureError):
        decode(magic + rest)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 6), st.data())
def test_bytes_changed_in_the_header_only_give_a_picture_or_a_picture_error(which: int, data: st.DataObject) -> None:
    whole = bytearray(whole_files()[which])
    for place, value in data.draw(st.dictionaries(st.integers(2, 700), st.integers(0, 255), min_size=1)).items():
        whole[place] = value
    with contextlib.suppress(PictureError):
        decode(bytes(whole))
