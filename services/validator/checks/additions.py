"""Nothing was laid over the picture: no border, frame line, date or caption (std 4).

Frame lines run along the whole side of a picture. Writing is looked for where dates and captions stand, at the top and
at the bottom: a row of upright edges with little above and below it; and across the face: strokes on the cheeks. What
looks like writing is then read, which decides.
"""

from collections.abc import Iterator
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

# From under the eyes down to the jaw, polygons of the mesh.
CHEEKS = (
    (117, 118, 101, 36, 205, 210, 172, 132, 123),
    (346, 347, 330, 266, 425, 430, 397, 361, 352),
)
STROKE_PX = 5  # of the picture at half its size: what is wider is no stroke
STANDS_OUT = 8  # thirty-seconds of a stop
_STOPS = np.minimum(np.log2(np.arange(1, 257)) * 32, 255).astype(np.uint8)


@dataclass(frozen=True)
class Ink:
    """What writing of one kind takes away from `channel` (of BGR): `stops` by level. Ink that lets half of the skin
    through takes one stop from every skin, pale or dark; in levels it would hardly be seen on pale skin.

    `share`: of the cheeks, covered with strokes, from which on they are read.
    """

    channel: int
    stops: npt.NDArray[np.uint8]
    share: float


# Pale ink takes from what blue, of which skin has least, lacks to white. 300 good photos reach 0.076, 95 of a hundred
# 0.053; 69 composed writings begin at 0.052, half of them at 0.117 (2026-11-28).
PALE = Ink(channel=0, stops=_STOPS[::-1].copy(), share=0.05)
STROKES_MAX = 0.09  # nothing else draws so many, so they need not be read
# Dark ink takes from red. Beards and freckles do too: one good photo in ten reaches 0.056, writings begin at 0.06.
DARK = Ink(channel=2, stops=_STOPS, share=0.057)
BESIDE = 0.25  # of the face's width, on either side: half a word is not read
CONTRAST, TILES = 4.0, (4, 4)
WIDEST_PX, LOUDER = 13, 6.0  # of the last reading: nothing but strokes


def check(portrait: Portrait, _: PhotoProfile) -> Finding:
    line = _line(portrait.grey)
    finding = measured(NAME, REASON, line, "级", Limits(high=NO_LINE), error=LINE - NO_LINE)
    if finding.outcome is not Outcome.PASS:
        return finding
    pale, dark = (_strokes(portrait, ink) for ink in (PALE, DARK))
    if pale > STROKES_MAX:
        return Finding(NAME, Outcome.UNSURE, REASON, round(pale, 3), "", Limits(high=STROKES_MAX), 50)
    strips = (portrait.picture[:STRIP_PX], portrait.picture[-STRIP_PX:])
    written = sum(characters_in(strip) for strip in strips if _row_of_edges(strip) > WRITTEN)
    suspected = [ink for ink, strokes in ((PALE, pale), (DARK, dark)) if strokes > ink.share]
    written += _characters(_face(portrait), suspected)
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


def _characters(face: Pixels, inks: list[Ink]) -> int:
    """Of up to three readings for each ink that is suspected: what one cannot read another can."""
    read = 0
    for picture in _readings(face, inks):
        read = max(read, characters_in(picture))
        if read >= CHARACTERS_MIN:
            break
    return read


def _readings(face: Pixels, inks: list[Ink]) -> Iterator[Pixels]:
    if inks:
        yield face
    for ink in inks:
        stops = cv2.LUT(cv2.extractChannel(face, ink.channel), ink.stops)
        contrast = cv2.createCLAHE(CONTRAST, TILES).apply(stops)
        strokes = cv2.morphologyEx(stops, cv2.MORPH_BLACKHAT, np.ones((WIDEST_PX, WIDEST_PX), np.uint8))
        for grey in (contrast, cv2.convertScaleAbs(strokes, alpha=LOUDER)):
            yield np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR), np.uint8)


def _face(portrait: Portrait) -> Pixels:
    beside = np.array((BESIDE * np.ptp(portrait.face.points[:, 0]), 0))
    left, top = np.maximum(portrait.face.points.min(axis=0) - beside, 0).astype(int)
    right, bottom = np.maximum(portrait.face.points.max(axis=0) + beside, 0).astype(int)
    return np.ascontiguousarray(portrait.picture[top:bottom, left:right])


def _strokes(portrait: Portrait, ink: Ink) -> float:
    """The share of the cheeks that narrow strokes cover."""
    cheeks = [portrait.face.points[list(cheek)] for cheek in CHEEKS]
    low, high = np.min(np.concatenate(cheeks), axis=0), np.max(np.concatenate(cheeks), axis=0)
    left, top = (max(int(corner) // 2 - STROKE_PX, 0) * 2 for corner in low)
    right, bottom = (max(int(corner) // 2 + STROKE_PX, 0) * 2 for corner in high)
    around = portrait.picture[top:bottom, left:right]
    if min(around.shape[:2]) < 2:
        return 0.0  # beyond the picture's edge
    half = cv2.resize(cv2.extractChannel(around, ink.channel), None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    stops = cv2.LUT(half, ink.stops)
    strokes = cv2.morphologyEx(stops, cv2.MORPH_BLACKHAT, np.ones((STROKE_PX, STROKE_PX), np.uint8))[..., None]
    skin = [
        inside(np.asarray(strokes, np.uint8), (cheek - np.array((left, top), np.float32)) / np.float32(2))
        for cheek in cheeks
    ]
    pixels = np.concatenate(skin)
    return np.count_nonzero(pixels > STANDS_OUT) / max(pixels.size, 1)
