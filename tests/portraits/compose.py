"""Composes an ID photo from a recipe: the picture, the frame a student would choose, and the truth about it."""

import io
from dataclasses import dataclass, replace
from math import atan2, degrees, isnan
from typing import Literal

import cv2
import numpy as np
from PIL import Image

from tests.portraits.coverings import Covering, covered
from tests.portraits.cutouts import FACES, Face, load
from tests.portraits.defects import Defect, painted
from tests.portraits.provenance import Cut, Over, cut_out, exif_of, laid_over

Colour = tuple[int, int, int]  # sRGB
STUDIO_BLUE: Colour = (67, 142, 219)  # what studios call standard blue
STANDARD_BLUE: Colour = (100, 197, 255)  # 教毕指〔2017〕99号
STANDARD_WIDTH_PX, STANDARD_HEIGHT_PX = 480, 640


@dataclass(frozen=True)
class Recipe:
    """What to compose. Places and sizes are shares of the frame, the 3:4 part the student chooses."""

    face: str | None = "biden"  # a key of cutouts.FACES; None: nobody
    width_px: int = 1440  # of the frame in the upload
    surround: float = 0.0  # more picture on each side of the frame, as a share of its width
    eye_line: float = 0.37  # from the frame's top
    face_width: float = 0.46
    centre_x: float = 0.5
    tilt_deg: float = 0.0  # clockwise, as seen
    background: Colour = STUDIO_BLUE
    background2: Colour | Literal["object"] | None = None  # fades into it; or something stands behind the person
    light: float = 1.0  # factor in linear light: 0.5 is one stop less; on the person only
    blur_sigma: float = 0.0  # in pixels of the 480×640 frame
    noise: float = 2.0  # σ in grey levels of the upload, as a sensor's
    second_face: str | None = None
    second_width: float = 0.5  # of the first face's
    second_x: float = 0.15
    defect: Defect | None = None  # painted onto the person, see defects.py
    covering: Covering | None = None  # hair, hat, frame, gaze, shoulders, clothes: see coverings.py
    strength: float = 1.0  # of the defect
    cut: Cut | None = None  # how badly the person was cut out, see provenance.py
    over: Over | None = None  # what was laid over the whole picture, see provenance.py
    software: str | None = None  # what the file's EXIF says it was made with
    stretch: float = 1.0  # the whole picture this much wider than it was taken
    blown_up: float = 1.0  # the finished photo was this many times smaller
    quality: int = 92
    seed: int = 0


@dataclass(frozen=True)
class Truth:
    """In pixels of the standard 480×640 frame; None where there is nobody."""

    eye_line_px: float | None
    face_width_px: float | None
    hairline_px: float | None  # ± 5
    centre_x_px: float | None
    tilt_deg: float
    faces: int


@dataclass(frozen=True)
class Portrait:
    """`frame`: left, top and width in pixels of the upload; its height is 4/3 of the width."""

    jpeg: bytes
    frame: tuple[int, int, int]
    truth: Truth


def compose(recipe: Recipe) -> Portrait:
    """The same recipe gives the same bytes. Raises FileNotFoundError before `python -m tests.portraits fetch`."""
    if recipe.blown_up != 1:
        return _blown_up(recipe)
    frame_height = round(recipe.width_px * 4 / 3)
    around = round(recipe.width_px * recipe.surround)
    width, height = recipe.width_px + 2 * around, frame_height + 2 * around
    picture = _background(recipe, width, height)
    if recipe.second_face:
        # Behind the first and to one side, half as large.
        place = _place(
            FACES[recipe.second_face], recipe, around, recipe.second_x, recipe.face_width * recipe.second_width
        )
        _lay_over(picture, recipe.second_face, load(recipe.second_face), place, recipe.light)
    if recipe.face:
        place = _place(FACES[recipe.face], recipe, around, recipe.centre_x, recipe.face_width, recipe.tilt_deg)
        _lay_over(picture, recipe.face, _person(recipe, recipe.face), place, recipe.light)
    if recipe.blur_sigma:
        picture = cv2.GaussianBlur(picture, (0, 0), recipe.blur_sigma * recipe.width_px / STANDARD_WIDTH_PX)
    frame = (around, around, recipe.width_px)
    if recipe.over:
        laid_over(picture, recipe.over, recipe.strength, frame)
    return Portrait(_encode(picture, recipe), frame, _truth(recipe))


def _blown_up(recipe: Recipe) -> Portrait:
    """A small photo, saved, made larger by an app, and saved again."""
    small = compose(replace(recipe, blown_up=1.0, width_px=round(recipe.width_px / recipe.blown_up), quality=95))
    left, top, width = small.frame
    with Image.open(io.BytesIO(small.jpeg)) as image:
        times = recipe.width_px / width
        larger = image.resize((round(image.width * times), round(image.height * times)), Image.Resampling.BICUBIC)
    file = io.BytesIO()
    larger.save(file, "JPEG", quality=recipe.quality)
    return Portrait(file.getvalue(), (round(left * times), round(top * times), recipe.width_px), small.truth)


def _person(recipe: Recipe, name: str) -> np.ndarray:
    if recipe.cut:
        return cut_out(load(name), FACES[name], recipe.cut, recipe.strength)
    if recipe.covering:
        return covered(load(name), FACES[name], recipe.covering, recipe.strength)
    if recipe.defect is None:
        return load(name)
    red, green, blue = (level / 255 for level in recipe.background)
    return painted(load(name), FACES[name], recipe.defect, recipe.strength, (red, green, blue))


def _background(recipe: Recipe, width: int, height: int) -> np.ndarray:
    picture = np.empty((height, width, 3), np.float32)
    picture[:] = np.array(recipe.background, np.float32) / 255
    if recipe.background2 == "object":
        # A door frame: dark, upright, from the top to the bottom at the right.
        picture[:, round(width * 0.86) : round(width * 0.95)] = (0.35, 0.25, 0.18)
    elif recipe.background2:
        towards = np.array(recipe.background2, np.float32) / 255
        share = np.add.outer(np.linspace(0, 0.5, height), np.linspace(0, 0.5, width)).astype(np.float32)[..., None]
        picture += share * (towards - picture)
    return picture


def _place(
    face: Face, recipe: Recipe, around: int, centre_x: float, face_width: float, tilt_deg: float = 0.0
) -> np.ndarray:
    """The 2×3 matrix from the face's crop to the upload: upright eyes, then the tilt, then size and place."""
    (left_x, left_y), (right_x, right_y) = face.eyes
    turn_deg = degrees(atan2(right_y - left_y, right_x - left_x)) - tilt_deg
    scale = face_width * recipe.width_px / face.cheeks_px
    eyes = np.array([(left_x + right_x) / 2, (left_y + right_y) / 2]) - face.crop[:2]
    matrix = cv2.getRotationMatrix2D(tuple(eyes.tolist()), turn_deg, scale)
    matrix[1] /= recipe.stretch  # the width stays what the recipe says
    frame_height = recipe.width_px * 4 / 3
    middle = matrix @ [*(np.array(face.middle) - face.crop[:2]), 1]
    matrix[0, 2] += around + centre_x * recipe.width_px - middle[0]
    matrix[1, 2] += around + recipe.eye_line * frame_height - (matrix @ [*eyes, 1])[1]
    return np.asarray(matrix)


def _lay_over(picture: np.ndarray, name: str, person: np.ndarray, place: np.ndarray, light: float) -> None:
    alpha = person[..., 3:]
    lit = np.clip(person[..., :3] ** 2.2 * (light * FACES[name].gain), 0, 1) ** (1 / 2.2)
    size = (picture.shape[1], picture.shape[0])
    # Multiplied by alpha before it is stretched, or the old edge colours bleed back in.
    moved = cv2.warpAffine(np.dstack([lit * alpha, alpha]), place, size, flags=cv2.INTER_CUBIC)
    cover = np.clip(moved[..., 3:], 0, 1)
    picture[:] = np.clip(moved[..., :3] + picture * (1 - cover), 0, 1)


def _encode(picture: np.ndarray, recipe: Recipe) -> bytes:
    grain = np.random.default_rng(recipe.seed).standard_normal(picture.shape[:2], np.float32)
    pixels = picture * 255 + recipe.noise * grain[..., None]
    file = io.BytesIO()
    image = Image.fromarray(np.clip(pixels, 0, 255).round().astype(np.uint8))
    image.save(file, "JPEG", quality=recipe.quality, exif=exif_of(recipe.software) if recipe.software else b"")
    return file.getvalue()


def _truth(recipe: Recipe) -> Truth:
    faces = (recipe.face is not None and recipe.eye_line > 0) + (recipe.second_face is not None)
    if recipe.face is None or recipe.eye_line <= 0:
        return Truth(None, None, None, None, 0.0, faces)
    face = FACES[recipe.face]
    face_width_px = recipe.face_width * STANDARD_WIDTH_PX
    up = face.eyes_to_hairline_px
    eye_line_px = recipe.eye_line * STANDARD_HEIGHT_PX
    return Truth(
        eye_line_px=eye_line_px,
        face_width_px=face_width_px,
        # nan, hence None, where a labelled portrait shows no hairline
        hairline_px=None if isnan(up) else eye_line_px - up * face_width_px / face.cheeks_px,
        centre_x_px=recipe.centre_x * STANDARD_WIDTH_PX,
        tilt_deg=recipe.tilt_deg,
        faces=faces,
    )
