"""Nothing was laid over the picture: no border, frame line, date or caption (std 4).

Frame lines run along the whole side of a picture. Writing is looked for where dates and captions stand, at the top and
at the bottom: a row of upright edges with little above and below it; and across the face: strokes on the cheeks. What
looks like writing is then read, which decides.
"""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from services.validator.faces import Pixels
from services.validator.portrait import Portrait
from services.validator.reading import characters_in
from services.validator.regions import inside
from services.validator.rules import Finding, Limits, Outcome, measured
from shared.campaign import CheckName, PhotoProfile
from shared.reasons import Reason

NAME: CheckName = "additions"
REASON = Reason.EDIT_OVERLAY

# Grey levels that 80 % of a line at the second clearest side rises over its neighbour: 314 good photos reach 2, prints
# on a desk 4 to 6, borders and lines 11 and more (2026-11-21).
NO_LINE, LINE = 3, 8
SHARE = 0.8  # of the side; the rest may have the line's own colour
NEAR_PX = 60  # from the picture's edge

STRIP_PX = 100  # at the top and at the bottom
EDGE = 60  # grey levels within 3 px, of any of the three colours
ROWS_PX, APART_PX = 10, 16  # height of a row of writing, and to what is above and below it
WRITTEN = 18.0  # edges more in such a row: 2 % of good photos, every date and caption from 24
CHARACTERS_MIN = 3

STROKE_PX = 5  # of the picture at half its size: what is wider is no stroke
STANDS_OUT = 24  # levels


@dataclass(frozen=True)
class Ink:
    """What writing of one kind stands out by: the channel of BGR, and OpenCV's filter for narrow strokes in it.

    `skin`: where it is looked for, polygons of the mesh. `share`: of that skin, which the strokes must take.
    """

    channel: int
    hat: int
    skin: tuple[tuple[int, ...], ...]
    share: float


# Pale ink shows in blue, of which skin has least, from under the eye to beside the mouth, the smoothest skin there is:
# 3 % of 600 good photos have so many strokes there, all of 16 composed writings (2026-11-28).
PALE = Ink(
    0,
    cv2.MORPH_TOPHAT,
    ((117, 118, 101, 36, 205, 207, 187, 123), (346, 347, 330, 266, 425, 427, 411, 352)),
    0.018,
)
# Dark ink shows in red, down to the jaw: 11 % of them, who have beards and freckles, and all writings, from 0.059.
DARK = Ink(
    2,
    cv2.MORPH_BLACKHAT,
    ((117, 118, 101, 36, 205, 210, 172, 132, 123), (346, 347, 330, 266, 425, 430, 397, 361, 352)),
    0.055,
)
CONTRAST, TILES = 4.0, (4, 4)  # of the second reading: white on pale skin, which the first one misses


def check(portrait: Portrait, _: PhotoProfile) -> Finding:
    line = _line(portrait.grey)
    finding = measured(NAME, REASON, line, "级", Limits(high=NO_LINE), error=LINE - NO_LINE)
    if finding.outcome is not Outcome.PASS:
        return finding
    strips = (portrait.picture[:STRIP_PX], portrait.picture[-STRIP_PX:])
    written = sum(characters_in(strip) for strip in strips if _row_of_edges(strip) > WRITTEN)
    written += _characters_across_the_face(portrait)
    if written < CHARACTERS_MIN:
        return finding
    return Finding(NAME, Outcome.UNSURE, REASON, written, "字", Limits(high=CHARACTERS_MIN - 1), 50)


def _line(grey: npt.NDArray[np.uint8]) -> float:
    """Of the four sides the second clearest: one alone may be the edge of a desk."""
    sides = (grey, grey[::-1], grey.T, grey.T[::-1])
    return sorted(_clearest_line(np.ascontiguousarray(side[:NEAR_PX, ::2])) for side in sides)[-2]


def _clearest_line(strip: npt.NDArray[np.uint8]) -> float:
    rises = cv2.absdiff(strip[2:], strip[:-2])
    clearest = rises[(rises > NO_LINE).sum(axis=1).argmax()]
    rank = int((1 - SHARE) * clearest.size)
    return float(np.partition(clearest, rank)[rank])


def _row_of_edges(strip: Pixels) -> float:
    """How many upright edges the richest row of writing has more than what lies above and below it."""
    rises = cv2.absdiff(strip[:, 3:], strip[:, :-3])
    blue, green, red = cv2.split(rises)
    edges = np.count_nonzero(cv2.max(cv2.max(blue, green), red) > EDGE, axis=1).astype(np.float32)
    rows = cv2.blur(edges[:, None], (1, ROWS_PX), borderType=cv2.BORDER_REPLICATE)[:, 0]
    around = np.pad(rows, APART_PX, mode="edge")
    return float((rows - np.maximum(around[: -2 * APART_PX], around[2 * APART_PX :])).max())


def _characters_across_the_face(portrait: Portrait) -> int:
    inks = [ink for ink in (PALE, DARK) if _strokes(portrait, ink) > ink.share]
    if not inks:
        return 0
    face = _face(portrait)
    read = characters_in(face)
    return read if read >= CHARACTERS_MIN else max(characters_in(_stretched(face, ink)) for ink in inks)


def _stretched(face: Pixels, ink: Ink) -> Pixels:
    """What the ink stands out in, with more contrast, as grey BGR."""
    channel = cv2.createCLAHE(CONTRAST, TILES).apply(cv2.extractChannel(face, ink.channel))
    return np.asarray(cv2.cvtColor(channel, cv2.COLOR_GRAY2BGR), np.uint8)


def _face(portrait: Portrait) -> Pixels:
    left, top = np.maximum(portrait.face.points.min(axis=0).astype(int), 0)
    right, bottom = np.maximum(portrait.face.points.max(axis=0).astype(int), 0)
    return np.ascontiguousarray(portrait.picture[top:bottom, left:right])


def _strokes(portrait: Portrait, ink: Ink) -> float:
    """The share of the skin that narrow strokes cover."""
    cheeks = [portrait.face.points[list(cheek)] for cheek in ink.skin]
    low, high = np.min(np.concatenate(cheeks), axis=0), np.max(np.concatenate(cheeks), axis=0)
    left, top = (max(int(corner) // 2 - STROKE_PX, 0) * 2 for corner in low)
    right, bottom = (max(int(corner) // 2 + STROKE_PX, 0) * 2 for corner in high)
    around = portrait.picture[top:bottom, left:right]
    if min(around.shape[:2]) < 2:
        return 0.0  # beyond the picture's edge
    half = cv2.resize(cv2.extractChannel(around, ink.channel), None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    strokes = cv2.morphologyEx(half, ink.hat, np.ones((STROKE_PX, STROKE_PX), np.uint8))[..., None]
    skin = [
        inside(np.asarray(strokes, np.uint8), (cheek - np.array((left, top), np.float32)) / np.float32(2))
        for cheek in cheeks
    ]
    pixels = np.concatenate(skin)
    return np.count_nonzero(pixels > STANDS_OUT) / max(pixels.size, 1)
