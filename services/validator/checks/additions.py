"""Nothing was laid over the picture: no border, frame line, date or caption (std 4).

Frame lines run along the whole side of a picture. Writing is looked for where dates and captions stand, at the top and
at the bottom: a row of upright edges with little above and below it, which is then read. What is written across the
face is left to people.
"""

import cv2
import numpy as np
import numpy.typing as npt

from services.validator.faces import Pixels
from services.validator.portrait import Portrait
from services.validator.reading import characters_in
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


def check(portrait: Portrait, _: PhotoProfile) -> Finding:
    line = _line(portrait.picture)
    finding = measured(NAME, REASON, line, "级", Limits(high=NO_LINE), error=LINE - NO_LINE)
    if finding.outcome is not Outcome.PASS:
        return finding
    strips = (portrait.picture[:STRIP_PX], portrait.picture[-STRIP_PX:])
    written = sum(characters_in(strip) for strip in strips if _row_of_edges(strip) > WRITTEN)
    if written < CHARACTERS_MIN:
        return finding
    return Finding(NAME, Outcome.UNSURE, REASON, written, "字", Limits(high=CHARACTERS_MIN - 1), 50)


def _line(picture: Pixels) -> float:
    """Of the four sides the second clearest: one alone may be the edge of a desk."""
    level = (picture[:NEAR_PX, ::2], picture[: -NEAR_PX - 1 : -1, ::2])
    upright = (picture[::2, :NEAR_PX], picture[::2, : -NEAR_PX - 1 : -1])
    return sorted([*(_clearest_line(_grey(side)) for side in level), *(_clearest_line(_grey(side).T) for side in upright)])[-2]


def _grey(side: Pixels) -> npt.NDArray[np.uint8]:
    return np.asarray(cv2.cvtColor(np.ascontiguousarray(side), cv2.COLOR_BGR2GRAY), np.uint8)


def _clearest_line(strip: npt.NDArray[np.uint8]) -> float:
    """Rows run along the side."""
    strip = np.ascontiguousarray(strip)
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
