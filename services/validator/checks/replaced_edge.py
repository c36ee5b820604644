"""The person was not cut out badly: no rim of another background, no steps, nothing of the head missing (std 2, 5).

Only above the mouth, where the silhouette is known. A black or white rim is not told from hair or from light.
"""

import cv2
import numpy as np
import numpy.typing as npt

from services.validator.background import Mask
from services.validator.colour import Lab, lab
from services.validator.faces import Pixels
from services.validator.portrait import Portrait
from services.validator.rules import Finding, Limits, measured
from shared.campaign import CheckName, PhotoProfile
from shared.reasons import Reason

NAME: CheckName = "replaced_edge"
REASON = Reason.BG_REPLACED_BAD

# How far the worst of three measures goes beyond what good photos reach: of 600 composed ones of 14 people, 595 stay
# under 1; two of white hair before white do not (2026-11-28).
GOOD, BAD = 1.0, 1.5
RIM_MAX = 0.25  # share of the outline; rags of 12 px from 0.36, a halo from 0.89
STEPS_MAX = (
    0.385  # share of the slanted outline; steps of 4 px from 0.391 (69 photos), three of 600 good ones up to 0.41
)
MISSING_MAX = 0.008  # share of the head above the eyes; bites from 0.009, but three of 69 that met hardly any hair

OUTSIDE_PX, RIM_PX, INSIDE_PX = (-8, -7, -6), (2, 3, 4, 5, 6, 7), (20, 25, 30)  # from the outline, inwards
FOREIGN = 14.0  # a*b* from every mixture of the background with what lies deeper
SLANTED = 0.3  # the smaller part of a unit vector: from 17° to 73°
STRAIGHT = 0.25  # as above: a gradient within 14° of level or upright
STRONG = 60  # Sobel's answer to an edge of 15 grey levels
STRIDE = 3  # of the outline's pixels one is looked at
FEW = 30  # points that tell nothing
SAME = 8.0  # of L* + a* + b*: the background's own colour
HEAD = 0.85  # half its width, of the face's width
SLACK = np.ones((5, 5), np.uint8)  # of the picture at a quarter of its size: gaps between strands are narrower

Points = npt.NDArray[np.float32]


def check(portrait: Portrait, _: PhotoProfile) -> Finding:
    points, inwards = _outline(portrait.background.person)
    parts = (_foreign_rim(portrait, points, inwards) / RIM_MAX, _steps(portrait, points, inwards) / STEPS_MAX)
    missing = min(_missing(portrait) / MISSING_MAX, BAD)  # never certain: white hair before white looks cut away
    worst = max(*parts, missing)
    return measured(NAME, REASON, worst, "倍", Limits(high=GOOD), error=BAD - GOOD)


def _outline(person: Mask) -> tuple[Points, Points]:
    """Points of the silhouette in the frame's pixels (n, 2), those at the picture's edge left out, and unit vectors
    into it."""
    contours, _ = cv2.findContours(person.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    longest = max(contours, key=len, default=np.zeros((1, 1, 2)))[:, 0].astype(np.float32)
    rounded = cv2.blur(np.concatenate([longest[-4:], longest, longest[:4]]), (1, 9))[4:-4]
    along = np.roll(rounded, -3, axis=0) - np.roll(rounded, 3, axis=0)
    # OpenCV goes round with the inside on the left as seen, and y points down.
    inwards = np.stack([along[:, 1], -along[:, 0]], axis=1) / np.maximum(np.hypot(*along.T), 1e-6)[:, None]
    height, width = person.shape
    inner = ((longest > 6) & (longest < (width - 7, height - 7))).all(axis=1)
    return (2 * rounded[inner][::STRIDE] + 0.5).astype(np.float32), inwards[inner][::STRIDE].astype(np.float32)


def _foreign_rim(portrait: Portrait, points: Points, inwards: Points) -> float:
    """The share of the outline along which a rim has a hue that neither the background nor the person nor grey hair nor
    a mixture of the background with these has."""
    if len(points) < FEW:
        return 0.0
    hues = _hues(portrait.picture, points, inwards, OUTSIDE_PX + RIM_PX + INSIDE_PX)
    outside, rim, inside = np.split(hues, (len(OUTSIDE_PX), len(OUTSIDE_PX) + len(RIM_PX)), axis=1)
    background = outside.mean(axis=1, keepdims=True)
    ways = np.concatenate([inside, np.zeros_like(background)], axis=1) - background
    from_background = rim - background
    along = np.einsum("prh,poh->pro", from_background, ways) / np.maximum((ways * ways).sum(axis=2), 1e-3)[:, None]
    away = from_background[:, :, None] - np.clip(along, 0, 1)[..., None] * ways[:, None]
    off = np.hypot(away[..., 0], away[..., 1]).min(axis=2)
    middle = len(RIM_PX) // 2
    return float((np.partition(off, middle, axis=1)[:, middle] > FOREIGN).mean())


def _hues(picture: Pixels, points: Points, inwards: Points, depths_px: tuple[int, ...]) -> Lab:
    """a* and b*, (points, depths, 2)."""
    places = points[:, None] + inwards[:, None] * np.array(depths_px, np.float32)[None, :, None]
    x, y = np.clip(places.round().astype(int), 0, (picture.shape[1] - 1, picture.shape[0] - 1)).transpose(2, 0, 1)
    return lab(picture[y, x])[..., 1:]


def _steps(portrait: Portrait, points: Points, inwards: Points) -> float:
    """Where the outline is slanted: the share of its edge that runs level or upright, as a mask of blocks does."""
    slanted = np.abs(inwards).min(axis=1) > SLANTED
    around = np.arange(-4, 5, dtype=np.float32)[None, :, None]
    x, y = (points[slanted][:, None] + inwards[slanted][:, None] * around).reshape(-1, 2).round().astype(int).T
    grey = portrait.grey[: 2 * portrait.background.person.shape[0] + 2]
    x, y = np.clip(x, 0, grey.shape[1] - 1), np.clip(y, 0, grey.shape[0] - 1)
    across, down = (np.abs(cv2.Sobel(grey, cv2.CV_16S, *order)[y, x].astype(np.float32)) for order in ((1, 0), (0, 1)))
    strength = np.hypot(across, down)
    strong = strength > STRONG
    if strong.sum() < FEW:
        return 0.0
    return float((np.minimum(across, down)[strong] < STRAIGHT * strength[strong]).mean())


def _missing(portrait: Portrait) -> float:
    """The share of the head above the eyes, as round as its hull, that shows the background."""
    background, reach = portrait.background, HEAD * portrait.face_width_px
    left, right = (max(int((portrait.centre_x_px + side * reach) / 2), 0) for side in (-1, 1))
    head = background.person[: int(portrait.eye_line_px / 2) : 2, left:right:2]
    contours, _ = cv2.findContours(head.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not contours:
        return 0.0
    hull = np.zeros(head.shape, np.uint8)
    cv2.fillConvexPoly(hull, cv2.convexHull(np.concatenate(contours)), 1)
    colours = lab(portrait.picture[: 4 * head.shape[0] : 4, 2 * left : 2 * left + 4 * head.shape[1] : 4])
    lightness, green, blue = cv2.split(np.abs(colours - background.colour))  # how far off; NumPy's sum takes four times
    behind = lightness + green + blue < SAME
    gaps = ((hull > 0) & (behind | ~head)).astype(np.uint8)
    lost = cv2.erode(gaps, SLACK)
    return float(lost.sum()) / float(hull.sum())
