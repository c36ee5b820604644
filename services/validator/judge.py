"""Judges one photo: look once, check every rule, decide, explain. Alone: `python -m services.validator.judge`."""

import sys
from dataclasses import asdict, dataclass, fields
from typing import Any

import cv2

from services.validator import checks, overlay, standard
from services.validator.faces import FaceModels, Pixels
from services.validator.portrait import FRAME_WIDTH_PX, Portrait, look
from services.validator.rules import Finding, Verdict, under, verdict
from services.validator.sameness import FaceModel, Sameness, fingerprints
from services.validator.source import Source, read_source
from shared.campaign import PhotoProfile
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
    sameness: Sameness | None = None  # what it looks like, to be compared with others


def judge(
    original: bytes,
    frame: Frame,
    profile: PhotoProfile,
    models: FaceModels,
    prepared: bytes | None = None,
    face_model: FaceModel | None = None,
) -> Judgement:
    """Judge the frame of an original. A file that cannot be decoded is refused with its reason.

    `prepared`: the standard photo the student saw; it is judged as it is, of the original only the file is.
    `face_model`: given where faces are compared.
    """
    try:
        picture, header, source = _picture(original, frame, prepared)
    except PictureError as error:
        refused = Verdict("refused", (error.reason,))
        return Judgement(refused, (), None, None, {"verdict": asdict(refused), "error": str(error)})
    portrait = look(picture, models)
    findings = tuple(under(profile, each) for each in checks.run(portrait, profile, source))
    decided = verdict(findings, profile, checks.DEFAULTS)
    photo = standard.encode(picture) if prepared is None else _as_it_is(prepared)
    report = {
        "verdict": asdict(decided),
        "findings": [in_report(finding) for finding in findings],
        "original": {"kind": header.kind, "width_px": header.width_px, "height_px": header.height_px},
        "frame": frame.model_dump(),
        "standard": {"bytes": len(photo.jpeg), "quality": photo.quality},
        "head": head_in_report(portrait) if portrait else None,
    }
    drawn = overlay.draw(picture, portrait, findings, profile)
    same = fingerprints(picture, portrait, face_model)
    return Judgement(decided, findings, photo.jpeg, drawn, report, same)


def _picture(original: bytes, frame: Frame, prepared: bytes | None) -> tuple[Pixels, PictureHeader, Source]:
    if prepared is None:
        decoded = standard.decoded_for(original, frame)
        return standard.cut_from(decoded, frame), decoded.header, read_source(original, decoded.image)
    picture, _ = standard.cut(prepared, Frame(x=0, y=0, width=FRAME_WIDTH_PX))
    return picture, inspect(original), read_source(original)


def _as_it_is(prepared: bytes) -> standard.StandardPhoto:
    """Compressed once more it would be another picture than the student said yes to."""
    return standard.StandardPhoto(prepared, read_source(prepared).quality or standard.QUALITY_MIN)


def in_report(finding: Finding) -> dict[str, Any]:
    """As `asdict` gives it, which copies every value and took 4 ms of a photo's 65."""
    limits = {"low": finding.limits.low, "high": finding.limits.high}
    return {field.name: getattr(finding, field.name) for field in fields(finding)} | {"limits": limits}


def head_in_report(portrait: Portrait) -> dict[str, Any]:
    """Where the head begins, in px from the frame's top: every estimate, and which one was judged. The standard says
    hairline (std 18), many programs measure the crown."""
    hairline = portrait.hairline
    step_px = None if hairline.by_step_px is None else round(hairline.by_step_px, 1)
    return {
        "crown_px": round(portrait.crown_px, 1),
        "hairline_px": round(hairline.px, 1),
        "hairline_by": hairline.by,
        "hairline_by_step_px": step_px,
        "hairline_by_ratio_px": round(hairline.by_ratio_px, 1),
    }


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
