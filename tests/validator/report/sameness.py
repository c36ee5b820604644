"""How far apart the fingerprints of good photos lie: of one portrait in other frames, lights and backgrounds, of other
portraits of the same person, of strangers."""

from itertools import combinations
from math import dist

import numpy as np

from services.validator.sameness import SAME_FACE_DISTANCE, SAME_PICTURE_BITS
from tests.validator.report.judged import Judged

Distances = dict[str, list[float]]
ONE, OTHER, STRANGERS = "one portrait", "two portraits of one person", "two people"


def sameness_table(judged: list[Judged]) -> str:
    lines = [
        "| compared | by | pairs | least | median | p99 | most | called the same |",
        "|---|---|---|---|---|---|---|---|",
    ]
    hashes, faces = _distances(judged)
    for by, distances, limit in (
        ("picture hash, bits", hashes, float(SAME_PICTURE_BITS)),
        ("face descriptor", faces, SAME_FACE_DISTANCE),
    ):
        for compared, found in distances.items():
            if found:
                shown = " | ".join(f"{np.percentile(found, percent):.2f}" for percent in (0, 50, 99, 100))
                same = float((np.array(found) <= limit).mean())
                lines.append(f"| {compared} | {by} | {len(found)} | {shown} | {same:.2%} |")
    return "\n".join(lines)


def _distances(judged: list[Judged]) -> tuple[Distances, Distances]:
    hashes: Distances = {ONE: [], OTHER: [], STRANGERS: []}
    faces: Distances = {ONE: [], OTHER: [], STRANGERS: []}
    seen = [(each.draw, each.same) for each in judged if each.same]
    for (draw, same), (other, same_other) in combinations(seen, 2):
        compared = ONE if draw.face == other.face else OTHER if draw.person == other.person else STRANGERS
        hashes[compared].append((same.picture_hash ^ same_other.picture_hash).bit_count())
        if same.face and same_other.face:
            faces[compared].append(dist(same.face, same_other.face))
    return hashes, faces
