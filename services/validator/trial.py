"""The judge without the services, so that a school can try its rules: `python -m services.validator.judge`."""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track
from rich.table import Table

from services.validator.faces import FaceModels
from services.validator.framing import CannotFrame, framed_by_itself
from services.validator.judge import Judgement, judge, whole_frame
from services.validator.models import ModelError
from services.validator.rules import Verdict
from services.validator.settings import ModelSettings
from shared.campaign import BadCampaign, PhotoProfile, read_campaign
from shared.events import Frame
from shared.pictures import PictureError, inspect

PICTURES = {".jpg", ".jpeg", ".png"}
COLOURS = {"accepted": "green", "refused": "red", "referred": "yellow"}
OUTCOME_COLOURS = {"pass": "green", "fail": "red", "unsure": "yellow"}
EXIT_CODES = {"accepted": 0, "refused": 1, "referred": 2}

Judged = tuple[Path, Judgement]


def main() -> int:
    """0 every photo accepted, 1 one or more refused, 2 one or more referred and none refused; 3 unusable arguments."""
    arguments = _arguments()
    try:
        profile = read_campaign(arguments.campaign).photo if arguments.campaign else PhotoProfile()
        models = FaceModels(ModelSettings().models_dir)
        files = _files(arguments.photos)
    except (BadCampaign, ModelError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 3
    if arguments.write:
        arguments.write.mkdir(parents=True, exist_ok=True)
    judged = list(_judged(files, arguments, profile, models))
    if arguments.json:
        reports = [{"file": file.name} | judgement.report for file, judgement in judged]
        sys.stdout.write(json.dumps(reports if arguments.photos.is_dir() else reports[0], indent=1) + "\n")
    else:
        Console().print(*(_summary(judged) if arguments.photos.is_dir() else _one(judged[0][1])), sep="\n")
    decisions = {judgement.verdict.decision for _, judgement in judged}
    return next((EXIT_CODES[each] for each in ("refused", "referred") if each in decisions), 0)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m services.validator.judge", description="Judge photos.")
    parser.add_argument("photos", type=Path, help="a photo, or a folder of photos")
    parser.add_argument("--campaign", type=Path, metavar="FILE", help="without one, the national standard")
    framing = parser.add_mutually_exclusive_group()
    framing.add_argument("--frame", type=_frame, metavar="X,Y,WIDTH", help="3:4, in pixels of the upright picture")
    framing.add_argument("--auto-crop", action="store_true", help="find the head and frame it by the standard")
    parser.add_argument("--write", type=Path, metavar="FOLDER", help="write standard photos and overlays there")
    parser.add_argument("--json", action="store_true", help="every value against its limit, for programs")
    return parser.parse_args()


def _frame(text: str) -> Frame:
    x, y, width = (int(part) for part in text.split(","))
    return Frame(x=x, y=y, width=width)


def _files(path: Path) -> list[Path]:
    """Raises FileNotFoundError."""
    if not path.is_dir():
        path.stat()
        return [path]
    files = sorted(file for file in path.iterdir() if file.suffix.lower() in PICTURES)
    if not files:
        raise FileNotFoundError(f"{path} holds no {', '.join(sorted(PICTURES))}")
    return files


def _judged(
    files: list[Path], arguments: argparse.Namespace, profile: PhotoProfile, models: FaceModels
) -> Iterator[Judged]:
    terminal = Console(stderr=True)  # the answer alone goes to where it may be piped
    for file in track(files, description="judging", console=terminal, transient=True, disable=len(files) == 1):
        judgement = _judge(file.read_bytes(), arguments, profile, models)
        for suffix, jpeg in (("standard", judgement.standard_jpeg), ("overlay", judgement.overlay_jpeg)):
            if arguments.write and jpeg:
                (arguments.write / f"{file.stem}.{suffix}.jpg").write_bytes(jpeg)
        yield file, judgement


def _judge(original: bytes, arguments: argparse.Namespace, profile: PhotoProfile, models: FaceModels) -> Judgement:
    try:
        if arguments.auto_crop:
            frame = framed_by_itself(original, profile, models)
        else:
            frame = arguments.frame or whole_frame(inspect(original))
    except (PictureError, CannotFrame) as error:
        refused = Verdict("refused", (error.reason,))
        return Judgement(refused, (), None, None, {"verdict": {"decision": "refused"}, "error": str(error)})
    return judge(original, frame, profile, models)


def _one(judgement: Judgement) -> tuple[Any, ...]:
    table = Table("check", "value", "allowed", "score", "outcome")
    for each in judgement.findings:
        low, high = ("" if bound is None else f"{bound:g}" for bound in (each.limits.low, each.limits.high))
        value = "-" if each.value is None else f"{each.value:g} {each.unit}"
        colour = OUTCOME_COLOURS[each.outcome]
        table.add_row(each.check, value, f"{low}…{high}", str(each.score), f"[{colour}]{each.outcome.value}[/]")
    return (*([table] if judgement.findings else []), _said(judgement), judgement.report.get("error", ""))


def _summary(judged: list[Judged]) -> tuple[Any, ...]:
    photos = Table("photo", "verdict")
    for file, judgement in judged:
        photos.add_row(file.name, _said(judgement))
    totals = Table("photos", "verdict or reason")
    decisions = Counter(judgement.verdict.decision for _, judgement in judged)
    reasons = Counter(code for _, judgement in judged for code in judgement.verdict.codes)
    for decision, count in decisions.most_common():
        totals.add_row(str(count), f"[{COLOURS[decision]}]{decision}[/]")
    for code, count in reasons.most_common():
        totals.add_row(str(count), f"{code.value} {code.text}")
    return photos, totals


def _said(judgement: Judgement) -> str:
    decision = judgement.verdict.decision
    codes = ", ".join(f"{code.value} {code.text}" for code in judgement.verdict.codes)
    return f"[{COLOURS[decision]}]{decision}[/] {codes}".rstrip()
