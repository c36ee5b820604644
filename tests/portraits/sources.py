"""Brings what the portraits are made from out of package registries, checked by SHA-256.

The photographs are works of the US government (public domain), carried by the source archive of face_recognition 1.3.0
(its wheel lacks them). The model that cuts people out is ISNet (Apache-2.0), carried by an npm package that is itself
AGPL-3.0: it is fetched by whoever runs this, and only the model is read.
"""

import hashlib
import subprocess
import sys
import tarfile
from pathlib import Path

from services.validator.cutout import package
from services.validator.models import ModelError, install

ARCHIVE = "face_recognition==1.3.0"
ARCHIVE_SHA256 = "5e5efdd1686aa566af0d3cc1313b131e4b197657a8ffd03669e6d3fad92705ec"
MODEL_PACKAGE_SHA256 = package.PACKAGE_SHA256
MODEL = package.NETWORK  # /models/medium cuts these four pictures no better


class FetchFailed(Exception):
    """A package could not be brought, or is not the one we know; says which and why."""


def fetch_photographs(folder: Path) -> dict[str, bytes]:
    """File name → JPEG, such as `biden.jpg`. Raises FetchFailed."""
    _run([sys.executable, "-m", "pip", "download", "--no-deps", "--no-binary", "face_recognition", ARCHIVE], folder)
    archive = _only_file(folder, "*.tar.gz", ARCHIVE_SHA256)
    with tarfile.open(archive) as tar:
        members = [member for member in tar if "/test_images/" in member.name and member.name.endswith(".jpg")]
        return {Path(member.name).name: tar.extractfile(member).read() for member in members}  # type: ignore[union-attr]  # regular files


def fetch_isnet(folder: Path) -> bytes:
    """The ONNX model: float32 [1, 3, 1024, 1024] → alpha [1, 1, 1024, 1024]. 100 MB travel. Raises FetchFailed."""
    try:
        return package.fetch(folder, lambda wheel, target: install((wheel,), target))
    except (package.FetchFailed, ModelError) as error:
        raise FetchFailed(str(error)) from error


def _run(command: list[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        raise FetchFailed(f"{' '.join(command)} failed ({done.returncode}):\n{done.stderr[-2000:]}")


def _only_file(folder: Path, pattern: str, sha256: str) -> Path:
    found = list(folder.glob(pattern))
    if len(found) != 1:
        raise FetchFailed(f"expected one {pattern} in the download, found {[path.name for path in found]}")
    seen = hashlib.sha256(found[0].read_bytes()).hexdigest()
    if seen != sha256:
        raise FetchFailed(
            f"{found[0].name} has SHA-256 {seen}, expected {sha256}: not the file these portraits were made from"
        )
    return found[0]
