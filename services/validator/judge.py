"""Judges one photo: look once, check every rule, decide, explain. Alone: `python -m services.validator.judge`."""

import argparse
import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cv2

from services.validator import checks, overlay, standard
from services.validator.faces import FaceModels
from services.validator.portrait import look
from services.validator.rules import Finding, Verdict, verdict
from services.validator.settings import ModelSettings
from shared.campaign import BadCampaign, PhotoProfile, read_campaign
from shared.events import Frame
from shared.pictures import PictureError, PictureHeader, inspect

# The processes are as many as the cores; a thread more each would only make them wait for each other.
cv2.setNumThreads(1)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the judge says of one photo. The pictures are None where nothing could be decoded."""

    verdict: Verdict
    findings: tuple[Finding, ...]
    standard_jpeg: bytes | None
    overlay_jpeg: bytes | None
    report: dict[str, Any]  # plain JSON: every value against its limit, no personal data


def judge(original: bytes, frame: Frame, profile: PhotoProfile, models: FaceModels) -> Judgement:
    """Judge the frame of an original. A file that cannot be decoded is refused with its reason."""
    try:
        picture, header = standard.cut(original, frame)
    except PictureError as error:
        refused = Verdict("refused", (error.reason,))
        return Judgement(refused, (), None, None, {"verdict": asdict(refused), "error": str(error)})
    portrait = look(picture, models)
    findings = checks.run(portrait, profile)
    decided = verdict(findings, profile, checks.DEFAULTS)
    photo = standard.encode(picture)
    report = {
        "verdict": asdict(decided),
        "findings": [asdict(finding) for finding in findings],
        "original": {"kind": header.kind, "width_px": header.width_px, "height_px": header.height_px},
        "frame": frame.model_dump(),
        "standard": {"bytes": len(photo.jpeg), "quality": photo.quality},
    }
    drawn = overlay.draw(picture, portrait, findings, profile)
    return Judgement(decided, findings, photo.jpeg, drawn, report)


def standard_only(original: bytes, frame: Frame) -> bytes:
    """The standard photo of a picture that was not judged. Raises PictureError."""
    picture, _ = standard.cut(original, frame)
    return standard.encode(picture).jpeg


def whole_frame(header: PictureHeader) -> Frame:
    """The largest 3:4 frame in the middle of a picture."""
    width = min(header.width_px, header.height_px * 3 // 4)
    x, y = (header.width_px - width) // 2, (header.height_px - width * 4 // 3) // 2
    return Frame(x=x, y=y, width=width)


def main() -> int:
    """0 accepted, 1 refused, 2 referred or unusable arguments."""
    arguments = _arguments()
    try:
        profile = read_campaign(arguments.campaign).photo if arguments.campaign else PhotoProfile()
        original = arguments.photo.read_bytes()
        frame = arguments.frame or whole_frame(inspect(original))
    except (BadCampaign, PictureError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    judgement = judge(original, frame, profile, FaceModels(ModelSettings().models_dir))
    for suffix, jpeg in (("standard", judgement.standard_jpeg), ("overlay", judgement.overlay_jpeg)):
        if arguments.write and jpeg:
            (arguments.write / f"{arguments.photo.stem}.{suffix}.jpg").write_bytes(jpeg)
    print(json.dumps(judgement.report, indent=1) if arguments.json else _table(judgement))
    return {"accepted": 0, "refused": 1, "referred": 2}[judgement.verdict.decision]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m services.validator.judge", description="Judge one photo.")
    parser.add_argument("photo", type=Path)
    parser.add_argument("--campaign", type=Path, help="campaign file; without one, the national standard")
    parser.add_argument("--frame", type=_frame, metavar="X,Y,WIDTH", help="3:4, in pixels of the upright picture")
    parser.add_argument("--write", type=Path, metavar="FOLDER", help="write the standard photo and the overlay there")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def _frame(text: str) -> Frame:
    x, y, width = (int(part) for part in text.split(","))
    return Frame(x=x, y=y, width=width)


def _table(judgement: Judgement) -> str:
    lines = [f"{'check':18} {'value':>9} {'':3} {'allowed':>15} {'score':>5}  outcome"]
    for each in judgement.findings:
        low, high = ("" if bound is None else f"{bound:g}" for bound in (each.limits.low, each.limits.high))
        value = "-" if each.value is None else f"{each.value:g}"
        lines.append(f"{each.check:18} {value:>9} {each.unit:3} {low:>7}…{high:<7} {each.score:>5}  {each.outcome}")
    codes = ", ".join(f"{code} {code.text}" for code in judgement.verdict.codes)
    return "\n".join([*lines, f"{judgement.verdict.decision} {codes}".rstrip()])


if __name__ == "__main__":
    sys.exit(main())
