"""Thousands of broken photos through real workers: `python -m tests.benchmarks.fuzz --files 5000`.

Fails when a worker died, a photo took longer than its limit, or memory grew. The same seed gives the same files.
"""

import argparse
import asyncio
import io
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import psutil
from PIL import Image
from rich.progress import track

from services.validator.pool import JudgePool
from services.validator.settings import ModelSettings
from shared.events import Frame
from shared.reasons import Reason
from tests.portraits import cutouts
from tests.portraits.compose import compose
from tests.portraits.recipes import compliant
from tests.validator.judges import BLUES

FRAME = Frame(x=0, y=0, width=480)
SECONDS_PER_PHOTO = 20.0
GROWTH_MAX_MIB = 60
WARM = 200  # files after which memory is first read
_END = b"\xff\xd9"


@cache
def whole_files() -> list[bytes]:
    """One photo in every coding that the door lets in."""
    with Image.open(io.BytesIO(compose(replace(compliant(0), width_px=480, surround=0.0)).jpeg)) as opened:
        picture = opened.convert("RGB")
    exif = Image.Exif()
    exif[0x0112] = 6
    ways: tuple[dict[str, Any], ...] = (
        {},
        {"progressive": True},
        {"subsampling": 0, "restart_marker_rows": 2},
        {"exif": exif},
    )
    files = [_saved(picture, "JPEG", quality=88, **way) for way in ways]
    return [
        *files,
        _saved(picture.convert("L"), "JPEG"),
        _saved(picture.convert("CMYK"), "JPEG"),
        _saved(picture, "PNG"),
    ]


def _saved(picture: Image.Image, kind: str, **how: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **how)
    return file.getvalue()


def broken_files(count: int, seed: int = 0) -> Iterator[bytes]:
    """Bytes flipped anywhere or in the header, cut off, with a false end, with pieces lost, doubled or mixed in."""
    random = np.random.default_rng(seed)
    wholes = whole_files()
    for _ in range(count):
        data = bytearray(wholes[random.integers(len(wholes))])
        first, last = sorted(random.integers(2, len(data), 2).tolist())
        match random.integers(7):
            case 0:
                _flip(data, random, len(data))
            case 1 | 2:
                _flip(data, random, 700)
            case 3:
                del data[first:]
            case 4:
                data[first:] = _END
            case 5:
                del data[first : min(last, first + 2_000)]
            case _:
                data[first:first] = data[last : last + 2_000]
        yield bytes(data)


def _flip(data: bytearray, random: np.random.Generator, reach: int) -> None:
    for place in random.integers(2, min(reach, len(data)), random.integers(1, 30)):
        data[place] = random.integers(256)


async def run(count: int, seed: int) -> list[str]:
    """What was seen, and every fault as a line that begins with FAULT."""
    verdicts: Counter[str] = Counter()
    slowest = 0.0
    async with JudgePool(ModelSettings().models_dir, 1, SECONDS_PER_PHOTO) as pool:
        await pool.judge(_written_on(), FRAME, BLUES)  # brings the reader of writing, which is no growth
        before, early = _worker(), 0.0
        for number, data in enumerate(track(broken_files(count, seed), total=count, description="broken photos")):
            begun = time.monotonic()
            judgement = await pool.judge(data, FRAME, BLUES)
            slowest = max(slowest, time.monotonic() - begun)
            verdicts[", ".join(sorted(judgement.verdict.codes)[:1]) or judgement.verdict.decision] += 1
            if number == min(WARM, count // 2):
                early = _mib(_worker())
        after = _worker()
        late = _mib(after)
    lines = [f"{count:,} files, slowest {slowest:.2f} s, a worker's memory {early:.0f} then {late:.0f} MiB"]
    lines += [f"  {number:6,} {code}" for code, number in verdicts.most_common()]
    lost = verdicts[Reason.JUDGE_FAILED]
    lines += [f"FAULT {lost} photos lost their worker"] * (lost > 0)
    lines += ["FAULT the worker is another one than at the start"] * (before.pid != after.pid and count < 2_000)
    lines += [f"FAULT {slowest:.1f} s for one photo"] * (slowest > SECONDS_PER_PHOTO)
    lines += [f"FAULT memory grew by {late - early:.0f} MiB"] * (late - early > GROWTH_MAX_MIB)
    return lines


def _written_on() -> bytes:
    return compose(replace(compliant(0), width_px=480, surround=0.0, over="date")).jpeg


def _worker() -> psutil.Process:
    return max(psutil.Process().children(recursive=True), key=_mib)


def _mib(process: psutil.Process) -> float:
    return float(process.memory_info().rss / 2**20)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.fuzz", description=__doc__)
    parser.add_argument("--files", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    for _ in cutouts.fetch():
        pass
    lines = asyncio.run(run(arguments.files, arguments.seed))
    sys.stdout.write("\n".join(lines) + "\n")
    sys.exit(any(line.startswith("FAULT") for line in lines))


if __name__ == "__main__":
    main()
