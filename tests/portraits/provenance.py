"""Faults of where a picture comes from: cut out badly, written on, framed, taken from a screen or from paper.

Lengths are pixels of the 480×640 frame, so a photo of any size gets the same fault; `strength` 1 is what nobody
overlooks.
"""

from collections.abc import Callable
from typing import Literal

import cv2
import numpy as np
from PIL import ExifTags, Image

from tests.portraits.cutouts import Face

Cut = Literal["red_halo", "green_halo", "old_background", "jagged_cut", "hair_missing", "shoulder_missing"]
Over = Literal["border", "line", "date", "caption", "watermark", "dark_writing", "screen", "halftone", "paper"]
EYES_APART_PX = 97  # in the frame, of a face 215 px wide
DARK = (0.2, 0.2, 0.2)

# By a maker of editors, as its pictures say it.
MARKS = {"meitu": "MeituXiuXiu 10.3.1", "photoshop": "Adobe Photoshop 25.4 (Windows)", "qingyan": "轻颜相机"}
CAMERAS = ("HDR+ 1.0.345618096zd", "16.5.1", "MIUI Camera", "Digital Camera X-T3 Ver4.10", "HUAWEI ELE-AL00 10.1.0")


def cut_out(person: np.ndarray, face: Face, cut: Cut, strength: float) -> np.ndarray:
    """The person, RGBA float32 in 0–1, as a bad cut-out left it."""
    eyes = np.array(face.eyes) - face.crop[:2]
    px = float(np.linalg.norm(eyes[1] - eyes[0])) / EYES_APART_PX
    return _CUTS[cut](person.copy(), eyes, px, strength)


def laid_over(picture: np.ndarray, over: Over, strength: float, frame: tuple[int, int, int]) -> np.ndarray:
    """The whole picture, RGB float32 in 0–1, with what was laid over it; `frame`: left, top, width of what is kept."""
    left, top, width = frame
    height = width * 4 // 3
    kept = picture[top : top + height, left : left + width]
    kept[:] = np.clip(_OVERS[over](kept, width / 480, strength), 0, 1)
    return picture


def exif_of(software: str) -> bytes:
    """Pillow writes ASCII only, apps write UTF-8."""
    text = software.encode()
    exif = Image.Exif()
    exif[ExifTags.Base.Software] = "~" * len(text)
    return exif.tobytes().replace(b"~" * len(text), text)


def _halo(colour: tuple[float, float, float]) -> Callable[..., np.ndarray]:
    """A rim of 5 px of another background's colour, with its own soft edge."""

    def cut(person: np.ndarray, eyes: np.ndarray, px: float, strength: float) -> np.ndarray:
        size = 2 * round(5 * px * strength) + 1
        alpha = np.ascontiguousarray(person[..., 3])
        wider = cv2.dilate(alpha, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)))
        wider = cv2.GaussianBlur(wider, (0, 0), 0.7 * px)
        mixed = person[..., :3] * alpha[..., None] + np.array(colour, np.float32) * (1 - alpha[..., None])
        return np.dstack([mixed, wider]).astype(np.float32)

    return cut


def _old_background(person: np.ndarray, eyes: np.ndarray, px: float, strength: float) -> np.ndarray:
    """Rags of a green wall that stayed at the hair."""
    alpha = np.ascontiguousarray(person[..., 3])
    size = 2 * round(12 * px * strength) + 1
    near = cv2.dilate(alpha, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)))
    noise = np.random.default_rng(3).standard_normal(alpha.shape).astype(np.float32)
    patches = cv2.GaussianBlur(noise, (0, 0), 16 * px) > 0
    wider = np.where(patches, near, alpha)
    mixed = person[..., :3] * alpha[..., None] + np.array((0.35, 0.5, 0.33), np.float32) * (1 - alpha[..., None])
    return np.dstack([mixed, wider]).astype(np.float32)


def _jagged_cut(person: np.ndarray, eyes: np.ndarray, px: float, strength: float) -> np.ndarray:
    """A mask of whole blocks, 4 px wide, upright as the finished picture is."""
    turn_deg = float(np.degrees(np.arctan2(*(eyes[1] - eyes[0])[::-1])))
    upright = cv2.getRotationMatrix2D(tuple(eyes[0].tolist()), turn_deg, 1)
    alpha = cv2.warpAffine(person[..., 3], upright, person.shape[1::-1], borderMode=cv2.BORDER_REPLICATE)
    block = 4 * px * strength
    coarse = (max(round(alpha.shape[1] / block), 1), max(round(alpha.shape[0] / block), 1))
    small = (cv2.resize(alpha, coarse, interpolation=cv2.INTER_AREA) > 0.5).astype(np.float32)
    blocks = cv2.resize(small, alpha.shape[::-1], interpolation=cv2.INTER_NEAREST)
    person[..., 3] = cv2.warpAffine(blocks, cv2.invertAffineTransform(upright), alpha.shape[::-1])
    return person


def _bite(across_px: float, down_px: float, radius_px: float) -> Callable[..., np.ndarray]:
    def cut(person: np.ndarray, eyes: np.ndarray, px: float, strength: float) -> np.ndarray:
        y, x = np.mgrid[: person.shape[0], : person.shape[1]].astype(np.float32)
        middle = eyes.mean(axis=0)
        away = np.hypot(x - middle[0] - across_px * px, y - middle[1] - down_px * px)
        person[..., 3] *= np.clip((away - radius_px * px * strength) / px, 0, 1)
        return person

    return cut


_CUTS: dict[Cut, Callable[[np.ndarray, np.ndarray, float, float], np.ndarray]] = {
    "red_halo": _halo((0.85, 0.16, 0.14)),  # red to white or blue is what studios change most
    "green_halo": _halo((0.35, 0.6, 0.35)),
    "old_background": _old_background,
    "jagged_cut": _jagged_cut,
    "hair_missing": _bite(-75, -130, 42),
    "shoulder_missing": _bite(-205, 240, 65),
}


def _border(kept: np.ndarray, px: float, strength: float) -> np.ndarray:
    thick = round(14 * px * strength)
    return _rimmed(kept[thick:-thick, thick:-thick], thick, DARK)


def _rimmed(picture: np.ndarray, thick: int, colour: tuple[float, float, float]) -> np.ndarray:
    return np.asarray(cv2.copyMakeBorder(picture, thick, thick, thick, thick, cv2.BORDER_CONSTANT, value=colour))


def _line(kept: np.ndarray, px: float, strength: float) -> np.ndarray:
    """A thin black frame, 8 px inside."""
    corner, far = (round(8 * px),) * 2, tuple(round(side - 8 * px) for side in kept.shape[1::-1])
    drawn = cv2.rectangle(kept.copy(), corner, far, DARK, max(round(3 * px * strength), 1))
    return np.asarray(drawn)


def _written(
    text: str, x: float, y: float, size: float, colour: tuple[float, ...], share: float = 1.0, turn: float = 0
) -> Callable[[np.ndarray, float, float], np.ndarray]:
    """Text `size` px high with its left end at x, y (shares of the frame)."""

    def over(kept: np.ndarray, px: float, strength: float) -> np.ndarray:
        height, width = kept.shape[:2]
        layer = np.zeros((height, width), np.uint8)
        place = (round(x * width), round(y * height))
        scale = size * px / 22
        cv2.putText(layer, text, place, cv2.FONT_HERSHEY_SIMPLEX, scale, 255, max(round(2.4 * scale), 1), cv2.LINE_AA)
        if turn:
            matrix = cv2.getRotationMatrix2D((width / 2, height / 2), turn, 1)
            layer = np.asarray(cv2.warpAffine(layer, matrix, (width, height)))
        cover = layer[..., None].astype(np.float32) / 255 * share * strength
        return np.asarray(kept + cover * (np.array(colour, np.float32) - kept))

    return over


def _grid_wave(shape: tuple[int, ...], pitch: float, turn_deg: float, shift: float) -> np.ndarray:
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    along = x * np.cos(np.radians(turn_deg)) + y * np.sin(np.radians(turn_deg))
    return np.asarray(np.cos(2 * np.pi * (along / pitch + shift)))


def _screen(kept: np.ndarray, px: float, strength: float) -> np.ndarray:
    """Red, green and blue stripes of a screen, whose pitch the camera's pixels nearly meet: moiré of some 9 px."""
    seen = kept**2.2
    for channel in range(3):
        stripes = _grid_wave(kept.shape, 1.12, 3.0, channel / 3)
        rows = _grid_wave(kept.shape, 1.16, 92.0, 0)
        seen[..., channel] *= (1 + 0.3 * strength * stripes) * (1 + 0.15 * strength * rows)
    return np.asarray(np.clip(seen, 0, 1) ** (1 / 2.2))


def _halftone(kept: np.ndarray, px: float, strength: float) -> np.ndarray:
    """Dots of three inks, a dot every 3.2 px."""
    inked = kept.copy()
    for channel, turn in enumerate((15.0, 75.0, 45.0)):
        dots = _grid_wave(kept.shape, 3.2 * px, turn, 0) + _grid_wave(kept.shape, 3.2 * px, turn + 90, 0)
        inked[..., channel] += 0.12 * strength * dots
    return np.asarray(cv2.GaussianBlur(np.clip(inked, 0, 1), (0, 0), 0.5 * px))


def _paper(kept: np.ndarray, px: float, strength: float) -> np.ndarray:
    """A print with a white rim on a desk, a little turned, with its shadow."""
    height, width = kept.shape[:2]
    scale = 0.84
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), 1.5 * strength, scale)
    sheet = _rimmed(kept, round(14 * px), (0.95, 0.95, 0.93))
    sheet = cv2.resize(sheet, (width, height), interpolation=cv2.INTER_AREA)
    cover = cv2.warpAffine(np.ones((height, width), np.float32), matrix, (width, height))[..., None]
    shadow = cv2.GaussianBlur(np.roll(cover, (round(8 * px), round(8 * px)), (0, 1)), (0, 0), 5 * px)[..., None]
    desk = np.array((0.52, 0.42, 0.33), np.float32) * (1 - 0.6 * shadow)
    return np.asarray(cv2.warpAffine(sheet, matrix, (width, height)) * cover + desk * (1 - cover))


_OVERS: dict[Over, Callable[[np.ndarray, float, float], np.ndarray]] = {
    "border": _border,
    "line": _line,
    "date": _written("2026 05 17", 0.58, 0.96, 20, (1.0, 0.55, 0.1)),
    "caption": _written("Zhang San 10010", 0.2, 0.97, 22, (0.85, 0.1, 0.1)),
    "watermark": _written("PHOTO STUDIO", 0.12, 0.5, 42, (1.0, 1.0, 1.0), 0.45, 30),
    "dark_writing": _written("PHOTO STUDIO", 0.12, 0.5, 42, (0.05, 0.05, 0.2), 0.5, 30),
    "screen": _screen,
    "halftone": _halftone,
    "paper": _paper,
}
