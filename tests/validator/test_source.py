import io

import numpy as np
import pytest
from PIL import Image

from services.validator.checks import compression
from services.validator.rules import Outcome
from services.validator.source import Source, read_source
from shared.campaign import PhotoProfile


def saved(kind: str, **options: int) -> bytes:
    pixels = np.random.default_rng(0).integers(0, 256, (64, 64, 3)).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind, **options)
    return file.getvalue()


@pytest.mark.parametrize("quality", [30, 50, 60, 75, 92])
def test_the_quality_is_read_back_from_the_tables(quality: int) -> None:
    assert read_source(saved("JPEG", quality=quality)).quality == quality


def test_what_is_no_jpeg_or_broken_has_no_quality() -> None:
    assert read_source(saved("PNG")).quality is None
    assert read_source(b"\xff\xd8 broken") == Source(None)


@pytest.mark.parametrize(
    ("quality", "outcome"), [(60, Outcome.PASS), (None, Outcome.PASS), (50, Outcome.UNSURE), (30, Outcome.FAIL)]
)
def test_only_what_is_far_under_the_standard_is_certain(quality: int | None, outcome: Outcome) -> None:
    assert compression.check(Source(quality), PhotoProfile()).outcome is outcome


def test_a_campaign_may_ask_for_more() -> None:
    asks_for_originals = PhotoProfile(compression_quality_min=90)
    assert compression.check(Source(75), asks_for_originals).outcome is Outcome.UNSURE
