"""The judge's speed and memory against the issue's goals: `python -m tests.benchmarks.judge` (make bench-judge).

One thread per process, seconds of the processor (the machine may be busy), ratios within one run; two processes are
timed by the wall clock and need two cores to themselves.
"""

import argparse
import asyncio
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median
from subprocess import PIPE
from tempfile import TemporaryDirectory
from typing import Any
from unittest import mock

import cv2
import psutil

from services.validator import standard
from services.validator.decode import decode
from services.validator.faces import FaceModels
from services.validator.judge import judge
from services.validator.pool import JudgePool
from services.validator.settings import ModelSettings
from shared.events import Frame
from tests.benchmarks.bombs import png_bomb
from tests.portraits import cutouts
from tests.portraits.compose import Portrait, compose
from tests.portraits.recipes import compliant
from tests.validator.judges import BLUES, frame_of

SIZES = {"480x640": 480, "2 MP": 1224, "12 MP": 3000}  # frame width
MTCNN = "mtcnn-runtime==1.0.0"
WARM_UP = 10  # photos: the memory is taken once, and a process judges 2,000


def photo(width_px: int, number: int = 0) -> Portrait:
    return compose(replace(compliant(number), width_px=width_px, surround=0.0))


class Stopwatch:
    """Adds up the seconds spent in what it wraps."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def around(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*arguments: Any, **named: Any) -> Any:
            begun = time.process_time()
            try:
                return function(*arguments, **named)
            finally:
                self.seconds += time.process_time() - begun

        return timed


class TimedSession:
    """An onnxruntime session whose calls are timed."""

    def __init__(self, session: Any, stopwatch: Stopwatch) -> None:
        self.run = stopwatch.around(session.run)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.judge", description=__doc__)
    parser.add_argument("--photos", type=int, default=2_000, help="of the memory run")
    parser.add_argument("--rounds", type=int, default=15)
    arguments = parser.parse_args()
    for _ in cutouts.fetch():
        pass
    cv2.setNumThreads(1)
    measures: tuple[Callable[[], str], ...] = (
        lambda: one_photo(arguments.rounds),
        lambda: against_mtcnn(arguments.rounds),
        lambda: asyncio.run(two_processes()),
        lambda: asyncio.run(memory(arguments.photos)),
        bomb,
    )
    for measure in measures:
        sys.stdout.write(measure() + "\n")
        sys.stdout.flush()


def one_photo(rounds: int) -> str:
    """Time of one photo ÷ its own decode and model calls, the median of rounds."""
    models = FaceModels(ModelSettings().models_dir)
    watch = Stopwatch()
    for owner in (models._near, models._far):
        owner._session = TimedSession(owner._session, watch)
    models._mesh, models._iris = TimedSession(models._mesh, watch), TimedSession(models._iris, watch)
    lines = []
    with mock.patch.object(standard, "decode", watch.around(decode)):
        for name, width in SIZES.items():
            portrait = photo(width)
            frame = frame_of(portrait)
            for _ in range(WARM_UP):
                judge(portrait.jpeg, frame, BLUES, models)
            ratios, totals = [], []
            for _ in range(rounds):
                watch.seconds = 0
                begun = time.process_time()
                judge(portrait.jpeg, frame, BLUES, models)
                totals.append(time.process_time() - begun)
                ratios.append(totals[-1] / watch.seconds)
            lines.append(f"{name:8} {median(totals) * 1000:5.0f} ms, {median(ratios):.2f} x decode + models (goal 1.5)")
    return "\n".join(lines)


# Answers each path on its stdin with the seconds that detecting took.
_MTCNN = """
import sys, time
import cv2, onnxruntime
cv2.setNumThreads(1)
plain = onnxruntime.InferenceSession
def one_thread(path, **rest):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return plain(path, options, **rest)
onnxruntime.InferenceSession = one_thread
from mtcnnruntime import MTCNN
detector = MTCNN()
for line in sys.stdin:
    image = cv2.imread(line.strip())
    begun = time.process_time()
    detector.detect(image)
    print(time.process_time() - begun, flush=True)
"""


def against_mtcnn(rounds: int) -> str:
    """The whole judgement against MTCNN's detection alone, on the frame as it was uploaded: the median of rounds in
    which one follows the other at once, for the machine's own speed changes by a quarter within a minute."""
    models = FaceModels(ModelSettings().models_dir)
    uv = [sys.executable, "-m", "uv", "run", "--no-project", "--with", MTCNN, "--with", "pillow"]
    command = [*uv, "python", "-c", _MTCNN]
    parts = []
    with TemporaryDirectory() as name, subprocess.Popen(command, stdin=PIPE, stdout=PIPE, text=True) as mtcnn:
        assert mtcnn.stdin is not None
        assert mtcnn.stdout is not None
        path = Path(name) / "photo.jpg"
        for size, width in SIZES.items():
            portrait = photo(width)
            frame = frame_of(portrait)
            path.write_bytes(portrait.jpeg)
            ratios = []
            for _ in range(WARM_UP + rounds):
                print(path, file=mtcnn.stdin, flush=True)
                theirs = mtcnn.stdout.readline()
                if not theirs:
                    return "MTCNN could not be had here (see above)"
                begun = time.process_time()
                judge(portrait.jpeg, frame, BLUES, models)
                ratios.append((time.process_time() - begun) / float(theirs))
            parts.append(f"{size} {median(ratios[WARM_UP:]):.2f}")
        mtcnn.stdin.close()
    return f"judge ÷ MTCNN's detection alone (goal under 1): {', '.join(parts)}"


async def two_processes(photos: int = 120) -> str:
    portrait = photo(1224)
    frame = frame_of(portrait)
    speeds = []
    for processes in (1, 2):
        async with JudgePool(ModelSettings().models_dir, processes, seconds_per_photo=60) as pool:
            begun = time.perf_counter()
            await asyncio.gather(*(pool.judge(portrait.jpeg, frame, BLUES) for _ in range(photos)))
            speeds.append(photos / (time.perf_counter() - begun))
    return f"two processes {speeds[1] / speeds[0]:.2f} x one ({speeds[0]:.1f} and {speeds[1]:.1f} photos/s; goal 1.8)"


async def memory(photos: int) -> str:
    """Resident memory of one worker after 100 photos of every size, and after all."""
    uploads = [photo(width, number) for number, width in enumerate(SIZES.values())]
    async with JudgePool(ModelSettings().models_dir, 1, seconds_per_photo=60) as pool:
        early = 0.0
        for number in range(photos):
            upload = uploads[number % len(uploads)]
            await pool.judge(upload.jpeg, frame_of(upload), BLUES)
            if number == min(100, photos // 2):
                early = _workers_mib()
        late = _workers_mib()
    return f"memory of a worker {early:.0f} MiB after 100 photos, {late:.0f} MiB after {photos:,}"


def _workers_mib() -> float:
    return max(child.memory_info().rss for child in psutil.Process().children(recursive=True)) / 2**20


def bomb() -> str:
    """20,000 x 20,000 px in a PNG of 400 kB: refused from its header."""
    models = FaceModels(ModelSettings().models_dir)
    data = png_bomb(20_000)
    before = psutil.Process().memory_info().rss
    begun = time.perf_counter()
    verdict = judge(data, Frame(x=0, y=0, width=480), BLUES, models).verdict
    took = time.perf_counter() - begun
    grown = (psutil.Process().memory_info().rss - before) / 2**20
    return f"20,000 x 20,000 PNG: {verdict.codes[0]} in {took * 1000:.1f} ms (goal 50), {grown:.1f} MiB more"


if __name__ == "__main__":
    main()
