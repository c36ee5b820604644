"""Pixels of a part of the face, taken from its bounding box only: a mask of the whole frame costs 3 ms."""

from typing import TypeVar

import cv2
import numpy as np
import numpy.typing as npt

from services.validator.faces import Points

Level = TypeVar("Level", np.uint8, np.float32)

# Of MediaPipe's mesh.
CHEEKS = (50, 280, 205, 425)
FOREHEAD = (108, 337)
BARE_BELOW_A_FRINGE = (151, 9, 8)  # middle of the forehead down to between the brows
NOSE_BRIDGE = (168, 6, 197)
INNER_LIPS = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308, 324, 318, 402, 317, 14, 87, 178, 88, 95)
PATCH = 0.045  # radius of a patch of skin, of the face's width: smaller than what lies between brow and hair


def inside(picture: npt.NDArray[Level], points: Points, step: int = 1) -> npt.NDArray[Level]:
    """Every step-th pixel (n, 3) in the convex hull of the points; none where it lies outside the picture."""
    picture, points = picture[::step, ::step], points / np.float32(step)
    low = np.maximum(np.floor(points.min(axis=0)).astype(int), 0)
    high = np.minimum(np.ceil(points.max(axis=0)).astype(int) + 1, picture.shape[1::-1])
    if (high <= low).any():
        return picture[:0, 0]
    mask = np.zeros((high[1] - low[1], high[0] - low[0]), np.uint8)
    hull = cv2.convexHull((points - low).astype(np.float32)).round().astype(np.int32)
    cv2.fillConvexPoly(mask, hull, 1)
    box = picture[low[1] : high[1], low[0] : high[0]].reshape(-1, picture.shape[2])
    values: npt.NDArray[Level] = np.take(box, np.flatnonzero(mask), axis=0)  # indexing by the mask takes longer
    return values


def around(picture: npt.NDArray[Level], point: Points, radius_px: float) -> npt.NDArray[Level]:
    """The pixels (n, 3) of a square patch around a point; none where it lies outside the picture."""
    x, y, reach = round(float(point[0])), round(float(point[1])), max(round(radius_px), 1)
    patch = picture[max(y - reach, 0) : max(y + reach + 1, 0), max(x - reach, 0) : max(x + reach + 1, 0)]
    return patch.reshape(-1, picture.shape[2])


def ranked(values: npt.NDArray[Level], share: float) -> npt.NDArray[Level]:
    """The value that `share` of the values (n, …) lie under, in each column; 0 of none, which is what lies beyond the
    picture's edge. NumPy's median and percentile, which interpolate, take five to ten times as long."""
    if not len(values):
        return np.zeros_like(values, shape=values.shape[1:])
    place = round(share * (len(values) - 1))
    value: npt.NDArray[Level] = np.partition(values, place, axis=0)[place]
    return value
