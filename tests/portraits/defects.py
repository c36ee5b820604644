"""Visible faults, painted onto a cut-out person before the photo is composed.

Lengths are shares of the distance between the eyes (63 mm on a grown-up), so every person gets the same fault.
`person` is RGBA float32 in 0–1, the size of the face's crop; `strength` 1 is what nobody overlooks.
"""

from collections.abc import Callable
from typing import Literal, get_args

import cv2
import numpy as np

from tests.portraits.cutouts import Face

Defect = Literal[
    "eyes_closed",
    "red_eyes",
    "glasses",
    "sunglasses",
    "glare",
    "highlight",
    "side_light",
    "warm_cast",
    "green_cast",
    "blue_cast",
    "smoothed",
    "clothes_like_background",
    "black_and_white",
    "forehead_in_shadow",
]
IRIS_RADIUS, EYE_HALF_WIDTH, EYE_HALF_HEIGHT, LID_HEIGHT = 0.093, 0.27, 0.095, 0.29
Colour = tuple[float, float, float]


def painted(person: np.ndarray, face: Face, defect: Defect, strength: float, background: Colour) -> np.ndarray:
    """A copy of the person with the defect; `background` in 0–1, what clothes may be confused with."""
    return _PAINTERS[defect](person.copy(), _Eyes(person, face), strength, background)


class _Eyes:
    """The face's own coordinates: x along the eyes, y down, from their middle, in distances between the eyes."""

    def __init__(self, person: np.ndarray, face: Face) -> None:
        self.left, self.right = (np.array(eye) - face.crop[:2] for eye in face.eyes)
        self.unit = float(np.linalg.norm(self.right - self.left))
        self.along = (self.right - self.left) / self.unit
        self.down = np.array([-self.along[1], self.along[0]])
        y, x = np.mgrid[: person.shape[0], : person.shape[1]].astype(np.float32)
        middle = (self.left + self.right) / 2
        self.x = ((x - middle[0]) * self.along[0] + (y - middle[1]) * self.along[1]) / self.unit
        self.y = ((x - middle[0]) * self.down[0] + (y - middle[1]) * self.down[1]) / self.unit
        self.chin = (face.middle[1] - face.crop[1] - middle[1]) / self.unit + 0.75

    def at(self, x: float, y: float) -> tuple[int, int]:
        place = (self.left + self.right) / 2 + (x * self.along + y * self.down) * self.unit
        return round(float(place[0])), round(float(place[1]))

    def remap(self, person: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """The person with the colour of (x, y) at each place."""
        middle = (self.left + self.right) / 2
        across = middle[0] + (x * self.along[0] + y * self.down[0]) * self.unit
        along = middle[1] + (x * self.along[1] + y * self.down[1]) * self.unit
        moved = cv2.remap(person, across.astype(np.float32), along.astype(np.float32), cv2.INTER_LINEAR)
        return np.asarray(moved)

    def blob(self, x: float, y: float, radius: float) -> np.ndarray:
        """1 in the middle, softly 0 outside, (height, width, 1)."""
        away = np.hypot(self.x - x, self.y - y) / radius
        return np.asarray(np.clip(1.5 - 1.5 * away, 0, 1)[..., None])


def _blend(person: np.ndarray, colour: Colour | np.ndarray, share: np.ndarray) -> np.ndarray:
    person[..., :3] += share * (np.asarray(colour, np.float32) - person[..., :3])
    return person


def _in_light(person: np.ndarray, factor: np.ndarray | Colour) -> np.ndarray:
    person[..., :3] = np.clip(person[..., :3] ** 2.2 * np.asarray(factor, np.float32), 0, 1) ** (1 / 2.2)
    return person


def _eyes_closed(person: np.ndarray, eyes: _Eyes, strength: float, _: Colour) -> np.ndarray:
    """The upper lid stretched down to the lower one, with a line of lashes."""
    x, y = eyes.x, eyes.y.copy()
    lashes = np.zeros_like(y)
    for middle in (-0.5, 0.5):
        shape = np.clip(1 - ((x - middle) / EYE_HALF_WIDTH) ** 2, 0, 1)
        half = EYE_HALF_HEIGHT * np.sqrt(shape)
        bottom = half - 2 * half * (1 - strength)
        lid = (eyes.y > -LID_HEIGHT) & (eyes.y < bottom) & (shape > 0)
        share = (eyes.y + LID_HEIGHT) / (bottom + LID_HEIGHT + 1e-6)
        y = np.where(lid, -LID_HEIGHT + share * (LID_HEIGHT - half * 1.15), y)
        lashes = np.maximum(lashes, (np.abs(eyes.y - bottom) < 0.018) * (shape > 0.1))
    closed = eyes.remap(person, x, y)
    return _blend(closed, (0.16, 0.12, 0.11), cv2.GaussianBlur(lashes.astype(np.float32), (0, 0), 1.2)[..., None] * 0.8)


def _red_eyes(person: np.ndarray, eyes: _Eyes, strength: float, _: Colour) -> np.ndarray:
    for middle in (-0.5, 0.5):
        person = _blend(person, (0.78, 0.08, 0.1), eyes.blob(middle, 0, IRIS_RADIUS * 0.8) * 0.9 * strength)
    return person


def _glasses(person: np.ndarray, eyes: _Eyes, strength: float, _: Colour) -> np.ndarray:
    """A dark frame: two lenses 0.72 wide, the bridge, the arms to the temples."""
    layer = np.zeros(person.shape[:2], np.float32)
    thick = max(round(0.045 * eyes.unit), 2)
    for side in (-1, 1):
        axes = (round(0.38 * eyes.unit), round(0.27 * eyes.unit))
        turn = float(np.degrees(np.arctan2(eyes.along[1], eyes.along[0])))
        cv2.ellipse(layer, eyes.at(0.52 * side, 0.06), axes, turn, 0, 360, 1, thick, cv2.LINE_AA)
        cv2.line(layer, eyes.at(0.9 * side, 0.0), eyes.at(1.15 * side, -0.03), 1, thick, cv2.LINE_AA)
    cv2.line(layer, eyes.at(-0.15, 0.0), eyes.at(0.15, 0.0), 1, thick, cv2.LINE_AA)
    return _blend(person, (0.1, 0.09, 0.09), layer[..., None] * strength)


def _sunglasses(person: np.ndarray, eyes: _Eyes, strength: float, background: Colour) -> np.ndarray:
    for side in (-1, 1):
        lens = np.hypot((eyes.x - 0.52 * side) / 0.38, (eyes.y - 0.06) / 0.27) < 1
        person = _blend(person, (0.12, 0.1, 0.1), lens[..., None] * 0.85 * strength)
    return _glasses(person, eyes, 1.0, background)


def _glare(person: np.ndarray, eyes: _Eyes, strength: float, background: Colour) -> np.ndarray:
    person = _glasses(person, eyes, 1.0, background)
    for side in (-1, 1):
        streak = np.hypot((eyes.x - 0.55 * side + 0.3 * eyes.y) / 0.16, (eyes.y - 0.03) / 0.12)
        person = _blend(person, (0.97, 0.98, 1.0), np.clip(1.4 - 1.4 * streak, 0, 1)[..., None] * 0.95 * strength)
    return person


def _highlight(person: np.ndarray, eyes: _Eyes, strength: float, _: Colour) -> np.ndarray:
    for x, y, radius in ((0.1, -0.6, 0.45), (-0.55, 0.5, 0.28), (0.02, 0.4, 0.16)):
        person = _blend(person, (1.0, 0.98, 0.96), eyes.blob(x, y, radius) * strength)
    return person


def _side_light(person: np.ndarray, eyes: _Eyes, strength: float, _: Colour) -> np.ndarray:
    """One lamp: the far half gets a quarter of the light."""
    share = np.clip(0.5 + eyes.x / 1.2, 0, 1)[..., None]
    return _in_light(person, 1 - strength * 0.8 * share)


def _cast(gains: Colour) -> Callable[..., np.ndarray]:
    def painter(person: np.ndarray, eyes: _Eyes, strength: float, _: Colour) -> np.ndarray:
        return _in_light(person, tuple(1 + strength * (gain - 1) for gain in gains))  # type: ignore[arg-type]  # three

    return painter


def _smoothed(person: np.ndarray, eyes: _Eyes, strength: float, _: Colour) -> np.ndarray:
    """What beauty filters do to skin: edges stay, pores and moles go."""
    colour = np.ascontiguousarray(person[..., :3])
    for _again in range(max(round(3 * strength), 1)):
        colour = cv2.bilateralFilter(colour, 0, 0.08, 0.03 * eyes.unit)
    person[..., :3] = colour
    return person


def _clothes_like_background(person: np.ndarray, eyes: _Eyes, strength: float, background: Colour) -> np.ndarray:
    """Everything under the chin in the background's colour; folds stay, faintly."""
    below = np.clip((eyes.y - eyes.chin - 0.25) * 6, 0, 1)[..., None]
    grey = person[..., :3].mean(axis=2, keepdims=True)
    dyed = np.asarray(background, np.float32) * (0.97 + 0.06 * (grey - 0.4))
    return _blend(person, np.clip(dyed, 0, 1), below * strength)


def _black_and_white(person: np.ndarray, eyes: _Eyes, strength: float, _: Colour) -> np.ndarray:
    return _blend(person, person[..., :3] @ np.array([[0.3], [0.59], [0.11]], np.float32), np.array(strength))


def _forehead_in_shadow(person: np.ndarray, eyes: _Eyes, strength: float, _: Colour) -> np.ndarray:
    """A cap's shadow over brows and eyes."""
    return _in_light(person, 1 - 0.85 * strength * np.clip((0.25 - eyes.y) * 4, 0, 1)[..., None])


_PAINTERS: dict[Defect, Callable[[np.ndarray, _Eyes, float, Colour], np.ndarray]] = {
    "eyes_closed": _eyes_closed,
    "red_eyes": _red_eyes,
    "glasses": _glasses,
    "sunglasses": _sunglasses,
    "glare": _glare,
    "highlight": _highlight,
    "side_light": _side_light,
    "warm_cast": _cast((1.25, 0.95, 0.45)),
    "green_cast": _cast((0.75, 1.15, 0.75)),
    "blue_cast": _cast((0.6, 0.9, 1.35)),
    "smoothed": _smoothed,
    "clothes_like_background": _clothes_like_background,
    "black_and_white": _black_and_white,
    "forehead_in_shadow": _forehead_in_shadow,
}
DEFECTS: tuple[Defect, ...] = get_args(Defect)
