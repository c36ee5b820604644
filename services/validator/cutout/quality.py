"""Is a cut-out good enough to be printed? What cannot be told from the picture is refused, not hoped for."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from services.validator.colour import lab
from services.validator.cutout.edges import Alpha
from services.validator.portrait import Portrait

SIDE_PX = 6  # how far from the edge its two sides are compared
SAME_SIDES = 6.0  # ΔE76: less is no edge


@dataclass(frozen=True, slots=True)
class Limits:
    """What an engine is believed up to; set on cut-outs of 2 composed people and 22 real portraits, looked at one by
    one."""

    spread: float | None  # ΔE of the old background from its median, p95; None: any
    blind: float
    soft_px: float = 15.0  # hair that flies reaches 12, haze that the network took for a person 20 to 64
    face_covered: float = 0.97
    whole: float = 0.97
    lost: float | None = None  # None: any, for what cuts before backgrounds in which a flood finds no outline


@dataclass(frozen=True, slots=True)
class Quality:
    """What was measured of one cut-out."""

    spread: float
    blind: float  # share of the edge at which both sides have the same colour: there it is a guess
    soft_px: float  # mean width of the band between person and background
    face_covered: float  # mean alpha within the face's outline
    whole: float  # share of the person that hangs together
    lost: float  # share of what the flood takes for the person above the mouth, that was cut off

    def faults(self, limits: Limits) -> tuple[str, ...]:
        """Each with its value and its limit; none: good enough."""
        wrong = {
            "spread": limits.spread is not None and self.spread > limits.spread,
            "blind": self.blind > limits.blind,
            "soft_px": self.soft_px > limits.soft_px,
            "face_covered": self.face_covered < limits.face_covered,
            "whole": self.whole < limits.whole,
            "lost": limits.lost is not None and self.lost > limits.lost,
        }
        return tuple(
            f"{name} {getattr(self, name):.3g}, limit {getattr(limits, name):g}" for name in wrong if wrong[name]
        )


def quality_of(alpha: Alpha, portrait: Portrait) -> Quality:
    person = (alpha >= 0.5).astype(np.uint8)
    soft = (alpha > 0.05) & (alpha < 0.95)
    edge = _edge(person)
    return Quality(
        spread=portrait.background.spread,
        blind=_blind(edge, person, portrait),
        soft_px=float(soft.sum() / max(edge.sum(), 1)),
        face_covered=_face_covered(alpha, portrait),
        whole=_whole(person),
        lost=_lost(person, portrait),
    )


def _edge(person: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
    """The person's outermost pixels, but not where the picture itself ends."""
    inner = cv2.erode(person, np.ones((3, 3), np.uint8), borderType=cv2.BORDER_REPLICATE)
    edge: npt.NDArray[np.bool_] = person > inner
    return edge


def _face_covered(alpha: Alpha, portrait: Portrait) -> float:
    face = np.zeros(alpha.shape, np.uint8)
    cv2.fillConvexPoly(face, cv2.convexHull(portrait.face.points).astype(np.int32), 1)
    inside = cv2.erode(face, np.ones((9, 9), np.uint8)) > 0
    return float(alpha[inside].mean()) if inside.any() else 0.0


def _blind(edge: npt.NDArray[np.bool_], person: npt.NDArray[np.uint8], portrait: Portrait) -> float:
    """Compares the colours SIDE_PX inside and outside each edge pixel, along the slope of the distance to the edge."""
    if not edge.any():
        return 1.0
    inwards = cv2.distanceTransform(person, cv2.DIST_L2, 5) - cv2.distanceTransform(1 - person, cv2.DIST_L2, 5)
    smooth = cv2.GaussianBlur(inwards, (0, 0), 2)
    rows, columns = np.nonzero(edge)
    across = np.stack([cv2.Sobel(smooth, cv2.CV_32F, 1, 0), cv2.Sobel(smooth, cv2.CV_32F, 0, 1)], axis=-1)[edge]
    across = across / np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-6) * SIDE_PX
    colours = lab(np.asarray(cv2.blur(portrait.picture, (5, 5)), np.uint8))

    def at(sign: int) -> npt.NDArray[np.float32]:
        x = np.clip(columns + sign * across[:, 0], 0, person.shape[1] - 1).astype(int)
        y = np.clip(rows + sign * across[:, 1], 0, person.shape[0] - 1).astype(int)
        return np.asarray(colours[y, x])

    return float((np.linalg.norm(at(1) - at(-1), axis=1) < SAME_SIDES).mean())


def _whole(person: npt.NDArray[np.uint8]) -> float:
    _, _, statistics, _ = cv2.connectedComponentsWithStats(person, connectivity=4)
    areas = statistics[1:, cv2.CC_STAT_AREA]
    return float(areas.max() / areas.sum()) if areas.size else 0.0


def _lost(person: npt.NDArray[np.uint8], portrait: Portrait) -> float:
    """GrabCut cut hair off before a background as dark, along an edge with which nothing else found fault."""
    seen = cv2.erode(portrait.background.person.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    cut = person[::2, ::2][: len(seen)]
    return float((cut[seen] == 0).mean()) if seen.any() else 0.0
