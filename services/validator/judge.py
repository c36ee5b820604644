"""Judges one photo: look once, check every rule, decide, explain. Alone: `python -m services.validator.judge`."""

import sys
from dataclasses import asdict, dataclass, fields
from typing import Any

import cv2

from services.validator import checks, overlay, standard
from services.validator.faces import FaceModels
from services.validator.portrait import look
from services.validator.rules import Finding, Verdict, verdict
from services.validator.source import read_source
from shared.campaign import PhotoProfile
from shared.events import Frame
from shared.pictures import PictureError, PictureHeader

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
    findings = checks.run(portrait, profile, read_source(original))
    decided = verdict(findings, profile, checks.DEFAULTS)
    photo = standard.encode(picture)
    report = {
        "verdict": asdict(decided),
        "findings": [_plain(finding) for finding in findings],
        "original": {"kind": header.kind, "width_px": header.width_px, "height_px": header.height_px},
        "frame": frame.model_dump(),
        "standard": {"bytes": len(photo.jpeg), "quality": photo.quality},
    }
    drawn = overlay.draw(picture, portrait, findings, profile)
    return Judgement(decided, findings, photo.jpeg, drawn, report)


def _plain(finding: Finding) -> dict[str, Any]:
    """As `asdict` gives it, which copies every value and took 4 ms of a photo's 65."""
    limits = {"low": finding.limits.low, "high": finding.limits.high}
    return {field.name: getattr(finding, field.name) for field in fields(finding)} | {"limits": limits}


def standard_only(original: bytes, frame: Frame) -> bytes:
    """The standard photo of a picture that was not judged. Raises PictureError."""
    picture, _ = standard.cut(original, frame)
    return standard.encode(picture).jpeg


def whole_frame(header: PictureHeader) -> Frame:
    """The largest 3:4 frame in the middle of a picture."""
    width = min(header.width_px, header.height_px * 3 // 4)
    x, y = (header.width_px - width) // 2, (header.height_px - width * 4 // 3) // 2
    return Frame(x=x, y=y, width=width)


if __name__ == "__main__":
    # Here, because the services judge without a terminal and its progress bar.
    from services.validator.trial import main

    sys.exit(main())
