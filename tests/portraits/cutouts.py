"""The people: each cut out of a photograph once, kept as a PNG with alpha in the user's cache."""

import hashlib
import io
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import onnxruntime as ort
from PIL import Image

from deploy.local.parts import cache_dir
from tests.portraits import sources

ISNET_SIDE_PX = 1024
CUT_VERSION = "4"  # raise it when the cutting below changes: the cached pictures are named by it


@dataclass(frozen=True)
class Lips:
    """Parted lips to be closed: only one photograph has them closed, and good photos need a second person."""

    middle_x: float
    upper_edge_y: float
    half_width: float
    gap_px: float


@dataclass(frozen=True)
class Face:
    """Where a face lies in its photograph, in pixels of the whole picture.

    Measured once with MediaPipe 0.10.21 (irises, cheeks 234 and 454, chin 152); the hairline by eye, ± 6 px.
    """

    file: str
    crop: tuple[int, int, int, int]  # left, top, right, bottom: head and shoulders, what is cut out
    eyes: tuple[tuple[float, float], tuple[float, float]]  # iris centres, the left one in the picture first
    cheeks_px: float  # between the cheeks as a person would draw it: 0.976 × distance 234–454
    middle: tuple[float, float]  # between the middles of 234–454 and of 123–352, which a turned head sets apart
    eyes_to_hairline_px: float
    gain: float = 1.0  # in linear light, what a face photographed against the window lacks
    scrap: tuple[tuple[int, int], ...] = ()  # corners of a piece of curtain that the model takes for hair
    parted_lips: Lips | None = None


FACES = {
    "biden": Face(
        "biden.jpg",
        (0, 0, 970, 1180),
        ((532.0, 323.0), (652.4, 348.2)),
        268.0,
        (568.4, 379.3),
        170,
        gain=1.3,
        scrap=((416, 174), (444, 138), (430, 118), (398, 122), (398, 172)),
    ),
    "obama3": Face(
        "obama3.jpg",
        (230, 120, 1230, 1330),
        ((736.5, 385.8), (858.3, 397.9)),
        260.0,
        (778.0, 453.1),
        133,
        gain=1.7,
        parted_lips=Lips(790, 504, 50, 11),
    ),
    # A broad smile with teeth.
    "obama": Face("obama.jpg", (60, 0, 850, 1000), ((443.2, 214.6), (550.0, 212.0)), 234.7, (490.4, 250.4), 126),
    # Speaking, mouth wide open, half turned. A wider crop loses a shoulder.
    "obama2": Face("obama2.jpg", (0, 120, 626, 820), ((247.6, 369.5), (364.1, 378.7)), 269.4, (340.4, 421.5), 140),
}

JOINED: dict[str, Path] = {}  # cut-outs of people who are not packaged (labelled.py)


def folder() -> Path:
    return cache_dir() / "portraits"


def path_of(name: str) -> Path:
    if name in JOINED:
        return JOINED[name]
    face = FACES[name]
    photograph = (sources.ARCHIVE_SHA256, face.file, face.crop, face.scrap, face.parted_lips)
    made_from = repr((*photograph, sources.MODEL_PACKAGE_SHA256, sources.MODEL, CUT_VERSION))
    return folder() / f"{name}-{hashlib.sha256(made_from.encode()).hexdigest()[:12]}.png"


def missing() -> list[str]:
    return [name for name in FACES if not path_of(name).exists()]


@cache
def load(name: str) -> np.ndarray:
    """RGBA float32 in 0–1, colours not multiplied by alpha, the size of the face's crop."""
    path = path_of(name)
    if not path.exists():
        raise FileNotFoundError(f"{path} is missing: run `python -m tests.portraits fetch`")
    with Image.open(path) as picture:
        return np.asarray(picture, np.float32) / 255


def fetch() -> Iterator[str]:
    """Makes what is missing; yields each step's name as it begins. Raises sources.FetchFailed."""
    wanted = missing()
    if not wanted:
        return
    folder().mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder()) as downloads:
        yield "photographs (3 MB)"
        photographs = sources.fetch_photographs(Path(downloads))
        yield "ISNet, the model that cuts people out (170 MB)"
        isnet = ort.InferenceSession(sources.fetch_isnet(Path(downloads)), providers=["CPUExecutionProvider"])
        for name in wanted:
            yield f"cutting out {name}"
            write_picture(path_of(name), cut_out(photographs[FACES[name].file], FACES[name], isnet))


def write_picture(path: Path, rgba: np.ndarray) -> None:
    """Whole or not at all, so that two clones may fetch at once."""
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".png", delete=False) as file:
        Image.fromarray(rgba).save(file, "PNG")
    Path(file.name).rename(path)


def cut_out(jpeg: bytes, face: Face, isnet: ort.InferenceSession) -> np.ndarray:
    with Image.open(io.BytesIO(jpeg)) as picture:
        rgb = np.asarray(picture.convert("RGB").crop(face.crop), np.float32)
    small = cv2.resize(rgb, (ISNET_SIDE_PX, ISNET_SIDE_PX), interpolation=cv2.INTER_CUBIC)
    planes = ((small - 128) / 256).transpose(2, 0, 1)[None]
    if face.parted_lips:
        rgb = _close(rgb, face.parted_lips, face.crop)
    soft = isnet.run(None, {isnet.get_inputs()[0].name: planes})[0].reshape(ISNET_SIDE_PX, ISNET_SIDE_PX)
    alpha = _cleaned(cv2.resize(soft, (rgb.shape[1], rgb.shape[0]), interpolation=cv2.INTER_LINEAR))
    if face.scrap:
        cv2.fillPoly(alpha, [np.array(face.scrap, np.int32) - face.crop[:2]], 0, cv2.LINE_AA)
    colour = _foreground(rgb / 255, alpha)
    return (np.dstack([colour, alpha]) * 255).round().astype(np.uint8)


def _close(rgb: np.ndarray, lips: Lips, crop: tuple[int, int, int, int]) -> np.ndarray:
    """The lower lip moved up to the upper one; the chin, sixty pixels below, stays where it is."""
    y, x = np.mgrid[: rgb.shape[0], : rgb.shape[1]].astype(np.float32)
    below = y + crop[1] - lips.upper_edge_y
    parted = lips.gap_px * np.clip(1 - ((x + crop[0] - lips.middle_x) / lips.half_width) ** 2, 0, 1)
    return cv2.remap(rgb, x, y + parted * np.clip(below, 0, 1) * np.clip(1 - below / 60, 0, 1), cv2.INTER_CUBIC)


def _cleaned(alpha: np.ndarray) -> np.ndarray:
    """One person, without the wisps in which the old background still hangs."""
    steep = np.clip((alpha - 0.35) / 0.55, 0, 1)
    solid = cv2.morphologyEx((steep > 0.5).astype(np.uint8), cv2.MORPH_OPEN, _disc(25))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(solid)
    person = (labels == 1 + stats[1:, cv2.CC_STAT_AREA].argmax()).astype(np.uint8)
    return np.asarray(steep * cv2.dilate(person, _disc(9)), np.float32)


def _disc(diameter_px: int) -> np.ndarray:
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (diameter_px, diameter_px))


def _foreground(rgb: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """The person's own colour where the old background shines through: blur fusion (Forte and Pitié 2021), twice."""
    foreground, background = rgb, rgb
    a = alpha[..., None]
    for radius in (61, 9):
        box = (radius, radius)
        inside = cv2.blur(alpha, box)[..., None]
        mean_inside = cv2.blur(foreground * a, box) / (inside + 1e-5)
        mean_outside = cv2.blur(background * (1 - a), box) / (1 - inside + 1e-5)
        foreground = np.clip(mean_inside + a * (rgb - a * mean_inside - (1 - a) * mean_outside), 0, 1)
        background = mean_outside
    return foreground
