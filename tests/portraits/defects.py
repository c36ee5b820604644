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
    "tinted_lenses",
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
IRIS_RADIUS, EYE_HALF_WIDTH = 0.093, 0.30
LASHES, EYE_HEIGHT, UNDER_EYE = 0.09, 0.24, 0.13  # of the closed lid, downwards from the iris
LAMP = np.radians(65)  # beside the camera
Colour = tuple[float, float, float]


def painted(person: np.ndarray, face: Face, defect: Defect, strength: float, background: Colour) -> np.ndarray:
    """A copy of the person with the defect; `background` in 0–1, what clothes may be confused with."""
    return _PAINTERS[defect](person.copy(), Eyes(person, face), strength, background)


class Eyes:
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

    def brighter_side(self, person: np.ndarray) -> int:
        """-1: the picture's left half of the face is brighter than the right."""
        face = (np.abs(self.x) < 0.9) & (self.y > -0.6) & (self.y < 1)
        left, right = (person[..., :3][face & (side * self.x > 0)].mean() for side in (-1, 1))
        return -1 if left > right else 1

    def soft(self, mask: np.ndarray, radius: float) -> np.ndarray:
        """The mask with a soft edge, (height, width, 1)."""
        return np.asarray(cv2.GaussianBlur(mask.astype(np.float32), (0, 0), radius * self.unit)[..., None])

    def blob(self, x: float, y: float, radius: float) -> np.ndarray:
        """1 in the middle, softly 0 outside, (height, width, 1)."""
        away = np.hypot(self.x - x, self.y - y) / radius
        return np.asarray(np.clip(1.5 - 1.5 * away, 0, 1)[..., None])


def blend(person: np.ndarray, colour: Colour | np.ndarray, share: np.ndarray) -> np.ndarray:
    person[..., :3] += share * (np.asarray(colour, np.float32) - person[..., :3])
    return person


def in_light(person: np.ndarray, factor: np.ndarray | Colour) -> np.ndarray:
    person[..., :3] = np.clip(person[..., :3] ** 2.2 * np.asarray(factor, np.float32), 0, 1) ** (1 / 2.2)
    return person


def _eyes_closed(person: np.ndarray, eyes: Eyes, strength: float, _: Colour) -> np.ndarray:
    """The lid is the skin under the eye, folded up over it: its own colour and pores, and no brow comes down with it.

    Strength 0.5 lowers the lid half way.
    """
    x = np.minimum(np.abs(eyes.x - 0.5), np.abs(eyes.x + 0.5))
    shape = np.clip(1 - (x / EYE_HALF_WIDTH) ** 2, 0, 1)
    edge = LASHES - EYE_HEIGHT * (1 - strength)  # of the lid, which bends down in its middle
    edge = edge - 0.06 * (1 - shape)
    lid = (eyes.y < edge) & (eyes.y > LASHES - EYE_HEIGHT * np.sqrt(shape)) & (shape > 0)
    skin = eyes.remap(person, eyes.x, UNDER_EYE + 0.6 * (LASHES - eyes.y))
    closed = blend(person, skin[..., :3], eyes.soft(lid, 0.025))
    crease = (np.abs(eyes.y - LASHES + EYE_HEIGHT * (0.9 * np.sqrt(shape) - 0.1)) < 0.01) & (shape > 0.2)
    closed = in_light(closed, 1 - 0.4 * eyes.soft(crease, 0.012))
    lashes = (np.abs(eyes.y - edge) < 0.016) & (shape > 0.1)
    return blend(closed, (0.16, 0.12, 0.11), eyes.soft(lashes, 0.006) * 0.8)


def _red_eyes(person: np.ndarray, eyes: Eyes, strength: float, _: Colour) -> np.ndarray:
    for middle in (-0.5, 0.5):
        person = blend(person, (0.78, 0.08, 0.1), eyes.blob(middle, 0, IRIS_RADIUS * 0.8) * 0.9 * strength)
    return person


def _glasses(person: np.ndarray, eyes: Eyes, strength: float, _: Colour) -> np.ndarray:
    """A dark frame: two lenses 0.72 wide, the bridge, the arms to the temples."""
    layer = np.zeros(person.shape[:2], np.float32)
    thick = max(round(0.045 * eyes.unit), 2)
    for side in (-1, 1):
        axes = (round(0.38 * eyes.unit), round(0.27 * eyes.unit))
        turn = float(np.degrees(np.arctan2(eyes.along[1], eyes.along[0])))
        cv2.ellipse(layer, eyes.at(0.52 * side, 0.06), axes, turn, 0, 360, 1, thick, cv2.LINE_AA)
        cv2.line(layer, eyes.at(0.9 * side, 0.0), eyes.at(1.15 * side, -0.03), 1, thick, cv2.LINE_AA)
    cv2.line(layer, eyes.at(-0.15, 0.0), eyes.at(0.15, 0.0), 1, thick, cv2.LINE_AA)
    return blend(person, (0.1, 0.09, 0.09), layer[..., None] * strength)


def _sunglasses(person: np.ndarray, eyes: Eyes, strength: float, background: Colour) -> np.ndarray:
    for side in (-1, 1):
        person = blend(person, (0.12, 0.1, 0.1), _lens(eyes, side, 0.38, 0.27)[..., None] * 0.85 * strength)
    return _glasses(person, eyes, 1.0, background)


def _tinted_lenses(person: np.ndarray, eyes: Eyes, strength: float, _: Colour) -> np.ndarray:
    """Rimless and brown: every eye is seen through them, half of the light comes through."""
    for side in (-1, 1):
        kept = np.array((0.6, 0.48, 0.34), np.float32)
        person = in_light(person, 1 - strength * _lens(eyes, side, 0.44, 0.36)[..., None] * (1 - kept))
    return person


def _lens(eyes: Eyes, side: int, half_width: float, half_height: float) -> np.ndarray:
    return np.asarray(np.hypot((eyes.x - 0.52 * side) / half_width, (eyes.y - 0.06) / half_height) < 1)


def _glare(person: np.ndarray, eyes: Eyes, strength: float, background: Colour) -> np.ndarray:
    person = _glasses(person, eyes, 1.0, background)
    for side in (-1, 1):
        streak = np.hypot((eyes.x - 0.55 * side + 0.3 * eyes.y) / 0.16, (eyes.y - 0.03) / 0.12)
        person = blend(person, (0.97, 0.98, 1.0), np.clip(1.4 - 1.4 * streak, 0, 1)[..., None] * 0.95 * strength)
    return person


def _highlight(person: np.ndarray, eyes: Eyes, strength: float, _: Colour) -> np.ndarray:
    """A lamp mirrored by forehead, cheek and nose: light is added, until no colour is left in the middle."""
    shine = np.zeros(person.shape[:2], np.float32)
    for x, y, radius in ((0.1, -0.6, 0.27), (-0.55, 0.5, 0.17), (0.02, 0.4, 0.1)):
        shine += np.exp(-((np.hypot(eyes.x - x, eyes.y - y) / radius) ** 2))
    person[..., :3] = (person[..., :3] ** 2.2 + 1.3 * strength * shine[..., None]) ** (1 / 2.2)
    return person


def _side_light(person: np.ndarray, eyes: Eyes, strength: float, _: Colour) -> np.ndarray:
    """One lamp beside the head, on the side that is brighter already: light falls with the angle to the skin.

    The head is a cylinder with a nose on it; an eighth of the light comes from everywhere.
    """
    nose = 0.13 * np.exp(-((eyes.x / 0.2) ** 2)) * np.clip(np.minimum(eyes.y * 2, (0.75 - eyes.y) * 5), 0, 1)
    across = np.clip(eyes.x / 1.25, -0.98, 0.98)
    slope = across / np.sqrt(1 - across**2) + 2 * eyes.x / 0.2**2 * nose
    facing = slope / np.sqrt(1 + slope**2)
    lamp = eyes.brighter_side(person) * np.sin(LAMP) * facing + np.cos(LAMP) * np.sqrt(1 - facing**2)
    light = 1.5 * (0.12 + 0.88 * np.clip(lamp, 0, 1))  # as bright as the camera would make it
    return in_light(person, (1 - strength * (1 - light))[..., None])


def _cast(gains: Colour) -> Callable[..., np.ndarray]:
    def painter(person: np.ndarray, eyes: Eyes, strength: float, _: Colour) -> np.ndarray:
        return in_light(person, tuple(1 + strength * (gain - 1) for gain in gains))  # type: ignore[arg-type]  # three

    return painter


def _smoothed(person: np.ndarray, eyes: Eyes, strength: float, _: Colour) -> np.ndarray:
    """What beauty apps do: edges, eyes and brows stay, pores and moles go (guided filter, He, Sun, Tang 2010)."""
    window = (2 * round(0.07 * eyes.unit) + 1,) * 2
    smooth = person[..., :3]
    for _again in range(2):
        mean = cv2.blur(smooth, window)
        variance = cv2.blur(smooth**2, window) - mean**2
        kept = variance / (variance + (0.06 * strength) ** 2)
        smooth = cv2.blur(kept, window) * smooth + cv2.blur((1 - kept) * mean, window)
    skin = np.hypot((np.abs(eyes.x) - 0.5) / 0.42, (eyes.y + 0.1) / 0.28) > 1
    return blend(person, np.clip(smooth, 0, 1), eyes.soft(skin, 0.03))


def _clothes_like_background(person: np.ndarray, eyes: Eyes, strength: float, background: Colour) -> np.ndarray:
    """Everything under the chin in the background's colour; folds stay, faintly."""
    below = np.clip((eyes.y - eyes.chin - 0.25) * 6, 0, 1)[..., None]
    grey = person[..., :3].mean(axis=2, keepdims=True)
    dyed = np.asarray(background, np.float32) * (0.97 + 0.06 * (grey - 0.4))
    return blend(person, np.clip(dyed, 0, 1), below * strength)


def _black_and_white(person: np.ndarray, eyes: Eyes, strength: float, _: Colour) -> np.ndarray:
    return blend(person, person[..., :3] @ np.array([[0.3], [0.59], [0.11]], np.float32), np.array(strength))


def _forehead_in_shadow(person: np.ndarray, eyes: Eyes, strength: float, _: Colour) -> np.ndarray:
    """A cap's shadow over brows and eyes."""
    return in_light(person, 1 - 0.85 * strength * np.clip((0.25 - eyes.y) * 4, 0, 1)[..., None])


_PAINTERS: dict[Defect, Callable[[np.ndarray, Eyes, float, Colour], np.ndarray]] = {
    "eyes_closed": _eyes_closed,
    "red_eyes": _red_eyes,
    "glasses": _glasses,
    "sunglasses": _sunglasses,
    "tinted_lenses": _tinted_lenses,
    "glare": _glare,
    "highlight": _highlight,
    "side_light": _side_light,
    "warm_cast": _cast((1.25, 0.95, 0.45)),
    "green_cast": _cast((0.75, 1.15, 0.75)),
    "blue_cast": _cast((0.45, 0.85, 1.5)),
    "smoothed": _smoothed,
    "clothes_like_background": _clothes_like_background,
    "black_and_white": _black_and_white,
    "forehead_in_shadow": _forehead_in_shadow,
}
DEFECTS: tuple[Defect, ...] = get_args(Defect)
