"""One TensorFlow Lite model as ONNX: `python conversion.py LIBRARIES SOURCE TARGET`, in a process of its own.

Needs tflite2onnx and onnx, which lie in the folder LIBRARIES that models.py fetches and throws away; imports nothing of
this project.
"""

import logging
import sys
from typing import Any


def main(libraries: str, source: str, target: str) -> None:
    sys.path.insert(0, libraries)
    import onnx  # type: ignore[import-not-found]  # only there while the models are built
    import tflite2onnx  # type: ignore[import-not-found]

    logging.disable()
    tflite2onnx.convert(source, target)
    model = onnx.load(target)
    _without_prelu(model.graph, onnx)
    onnx.checker.check_model(model)
    onnx.save(model, target)


def _without_prelu(graph: Any, onnx: Any) -> None:
    """PRelu(x) = a·x + (1 - a)·Relu(x), as two convolutions of one pixel and channel each.

    onnxruntime has no PRelu for the layout in which it convolves: it turned the layers round before and after each of
    them and took half of mesh's and iris's time for that (4.1 → 1.8 ms and 4.4 → 2.1 ms; answers differ by 3e-5).
    """
    values = {each.name: onnx.numpy_helper.to_array(each) for each in graph.initializer}
    nodes = []
    for node in graph.node:
        if node.op_type != "PRelu":
            nodes.append(node)
            continue
        (given, slope_name), (answer,) = node.input, node.output
        slope = values[slope_name].reshape(-1, 1, 1, 1)
        for name, weights in ((f"{answer}_slope", slope), (f"{answer}_rest", 1 - slope)):
            graph.initializer.append(onnx.numpy_helper.from_array(weights, name))
        one_pixel = {"group": len(slope), "kernel_shape": [1, 1]}
        nodes += [
            onnx.helper.make_node("Conv", [given, f"{answer}_slope"], [f"{answer}_sloped"], **one_pixel),
            onnx.helper.make_node("Relu", [given], [f"{answer}_over"]),
            onnx.helper.make_node("Conv", [f"{answer}_over", f"{answer}_rest"], [f"{answer}_more"], **one_pixel),
            onnx.helper.make_node("Add", [f"{answer}_sloped", f"{answer}_more"], [answer]),
        ]
    del graph.node[:]
    graph.node.extend(nodes)


if __name__ == "__main__":
    main(*sys.argv[1:])
