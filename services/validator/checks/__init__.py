"""One file per rule of the standard. Each `check` measures one thing on the portrait and never raises past `run`.

To add one: name it in shared/campaign.py, write the file (NAME, REASON, check), add it to CHECKS and to
defaults.py, test it on a composed photo.
"""

from typing import Protocol

import structlog

from services.validator.checks import (
    background_colour,
    background_even,
    centring,
    clothes_colour,
    colour_cast,
    compression,
    exposure,
    eye_line,
    eyes_open,
    eyes_seen,
    face,
    face_width,
    glasses,
    glasses_glare,
    hairline,
    highlights,
    light_even,
    mouth,
    noise,
    pitch,
    red_eye,
    roll,
    sharpness,
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

__all__ = ["CHECKS", "DEFAULTS", "Check", "run"]

log = structlog.get_logger()


class Check(Protocol):
    """A module of this package."""

    NAME: CheckName
    REASON: Reason

    def check(self, portrait: Portrait, profile: PhotoProfile, /) -> Finding: ...


# In the order in which a person would look.
CHECKS: tuple[Check, ...] = (
    eye_line,
    hairline,
    face_width,
    centring,
    roll,
    yaw,
    pitch,
    stretched,
    eyes_open,
    eyes_seen,
    red_eye,
    glasses,
    glasses_glare,
    mouth,
    teeth,
    background_colour,
    background_even,
    clothes_colour,
    sharpness,
    noise,
    exposure,
    highlights,
    light_even,
    true_colour,
    colour_cast,
    skin_texture,
)


def run(portrait: Portrait | None, profile: PhotoProfile, source: Source) -> tuple[Finding, ...]:
    """Every check that the campaign did not turn off; without a face only the file can be measured besides."""
    first = [face.check(portrait)]
    if action_of(compression.NAME, profile) != "off":
        first.append(compression.check(source, profile))
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
