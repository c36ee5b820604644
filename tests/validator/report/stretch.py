"""The weights of the check `stretched`, learned: python -m tests.validator.report.stretch --photos DIR --isnet FILE

Linear discriminant analysis (Fisher 1936): what a stretch changes most, of what differs least between people. Printed
with the result of leaving each person out, which is what may be believed of another school's students.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console

from services.validator.checks.stretched import DISTANCES, log_distances
from services.validator.faces import FaceModels
from services.validator.portrait import look
from services.validator.settings import ModelSettings
from services.validator.standard import cut
from tests.portraits.compose import compose
from tests.validator.judges import frame_of
from tests.validator.report.draws import GOOD, Draw, draws
from tests.validator.report.judged import people

LOG_STRETCH = {GOOD: 0.0, "pulled 20 % wider": np.log(1.2), "pulled 20 % taller": np.log(0.83)}
RIDGE = 1e-5  # added to the variances, so that no distance that hardly varies is trusted too much


@dataclass(frozen=True)
class Sample:
    draw: Draw
    logs: np.ndarray


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.validator.report.stretch")
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--isnet", type=Path, required=True)
    arguments = parser.parse_args()
    console = Console()
    models = FaceModels(ModelSettings().models_dir)
    samples = list(_samples(list(draws(people(arguments.photos, arguments.isnet, models), 1500)), models))
    weights, natural = fit(samples)
    for (start, end, _), weight in zip(DISTANCES, weights, strict=True):
        console.print(f"{start} to {end}: {weight:.2f}")
    console.print(f"NATURAL = {natural:.3f}")
    for kind, stretches in _left_out(samples).items():
        console.print(kind, np.exp(np.percentile(stretches, [0, 1, 5, 50, 95, 99, 100])).round(3))


def _samples(drawn: list[Draw], models: FaceModels) -> Iterator[Sample]:
    for draw in drawn:
        if draw.kind in LOG_STRETCH:
            photo = compose(draw.recipe)
            picture, _ = cut(photo.jpeg, frame_of(photo))
            if portrait := look(picture, models):
                yield Sample(draw, log_distances(portrait.face))


def fit(samples: list[Sample]) -> tuple[np.ndarray, float]:
    """The weights, and what natural faces have on the average."""
    middles = {kind: _of_each_face(samples, kind) for kind in LOG_STRETCH}
    faces = [face for face in middles[GOOD] if all(face in middle for middle in middles.values())]
    wide, tall = "pulled 20 % wider", "pulled 20 % taller"
    stretched = np.mean([middles[wide][face] - middles[tall][face] for face in faces], axis=0)
    natural = np.array(list(middles[GOOD].values()))
    scatter = [each.logs - middles[GOOD][each.draw.face] for each in samples if each.draw.kind == GOOD]
    weights = np.linalg.solve(_spread(natural) + _spread(np.array(scatter)), _centred(stretched))
    weights = _centred(weights * (LOG_STRETCH[wide] - LOG_STRETCH[tall]) / (weights @ _centred(stretched)))
    return weights, float(weights @ natural.mean(axis=0))


def _of_each_face(samples: list[Sample], kind: str) -> dict[str, np.ndarray]:
    faces = {each.draw.face for each in samples if each.draw.kind == kind}
    return {
        face: np.mean([s.logs for s in samples if (s.draw.kind, s.draw.face) == (kind, face)], axis=0) for face in faces
    }


def _spread(logs: np.ndarray) -> np.ndarray:
    """Covariance of the shape alone: how large a face is in the frame says nothing."""
    return np.cov(_centred(logs).T) + RIDGE / 2 * np.eye(logs.shape[1])


def _centred(logs: np.ndarray) -> np.ndarray:
    return np.asarray(logs - logs.mean(axis=-1, keepdims=True))


def _left_out(samples: list[Sample]) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {kind: [] for kind in LOG_STRETCH}
    for person in sorted({each.draw.person for each in samples}):
        weights, natural = fit([each for each in samples if each.draw.person != person])
        for each in samples:
            if each.draw.person == person:
                found[each.draw.kind].append(float(weights @ each.logs) - natural)
    return found


if __name__ == "__main__":
    main()
