"""More people: a folder of labelled portraits, cut out like the packaged ones. They stay outside the repository.

What labels.csv says of a portrait decides which checks it may fail. The hairlines were marked by hand on 2026-11-21 on
strips of 220 px of face width (± 4 px); where hair or a bald head leaves none to see, there is no truth.
"""

import csv
import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np
import onnxruntime as ort

from services.validator.faces import FaceModels, Halves
from services.validator.portrait import centre_x_px, face_width_px
from shared.campaign import CheckName
from tests.portraits.cutouts import FACES, JOINED, Face, cut_out, folder, write_picture

# Eyes to hairline in 1/220 of the face's width, and whose face it is: one person must not be on both sides of a split.
MARKS: dict[str, tuple[str, int | None]] = {
    "test1": ("A", 127),
    "test3": ("B", 123),
    "test4": ("C", None),
    "img11": ("D", 133),
    "img5": ("D", 143),
    "img7": ("D", 130),
    "img12": ("E", 118),
    "img13": ("F", 130),
    "img15": ("F", 107),
    "img18": ("G", 137),
    "img20": ("H", None),
    "img21": ("H", None),
    "img24": ("I", 112),
    "img25": ("I", 109),
    "img30": ("J", 118),
    "img32": ("J", 119),
    "img33": ("J", 116),
    "img35": ("K", 113),
    "img61": ("L", 120),
}
CROP = (2.0, 1.9, 2.5)  # face widths beside, above and under the eyes
MARKED_WIDTH = 220
FLOOR = 0.8  # the last row again, in face widths: a portrait that ends at the chest must not float


@dataclass(frozen=True)
class Person:
    """Who it is, and what of them breaks a rule before anything is composed."""

    person: str
    teeth: bool = False
    glasses: bool = False
    ears_hidden: bool = False
    turned: bool = False
    besides: frozenset[CheckName] = frozenset()


# What else was seen by eye, portrait by portrait: of two ears at least one under hair, a fringe or strands over a brow,
# a look aside, one shoulder lower, blue or navy clothes, skin without pores.
BESIDES: dict[str, frozenset[CheckName]] = {
    "obama": frozenset({"clothes_banned"}),
    "obama2": frozenset({"gaze", "shoulders"}),
    "obama3": frozenset({"clothes_banned"}),
    "test1": frozenset({"ears", "skin_texture"}),
    "test3": frozenset({"ears", "brows"}),
    "test4": frozenset({"ears", "brows"}),
    "img7": frozenset({"ears"}),
    "img11": frozenset({"ears"}),
    "img12": frozenset({"ears"}),
    "img13": frozenset({"shoulders", "clothes_banned"}),
    "img15": frozenset({"shoulders"}),
    "img20": frozenset({"shoulders", "clothes_banned"}),
    "img24": frozenset({"shoulders"}),
    "img25": frozenset({"shoulders", "clothes_banned"}),
    "img32": frozenset({"clothes_banned"}),
}
PACKAGED = {
    "biden": Person("packaged 1"),
    "obama3": Person("packaged 2", besides=BESIDES["obama3"]),
    "obama": Person("packaged 2", teeth=True, besides=BESIDES["obama"]),
    "obama2": Person("packaged 2", teeth=True, turned=True, besides=BESIDES["obama2"]),
}


def join(portraits: Path, models: FaceModels, isnet: Path) -> Iterator[tuple[str, Person]]:
    """Adds the folder's people to FACES, cutting out those not yet cached; yields each as it is there.

    Eyes and cheeks are measured by the judge's own models at the portrait's full size: what is learned of them is how
    well the judge repeats itself, not whether it is right.
    """
    session: ort.InferenceSession | None = None
    for row in csv.DictReader((portraits / "labels.csv").open(encoding="utf-8")):
        name = Path(row["file"]).stem
        if name not in MARKS:
            continue
        jpeg = (portraits / row["file"]).read_bytes()
        face = _face(name, row["file"], jpeg, models)
        cached = folder() / f"labelled-{hashlib.sha256(jpeg + json.dumps(asdict(face)).encode()).hexdigest()[:16]}.png"
        if not cached.exists():
            session = session or ort.InferenceSession(isnet, providers=["CPUExecutionProvider"])
            write_picture(cached, _on_a_floor(cut_out(jpeg, face, session), face))
        FACES[name] = face
        JOINED[name] = cached
        teeth, glasses, ears = (row[key] in {"yes", "unsure"} for key in ("teeth_shown", "glasses", "ears_hidden"))
        yield name, Person(MARKS[name][0], teeth, glasses, ears, besides=BESIDES.get(name, frozenset()))


def _face(name: str, file: str, jpeg: bytes, models: FaceModels) -> Face:
    picture = np.asarray(cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR), np.uint8)
    halves = Halves(picture)
    found = models.refine(halves, models.find(halves)[0])
    left, right = (eye.iris[0] for eye in models.eyes(halves, found))
    width = round(face_width_px(found), 1)
    x, y = (float(left[0] + right[0]) / 2, float(left[1] + right[1]) / 2)
    beside, above, under = (share * width for share in CROP)
    height, across = picture.shape[:2]
    crop = (max(x - beside, 0), max(y - above, 0), min(x + beside, across), min(y + under, height))
    mark = MARKS[name][1]
    return Face(
        file=file,
        crop=(round(crop[0]), round(crop[1]), round(crop[2]), round(crop[3])),
        eyes=(
            (round(float(left[0]), 1), round(float(left[1]), 1)),
            (round(float(right[0]), 1), round(float(right[1]), 1)),
        ),
        cheeks_px=width,
        middle=(round(centre_x_px(found), 1), round(float(found.points.mean(axis=0)[1]), 1)),
        eyes_to_hairline_px=mark / MARKED_WIDTH * width if mark else float("nan"),
    )


def _on_a_floor(rgba: np.ndarray, face: Face) -> np.ndarray:
    return np.concatenate([rgba, np.repeat(rgba[-1:], round(FLOOR * face.cheeks_px), axis=0)])
