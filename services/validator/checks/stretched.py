"""The picture was not pulled wider or taller (std 3: no distortion)."""

import numpy as np
import numpy.typing as npt

from services.validator.faces import Face
from services.validator.portrait import Portrait
from services.validator.rules import Finding, Limits, measured
from shared.campaign import CheckName, PhotoProfile
from shared.reasons import Reason

NAME: CheckName = "stretched"
REASON = Reason.DISTORTED

EYES = (33, 133, 362, 263)  # their corners: the middle of the eyes is the middle of these
# From the middle of some mesh points to the middle of others, and how much the logarithm of that distance counts.
# Linear discriminant of good photos pulled 20 % wider and taller against the differences between 14 people, by
# `python -m tests.validator.report.stretch`. Eyes over chin alone, or any two distances, differ more between people
# than a mild stretch does.
DISTANCES: tuple[tuple[tuple[int, ...], tuple[int, ...], float], ...] = (
    ((33,), (263,), 1.28),  # outer corners of the eyes
    ((61,), (291,), -1.07),  # corners of the mouth
    ((129,), (358,), 2.51),  # wings of the nose
    ((105,), (334,), -1.66),  # brows
    (EYES, (152,), -0.72),  # down to the chin
    (EYES, (4,), 0.95),  # to the tip of the nose
    (EYES, (151,), 1.60),  # up to the middle of the forehead
    ((168,), (2,), -2.89),  # length of the nose
)
NATURAL = -2.0
# Each of 14 people left out: natural faces 0.912 to 1.067, pulled 20 % wider from 1.107, taller up to 0.911. But of
# eight faces from elsewhere, small and laughing ones among them, four lie outside (2026-11-21): good for a warning.
NARROW, WIDE, ERROR = 0.912, 1.085, 0.1


def check(portrait: Portrait, _: PhotoProfile) -> Finding:
    """How many times wider than tall the picture was made; faces differ by 3 % (σ), so it is never certain."""
    weights = np.array([weight for _, _, weight in DISTANCES])
    stretch = float(np.exp(weights @ log_distances(portrait.face) - NATURAL))
    return measured(NAME, REASON, stretch, "", Limits(NARROW, WIDE), error=ERROR, certain=False)


def log_distances(face: Face) -> npt.NDArray[np.float64]:
    """Logarithms of the distances above, (8,): their unit cancels, because the weights add up to nothing."""
    vectors = [
        face.points[list(start)].mean(axis=0) - face.points[list(end)].mean(axis=0) for start, end, _ in DISTANCES
    ]
    logs: npt.NDArray[np.float64] = np.log(np.maximum(np.linalg.norm(vectors, axis=1), 1.0))
    return logs
