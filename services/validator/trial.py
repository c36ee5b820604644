"""The judge without the services, so that a school can try its rules: `python -m services.validator.judge`."""

import argparse
import logging
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn

import structlog
from rich.console import Console
from rich.progress import track

from services.validator.cutout import Engine
from services.validator.faces import FaceModels
from services.validator.framing import CannotFrame, framed_by_itself
from services.validator.judge import Judgement, judge, whole_frame
from services.validator.models import ModelError
from services.validator.preparing import Unprepared, open_engine, prepare
from services.validator.rules import Verdict
from services.validator.settings import CutoutSettings, ModelSettings
from services.validator.trial_answer import Judged, printed_name, show
from shared.campaign import BadCampaign, Campaign, PhotoProfile, read_campaign
from shared.events import Frame
from shared.pictures import PictureError, inspect
from shared.reasons import Reason

PICTURES = {".jpg", ".jpeg", ".png"}
EXIT_CODES = {"accepted": 0, "refused": 1, "referred": 2}
UNUSABLE = 3
EXPLAINED = """
exit codes:
  0  every photo is accepted
  1  one or more are refused
  2  one or more are for a person to decide, none is refused
  3  something could not be used or read: the line on stderr says what

A folder's photos are judged one after another (.jpg, .jpeg, .png; no subfolders); what is broken is one of them.
A campaign that crops or replaces backgrounds does so here too, unless --frame says where to cut.
"""


class Unusable(Exception):
    """What was asked for cannot be done; says why in the user's words."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What every photo of a run is judged with."""

    campaign: Campaign | None
    models: FaceModels
    engine: Engine | None
    frame: Frame | None
    auto_crop: bool

    @property
    def profile(self) -> PhotoProfile:
        return self.campaign.photo if self.campaign else PhotoProfile()


def main() -> int:
    """The exit code, see EXPLAINED."""
    arguments = _arguments()
    # The answer says it all; a line of log would stand in the middle of its JSON.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    try:
        trial = _trial(arguments)
        files = _files(arguments.photos)
        _make_folder(arguments.write, arguments.photos)
        unread: list[str] = []
        judged = list(_judged(files, arguments.write, trial, unread))
    except (BadCampaign, ModelError, Unusable) as error:
        lines = error.lines if isinstance(error, BadCampaign) else [str(error)]
        name = f"{arguments.campaign}: " if isinstance(error, BadCampaign) else ""
        sys.stderr.write("".join(f"{name}{line}\n" for line in lines))
        return UNUSABLE
    show(judged, trial.profile, as_json=arguments.json, folder=arguments.photos.is_dir())
    sys.stderr.write("".join(f"{line}\n" for line in unread))
    decisions = {judgement.verdict.decision for _, judgement in judged}
    verdict = next((EXIT_CODES[each] for each in ("refused", "referred") if each in decisions), 0)
    return UNUSABLE if unread else verdict


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """argparse's own code, 2, says here that a person must look."""
        self.print_usage(sys.stderr)
        self.exit(UNUSABLE, f"{message}\n")


def _arguments() -> argparse.Namespace:
    parser = _Parser(
        prog="python -m services.validator.judge",
        description="Judge a photo, or every photo in a folder, as a campaign would.",
        epilog=EXPLAINED,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("photos", type=Path, help="a photo, or a folder of photos")
    parser.add_argument("--campaign", type=Path, metavar="FILE", help="without one, the national standard")
    framing = parser.add_mutually_exclusive_group()
    framing.add_argument("--frame", type=_frame, metavar="X,Y,WIDTH", help="3:4, in pixels of the upright picture")
    framing.add_argument("--auto-crop", action="store_true", help="find the head and frame it by the standard")
    parser.add_argument("--write", type=Path, metavar="FOLDER", help="write standard photos and overlays there")
    parser.add_argument("--json", action="store_true", help="every value against its limit, for programs")
    return parser.parse_args()


def _frame(text: str) -> Frame:
    try:
        x, y, width = (int(part) for part in text.split(","))
        return Frame(x=x, y=y, width=width)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not three whole numbers like 100,50,480: x, y, width") from error


def _trial(arguments: argparse.Namespace) -> Trial:
    """Raises BadCampaign, ModelError."""
    campaign = read_campaign(arguments.campaign) if arguments.campaign else None
    folder = ModelSettings().models_dir
    replaces = campaign is not None and campaign.processing == "replace_background"
    engine = open_engine(CutoutSettings(), folder) if replaces else None
    return Trial(campaign, FaceModels(folder), engine, arguments.frame, arguments.auto_crop)


def _files(path: Path) -> list[Path]:
    """Raises Unusable."""
    if not path.exists():
        raise Unusable(f"{path}: there is no such file or folder")
    if not path.is_dir():
        return [path]
    try:
        files = sorted(file for file in path.iterdir() if file.suffix.lower() in PICTURES and not file.is_dir())
    except OSError as error:
        raise Unusable(f"{path}: cannot be read: {error.strerror}") from error
    if not files:
        raise Unusable(f"{path}: holds no {', '.join(sorted(PICTURES))}")
    return files


def _make_folder(folder: Path | None, photos: Path) -> None:
    """Raises Unusable."""
    if folder is None:
        return
    if photos.is_dir() and folder.resolve() == photos.resolve():
        raise Unusable(f"{folder}: --write needs another folder, or the next run would judge what this one wrote")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Unusable(f"{folder}: cannot be written to: {error.strerror}") from error


def _judged(files: list[Path], folder: Path | None, trial: Trial, unread: list[str]) -> Iterator[Judged]:
    """`unread` gets a line for each file that cannot be read. Raises Unusable where pictures cannot be written."""
    terminal = Console(stderr=True)  # the answer alone goes to where it may be piped
    stems = Counter(file.stem for file in files)
    for file in track(files, description="judging", console=terminal, transient=True, disable=len(files) == 1):
        try:
            original = file.read_bytes()
        except OSError as error:
            unread.append(f"{printed_name(file)}: cannot be read: {error.strerror}")
            continue
        judgement = _judge(original, trial)
        if folder:
            _write(judgement, folder, file.stem if stems[file.stem] == 1 else file.name)
        yield file, replace(judgement, standard_jpeg=None, overlay_jpeg=None)  # thousands of them fill the memory


def _write(judgement: Judgement, folder: Path, name: str) -> None:
    for suffix, jpeg in (("standard", judgement.standard_jpeg), ("overlay", judgement.overlay_jpeg)):
        target = folder / f"{name}.{suffix}.jpg"
        try:
            if jpeg:
                target.write_bytes(jpeg)
        except OSError as error:
            raise Unusable(f"{target}: cannot be written: {error.strerror}") from error


def _judge(original: bytes, trial: Trial) -> Judgement:
    try:
        if trial.frame is None and trial.campaign and trial.campaign.processing != "frame_by_hand":
            return _judge_prepared(original, trial.campaign, trial)
        if trial.auto_crop:
            frame = framed_by_itself(original, trial.profile, trial.models)
        else:
            frame = trial.frame or whole_frame(inspect(original))
        return judge(original, frame, trial.profile, trial.models)
    except (PictureError, CannotFrame) as error:
        return _undecoded(Verdict("refused", (error.reason,)), str(error))
    except Exception as error:  # as the service does: nobody's photo costs the others theirs
        return _undecoded(Verdict("referred", (Reason.JUDGE_FAILED,)), f"the judge broke: {type(error).__name__}")


def _judge_prepared(original: bytes, campaign: Campaign, trial: Trial) -> Judgement:
    """What the student would be shown, judged."""
    prepared = prepare(original, campaign, trial.models, trial.engine)
    if isinstance(prepared, Unprepared):
        return _undecoded(Verdict("refused", prepared.codes), "no standard photo can be made of this picture")
    return judge(original, prepared.frame, campaign.photo, trial.models, prepared.jpeg)


def _undecoded(verdict: Verdict, why: str) -> Judgement:
    report = {"verdict": {"decision": verdict.decision, "codes": list(verdict.codes)}, "error": why}
    return Judgement(verdict, (), None, None, report)
