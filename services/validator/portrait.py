"""Look once: everything the checks measure on, in pixels of the 480x640 frame (x to the right, y down)."""

from dataclasses import dataclass
from functools import cached_property
from math import asin, atan2, degrees

import cv2
import numpy as np
import numpy.typing as npt

from services.validator.background import Background, crown_px, look_behind
from services.validator.colour import Lab, lab
from services.validator.faces import Eye, Face, FaceModels, Halves, Pixels, distance
from services.validator.hairline import Hairline, find_hairline
from services.validator.regions import inside

FRAME_WIDTH_PX, FRAME_HEIGHT_PX = 480, 640  # std 12
FACE_CERTAINTY_MIN = 3.0  # of the mesh's logit; under it is no face at all (judge.md §1)
CHEEK_TO_FACE_WIDTH = 0.976  # ± 0.019: what a person draws between the cheeks, of the mesh's 234-454
CHEEKS = (234, 454)
INNER_CHEEKS = (123, 352)  # their middle errs half as much as the outer ones'
LIPS_INNER, MOUTH_CORNERS = (13, 14), (61, 291)


# No slots, so that a check may compute once what others ask too; no equality, so that a portrait can key a cache.
@dataclass(frozen=True, eq=False)
class Portrait:
    """One person in the frame; `others` are further faces, the largest first."""

    picture: Pixels  # (640, 480, 3) BGR
    face: Face
    others: tuple[Face, ...]
    eyes: tuple[Eye, Eye]
    background: Background
    crown_px: float
    hairline: Hairline
    quarter: Pixels  # the picture at a quarter of its size, (160, 120, 3)

    @cached_property
    def grey(self) -> npt.NDArray[np.uint8]:
        """The picture's greys, (640, 480)."""
        return np.asarray(cv2.cvtColor(self.picture, cv2.COLOR_BGR2GRAY), np.uint8)

    @cached_property
    def face_pixels(self) -> Pixels:
        """Every third pixel of the face, in rows and columns, (n, 3) BGR."""
        return inside(self.picture, self.face.points, step=3)

    @cached_property
    def face_colours(self) -> Lab:
        """The same pixels in L*a*b*, (n, 3)."""
        return lab(self.face_pixels)

    @cached_property
    def eye_line_px(self) -> float:
        return eye_line_px(self.eyes)

    @cached_property
    def face_width_px(self) -> float:
        return face_width_px(self.face)

    @cached_property
    def centre_x_px(self) -> float:
        return centre_x_px(self.face)

    @property
    def roll_deg(self) -> float:
        """Clockwise as seen is positive; median error 0.2°."""
        left, right = self.eyes[0].iris[0], self.eyes[1].iris[0]
        return degrees(atan2(float(right[1] - left[1]), float(right[0] - left[0])))

    @property
    def yaw_deg(self) -> float:
        """From the depths of the cheeks, without a sign: good to a few degrees only."""
        deeper = float(self.face.depths[CHEEKS[0]] - self.face.depths[CHEEKS[1]])
        across = distance(self.face.points[CHEEKS[0]], self.face.points[CHEEKS[1]])
        return abs(degrees(asin(deeper / float(np.hypot(deeper, across)))))

    @property
    def mouth_openness(self) -> float:
        """Height of the gap between the lips, of the mouth's width."""
        points = self.face.points
        gap = distance(points[LIPS_INNER[0]], points[LIPS_INNER[1]])
        return gap / distance(points[MOUTH_CORNERS[0]], points[MOUTH_CORNERS[1]])


def look(picture: Pixels, models: FaceModels) -> Portrait | None:
    """The largest face and what surrounds it; None where there is no face. `picture`: (640, 480, 3) BGR."""
    halves = Halves(picture)
    faces = [face for face in models.find(halves) if face.certainty >= FACE_CERTAINTY_MIN]
    if not faces:
        return None
    face = models.refine(halves, faces[0])
    eyes = models.eyes(halves, face)
    half, _ = halves.towards(0.5)
    background = look_behind(half, face)
    crown = crown_px(background, centre_x_px(face), face_width_px(face))
    hairline = find_hairline(picture, face, eye_line_px(eyes), crown)
    quarter, _ = halves.towards(0.25)
    return Portrait(picture, face, tuple(faces[1:]), eyes, background, crown, hairline, quarter)


def eye_line_px(eyes: tuple[Eye, Eye]) -> float:
    """Mean of the two iris centres: median error 0.18 px, p99 1 px."""
    return float(eyes[0].iris[0, 1] + eyes[1].iris[0, 1]) / 2


def face_width_px(face: Face) -> float:
    return CHEEK_TO_FACE_WIDTH * distance(face.points[CHEEKS[0]], face.points[CHEEKS[1]])


def centre_x_px(face: Face) -> float:
    return float(face.points[INNER_CHEEKS[0], 0] + face.points[INNER_CHEEKS[1], 0]) / 2
