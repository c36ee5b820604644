"""One file per rule of the standard. Each `check` measures one thing on the portrait and never raises past `run`.

To add one: name it in shared/campaign/photo.py, write the file (NAME, REASON, check), add it to CHECKS and to
defaults.py, test it on a composed photo.
"""

from typing import Protocol

import structlog

from services.validator.checks import (
    additions,
    background_colour,
    background_even,
    body,
    brows,
    centring,
    clothes_banned,
    clothes_colour,
    colour_cast,
    compression,
    darkroom_marks,
    ears,
    editor_marks,
    enlarged,
    exposure,
    eye_line,
    eyes_open,
    eyes_seen,
    face,
    face_width,
    gaze,
    glasses,
    glasses_frame,
    glasses_glare,
    hairline,
    head_covering,
    head_height,
    highlights,
    light_even,
    mouth,
    noise,
    pitch,
    red_eye,
    rephotographed,
    replaced_edge,
    roll,
    sharpness,
    shoulders,
    skin_texture,
    stretched,
    teeth,
    true_colour,
    yaw,
)
from services.validator.checks.defaults import DEFAULTS, action_of
from services.validator.portrait import Portrait
from services.validator.rules import Finding, broken
from services.validator.source import Source
from shared.campaign import CheckName, PhotoProfile
from shared.reasons import Reason

__all__ = ["CHECKS", "DEFAULTS", "FILE_CHECKS", "Check", "run"]

log = structlog.get_logger()


class Check(Protocol):
    """A module of this package."""

    NAME: CheckName
    REASON: Reason

    def check(self, portrait: Portrait, profile: PhotoProfile, /) -> Finding: ...


class FileCheck(Protocol):
    """A module of this package that asks the file, not the picture."""

    NAME: CheckName
    REASON: Reason

    def check(self, source: Source, profile: PhotoProfile, /) -> Finding: ...


FILE_CHECKS: tuple[FileCheck, ...] = (compression, editor_marks, darkroom_marks, enlarged)
# In the order in which a person would look.
CHECKS: tuple[Check, ...] = (
    eye_line,
    hairline,
    face_width,
    head_height,
    body,
    centring,
    roll,
    yaw,
    pitch,
    shoulders,
    stretched,
    eyes_open,
    gaze,
    eyes_seen,
    red_eye,
    glasses,
    glasses_glare,
    glasses_frame,
    mouth,
    teeth,
    brows,
    ears,
    head_covering,
    background_colour,
    background_even,
    replaced_edge,
    clothes_colour,
    clothes_banned,
    sharpness,
    noise,
    exposure,
    highlights,
    light_even,
    true_colour,
    colour_cast,
    skin_texture,
    additions,
    rephotographed,
)


def run(portrait: Portrait | None, profile: PhotoProfile, source: Source) -> tuple[Finding, ...]:
    """Every check that the campaign did not turn off; without a face only the file can be measured besides."""
    asked = [each for each in FILE_CHECKS if action_of(each.NAME, profile) != "off"]
    first = [face.check(portrait), *(each.check(source, profile) for each in asked)]
    if portrait is None:
        return tuple(first)
    wanted = [each for each in CHECKS if action_of(each.NAME, profile) != "off"]
    return (*first, *(_behind_its_door(each, portrait, profile) for each in wanted))


def _behind_its_door(check: Check, portrait: Portrait, profile: PhotoProfile) -> Finding:
    try:
        return check.check(portrait, profile)
    except Exception as error:  # one broken measure must not cost the student the photo
        log.exception("check_broke", check=check.NAME)
        return broken(check.NAME, check.REASON, error)
