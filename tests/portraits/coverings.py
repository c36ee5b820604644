"""Faults of hair, headgear, glasses, gaze and clothes, painted onto a cut-out person like those of defects.py.

Lengths are shares of the distance between the eyes: the cheeks lie at x = ±1.1, the ears reach to ±1.4, the hair
begins near y = -1.1 and ends near -1.8. Hair and cloth are drawn with strands and folds, and cover the outline too.
"""

from collections.abc import Callable
from functools import partial
from typing import Literal, get_args

import cv2
import numpy as np

from tests.portraits.cutouts import Face
from tests.portraits.defects import Colour, Eyes, blend, in_light

Covering = Literal[
    "hair_over_ears",
    "hair_over_one_ear",
    "fringe",
    "blue_cap",
    "black_cap",
    "knit_hat",
    "headscarf",
    "low_frame",
    "looking_left",
    "looking_right",
    "hanging_shoulder",
    "blue_clothes",
    "navy_clothes",
]
BLACK_HAIR: Colour = (0.13, 0.10, 0.09)
Mask = np.ndarray  # (height, width), 0-1


def covered(person: np.ndarray, face: Face, covering: Covering, strength: float) -> np.ndarray:
    """A copy of the person with the fault; `strength` below 1 is thinner, shorter or less far aside."""
    return _PAINTERS[covering](person.copy(), Eyes(person, face), strength)


def _laid_over(person: np.ndarray, colour: np.ndarray, cover: Mask) -> np.ndarray:
    """Colour over the person and over the background beside it."""
    cover = np.clip(cover, 0, 1)[..., None]
    alpha = person[..., 3:]
    whole = cover + alpha * (1 - cover)
    mixed = (colour * cover + person[..., :3] * alpha * (1 - cover)) / np.maximum(whole, 1e-4)
    return np.dstack([np.clip(mixed, 0, 1), whole]).astype(np.float32)


def _grain(eyes: Eyes, across: float, down: float) -> Mask:
    """Noise blurred to streaks `across` by `down`, with σ 1."""
    noise = np.random.default_rng(5).standard_normal(eyes.x.shape).astype(np.float32)
    streaks = cv2.GaussianBlur(noise, (0, 0), max(across * eyes.unit, 0.5), sigmaY=max(down * eyes.unit, 0.5))
    return np.asarray(streaks / max(float(streaks.std()), 1e-6))


def _hair(eyes: Eyes) -> np.ndarray:
    """Black strands that fall; lighter where the light falls on the round of the head."""
    shine = np.exp(-(((eyes.y + 1.2) / 0.5) ** 2)) * 0.06
    strands = 0.035 * _grain(eyes, 0.012, 0.5) + 0.02 * _grain(eyes, 0.05, 0.8) + shine
    return np.asarray(np.clip(np.array(BLACK_HAIR) + strands[..., None] * np.array([1.1, 1.0, 0.95]), 0, 1))


def _soft(distance: np.ndarray, eyes: Eyes, width: float = 0.03) -> Mask:
    """1 where positive, 0 where negative, an edge `width` wide."""
    return np.asarray(np.clip(0.5 + distance / width, 0, 1))


def _oval(eyes: Eyes, x: float, y: float, half_width: float, half_height: float) -> np.ndarray:
    """About the distance inside an upright oval, negative outside."""
    away = np.hypot((eyes.x - x) / half_width, (eyes.y - y) / half_height)
    return np.asarray((1 - away) * min(half_width, half_height))


def _long_hair(person: np.ndarray, eyes: Eyes, strength: float, sides: tuple[int, ...]) -> np.ndarray:
    """From the crown over the ears down to the chest; the forehead and the cheeks are free."""
    ragged = 0.02 * _grain(eyes, 0.02, 0.9)
    over = np.minimum(_oval(eyes, 0, -0.1, 1.66, 1.85), -_oval(eyes, 0, 0.35, 1.02, 1.5))
    locks = np.minimum(1.64 - np.abs(eyes.x), np.abs(eyes.x) - 0.98 - 0.1 * np.clip(eyes.y - 1, 0, 1))
    locks = np.minimum(locks, np.minimum(eyes.y + 0.15, 1.2 + 1.4 * strength + 4 * ragged - eyes.y))
    hair = np.maximum(np.where(eyes.y < 0, over, -1), locks) + ragged
    wanted = np.isin(np.sign(eyes.x + 0.3 * sum(sides)), sides)
    return _laid_over(person, _hair(eyes), _soft(np.where(wanted, hair, -1), eyes))


def _fringe(person: np.ndarray, eyes: Eyes, strength: float) -> np.ndarray:
    """Over the forehead and the brows, in tufts; at half strength it ends above the brows."""
    tufts = 0.06 * _grain(eyes, 0.05, 3.0)
    bottom = -0.3 - 0.5 * (1 - strength) + 0.1 * (eyes.x / 1.1) ** 2 + tufts
    hair = np.minimum(_oval(eyes, 0, -0.35, 1.42, 1.6), bottom - eyes.y)
    return _laid_over(person, _hair(eyes), _soft(hair, eyes, 0.05))


def _bare(person: np.ndarray, eyes: Eyes, bottom: float) -> np.ndarray:
    """Without the hair that would stand out beside a hat or scarf above `bottom`."""
    kept = np.maximum(_soft(_oval(eyes, 0, -0.4, 1.5, 1.6), eyes), _soft(eyes.y - bottom, eyes, 0.3))
    person[..., 3] *= kept
    return person


def _cap(person: np.ndarray, eyes: Eyes, strength: float, colour: Colour) -> np.ndarray:
    """A dome of cloth with seams, a brim over the forehead, its shadow under it."""
    person = _bare(person, eyes, -0.5)
    person = in_light(person, 1 - 0.4 * strength * np.exp(-(((eyes.y + 0.4) / 0.25) ** 2))[..., None])
    round_ = 1.08 - 0.42 * (eyes.x / 1.5) ** 2 + 0.12 * np.exp(-(((eyes.y + 1.4) / 0.4) ** 2))
    seams = 0.12 * np.exp(-(((np.abs(eyes.x) - 0.62 - 0.15 * (eyes.y + 1.4)) / 0.015) ** 2))
    weave = 0.015 * _grain(eyes, 0.008, 0.008) + 0.02 * _grain(eyes, 0.2, 0.1)
    cloth = np.clip(np.array(colour) * (round_ - seams)[..., None] + weave[..., None], 0, 1)
    dome = np.minimum(_oval(eyes, 0, -0.6, 1.4, 1.5), -0.62 - 0.12 * (eyes.x / 1.5) ** 2 - eyes.y)
    person = _laid_over(person, cloth, _soft(dome, eyes))
    brim = np.minimum(_oval(eyes, 0, -0.68, 1.28, 0.26), eyes.y + 0.84 - 0.1 * (eyes.x / 1.3) ** 2)
    return _laid_over(person, np.clip(cloth * 0.72, 0, 1), _soft(brim, eyes))


def _knit_hat(person: np.ndarray, eyes: Eyes, strength: float) -> np.ndarray:
    """Grey ribs down to the middle of the forehead, with a turned-up edge."""
    person = _bare(person, eyes, -0.4)
    ribs = 0.07 * np.sin(eyes.x * 2 * np.pi / 0.11) + 0.03 * _grain(eyes, 0.012, 0.02)
    shade = 0.46 - 0.12 * (eyes.x / 1.45) ** 2 + ribs + 0.05 * (eyes.y > -1.05)
    hat = np.minimum(_oval(eyes, 0, -0.5, 1.38, 1.7), -0.66 + 0.2 * (eyes.x / 1.4) ** 2 - eyes.y)
    wool = np.clip(shade[..., None] * np.array([0.97, 1.0, 1.04]), 0, 1)
    return _laid_over(person, wool, _soft(hat, eyes) * strength)


def _headscarf(person: np.ndarray, eyes: Eyes, strength: float) -> np.ndarray:
    """Cream cloth over hair, ears and neck; only the face is free."""
    person = _bare(person, eyes, 0.6)
    folds = 0.05 * _grain(eyes, 0.05, 0.5) + 0.04 * _grain(eyes, 0.25, 0.3)
    shade = 0.78 - 0.18 * (eyes.x / 1.6) ** 2 + folds
    head = _oval(eyes, 0, 0.1, 1.62, 2.15)
    drape = np.minimum(1.3 + 0.35 * np.clip(eyes.y - 1, 0, 2) - np.abs(eyes.x), np.minimum(eyes.y - 0.6, 3.4 - eyes.y))
    drape = np.minimum(drape, 3.2 - 0.5 * eyes.x**2 - eyes.y)
    scarf = np.minimum(np.maximum(head, drape), -_oval(eyes, 0, 0.45, 1.06, 1.42))
    cloth = np.clip(shade[..., None] * np.array([1.0, 0.95, 0.86]), 0, 1)
    return _laid_over(person, cloth, _soft(scarf, eyes) * strength)


def _low_frame(person: np.ndarray, eyes: Eyes, strength: float) -> np.ndarray:
    """Dark glasses that slid down the nose: the upper rim crosses the pupils."""
    layer = np.zeros(person.shape[:2], np.float32)
    thick = max(round(0.06 * eyes.unit), 2)
    turn = float(np.degrees(np.arctan2(eyes.along[1], eyes.along[0])))
    for side in (-1, 1):
        axes = (round(0.40 * eyes.unit), round(0.26 * eyes.unit))
        cv2.ellipse(layer, eyes.at(0.52 * side, 0.27), axes, turn, 0, 360, 1, thick, cv2.LINE_AA)
        cv2.line(layer, eyes.at(0.9 * side, 0.2), eyes.at(1.15 * side, 0.0), 1, thick, cv2.LINE_AA)
    cv2.line(layer, eyes.at(-0.13, 0.22), eyes.at(0.13, 0.22), 1, thick, cv2.LINE_AA)
    return blend(person, (0.1, 0.09, 0.09), layer[..., None] * strength)


def _looking(person: np.ndarray, eyes: Eyes, strength: float, side: int) -> np.ndarray:
    """Both irises moved aside within the lids by 0.12, what 20° of the eyeball do."""
    x = eyes.x.copy()
    level = np.interp(np.abs(eyes.y), (0.12, 0.2), (1, 0))
    for middle in (-0.5, 0.5):
        # The corners stay; the white in front of the iris is pressed together, that behind it drawn out.
        share = np.interp(side * (eyes.x - middle), (-0.27, 0.02, 0.21, 0.28), (0, 1, 1, 0))
        x -= side * 0.12 * strength * share * level
    return eyes.remap(person, x, eyes.y)


def _hanging_shoulder(person: np.ndarray, eyes: Eyes, strength: float) -> np.ndarray:
    """The shoulder on the right hangs, by 12° of the line between both."""
    below = np.clip((eyes.y - eyes.chin + 0.1) / 0.7, 0, 1)
    drop = 2 * np.tan(np.radians(14 * strength)) * np.clip(eyes.x - 0.2, 0, None) * below
    return eyes.remap(person, eyes.x, eyes.y - drop)


def _dyed(person: np.ndarray, eyes: Eyes, strength: float, colour: Colour) -> np.ndarray:
    """Clothes in another colour, their folds kept; bare skin stays."""
    red, _, blue = (person[..., channel] for channel in range(3))
    skin = np.clip((red - blue - 0.08) * 12, 0, 1) * (np.abs(eyes.x) < 0.75)
    below = np.clip((eyes.y - eyes.chin - 0.3) * 6, 0, 1) * (1 - skin)
    folds = 0.75 + 0.5 * person[..., :3].mean(axis=2, keepdims=True)
    return blend(person, np.clip(np.array(colour) * folds, 0, 1), below[..., None] * strength)


_PAINTERS: dict[Covering, Callable[[np.ndarray, Eyes, float], np.ndarray]] = {
    "hair_over_ears": partial(_long_hair, sides=(-1, 1)),
    "hair_over_one_ear": partial(_long_hair, sides=(1,)),
    "fringe": _fringe,
    "blue_cap": partial(_cap, colour=(0.12, 0.25, 0.62)),
    "black_cap": partial(_cap, colour=(0.09, 0.09, 0.1)),
    "knit_hat": _knit_hat,
    "headscarf": _headscarf,
    "low_frame": _low_frame,
    "looking_left": partial(_looking, side=-1),
    "looking_right": partial(_looking, side=1),
    "hanging_shoulder": _hanging_shoulder,
    "blue_clothes": partial(_dyed, colour=(0.15, 0.35, 0.8)),
    "navy_clothes": partial(_dyed, colour=(0.1, 0.13, 0.28)),
}
COVERINGS: tuple[Covering, ...] = get_args(Covering)
