"""Where a picture comes from: cut out badly, written on, taken from a screen, touched by an app."""

import io
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PIL import ExifTags, Image

from services.validator.checks import additions, darkroom_marks, editor_marks, rephotographed, replaced_edge
from services.validator.faces import FaceModels
from services.validator.portrait import Portrait, look
from services.validator.reading import characters_in
from services.validator.rules import Outcome
from services.validator.source import Source, read_source
from services.validator.standard import cut
from shared.campaign import PhotoProfile
from tests.portraits.album import compose
from tests.portraits.compose import STANDARD_BLUE, Recipe
from tests.portraits.provenance import CAMERAS, MARKS, exif_of
from tests.portraits.recipes import compliant
from tests.validator.judges import frame_of

pytestmark = [pytest.mark.timeout(600), pytest.mark.usefixtures("faces")]

STANDARD = PhotoProfile()
ONE, OTHER = compliant(0), compliant(2)  # of two people


def seen(recipe: Recipe, models: FaceModels) -> Portrait:
    portrait = compose(recipe)
    found = look(cut(portrait.jpeg, frame_of(portrait))[0], models)
    assert found is not None
    return found


@pytest.mark.parametrize("number", range(6))
@pytest.mark.parametrize("check", [replaced_edge, additions, rephotographed])
def test_good_photos_pass(number: int, check: Any, models: FaceModels) -> None:
    assert check.check(seen(compliant(number), models), STANDARD).outcome is Outcome.PASS


@pytest.mark.parametrize("recipe", [ONE, OTHER])
@pytest.mark.parametrize("fault", ["red_halo", "green_halo", "old_background"])
def test_what_is_left_of_another_background_is_certain(recipe: Recipe, fault: Any, models: FaceModels) -> None:
    portrait = seen(replace(recipe, cut=fault, background=STANDARD_BLUE), models)
    assert replaced_edge.check(portrait, STANDARD).outcome is Outcome.FAIL


@pytest.mark.parametrize("fault", ["jagged_cut", "hair_missing"])
def test_steps_and_missing_hair_are_not_passed(fault: Any, models: FaceModels) -> None:
    portrait = seen(replace(ONE, cut=fault, background=STANDARD_BLUE), models)
    assert replaced_edge.check(portrait, STANDARD).outcome is not Outcome.PASS


@pytest.mark.parametrize("fault", ["border", "line"])
def test_a_frame_round_the_picture_is_certain(fault: Any, models: FaceModels) -> None:
    assert additions.check(seen(replace(ONE, over=fault), models), STANDARD).outcome is Outcome.FAIL


@pytest.mark.parametrize("recipe", [ONE, OTHER])
@pytest.mark.parametrize("fault", ["date", "caption", "paper", "watermark", "dark_writing"])
def test_writing_and_a_print_on_a_desk_are_for_a_person(recipe: Recipe, fault: Any, models: FaceModels) -> None:
    assert additions.check(seen(replace(recipe, over=fault), models), STANDARD).outcome is Outcome.UNSURE


@pytest.mark.parametrize("strength", [0.7, 0.6])
def test_faint_white_writing_is_seen_on_every_skin(strength: float, models: FaceModels) -> None:
    for face in ("biden", "obama", "obama3"):
        written = replace(ONE, face=face, over="watermark", strength=strength)
        assert additions.check(seen(written, models), STANDARD).outcome is Outcome.UNSURE, face


def test_reading_counts_characters_and_gives_no_text(models: FaceModels) -> None:
    dated = seen(replace(ONE, over="date"), models).picture
    assert characters_in(dated[-100:]) == len("20260517")
    assert characters_in(seen(ONE, models).picture[-100:]) == 0


@pytest.mark.parametrize("fault", ["screen", "halftone"])
@pytest.mark.parametrize("strength", [1.0, 0.5])
def test_the_pattern_of_a_screen_or_a_print_is_certain(fault: Any, strength: float, models: FaceModels) -> None:
    portrait = seen(replace(OTHER, over=fault, strength=strength), models)
    assert rephotographed.check(portrait, STANDARD).outcome is Outcome.FAIL


def saved(**options: Any) -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save(file, "JPEG", **options)
    return file.getvalue()


def comment_of(text: bytes) -> bytes:
    exif = Image.Exif()
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.UserComment] = text
    return saved(exif=exif.tobytes())


XMP = b'<x:xmpmeta><rdf:Description xmp:CreatorTool="%s"/></x:xmpmeta>'


@pytest.mark.parametrize(
    "file",
    [
        saved(exif=exif_of(MARKS["meitu"])),
        saved(exif=exif_of(MARKS["qingyan"])),
        saved(comment="BeautyCam"),
        saved(xmp=XMP % b"Snapseed 2.21"),
        comment_of(b"ASCII\0\0\0picsart"),
        comment_of(b"UNICODE\0" + "B612".encode("utf-16-le")),
    ],
    ids=["software", "in Chinese", "comment", "xmp", "user comment", "user comment in UTF-16"],
)
def test_a_beauty_app_is_found_wherever_it_leaves_its_name(file: bytes) -> None:
    finding = editor_marks.check(read_source(file), STANDARD)
    assert (finding.outcome, finding.value) == (Outcome.FAIL, 1)


@pytest.mark.parametrize("firmware", CAMERAS)
def test_a_cameras_own_firmware_is_no_editor(firmware: str) -> None:
    source = read_source(saved(exif=exif_of(firmware)))
    assert source.software == (firmware,)
    assert editor_marks.check(source, STANDARD).outcome is Outcome.PASS
    assert darkroom_marks.check(source, STANDARD).outcome is Outcome.PASS


def test_a_picture_editor_is_told_apart_from_a_beauty_app() -> None:
    source = read_source(saved(exif=exif_of(MARKS["photoshop"]), xmp=XMP % b"Adobe Photoshop Lightroom 7"))
    assert editor_marks.check(source, STANDARD).outcome is Outcome.PASS
    assert darkroom_marks.check(source, STANDARD).value == 2


def test_what_people_wrote_into_a_file_is_not_shown() -> None:
    source = read_source(comment_of(b"ASCII\0\0\0Zhang San, 13800000000"))
    assert any("Zhang San" in text for text in source.software)
    assert "Zhang" not in repr(source)
    assert repr(source) == repr(Source(source.quality))
