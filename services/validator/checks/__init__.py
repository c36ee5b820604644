"""One file per rule of the standard. Each `check` measures one thing on the portrait and never raises past `run`.

To add one: write the file (NAME, REASON, DEFAULT, check), name it in CHECKS, test it on a composed photo.
"""

from typing import Protocol

import structlog

from services.validator.checks import (
    background_colour,
    background_even,
    centring,
    exposure,
    eye_line,
    face,
    face_width,
    hairline,
    mouth,
    roll,
    sharpness,
    yaw,
)
from services.validator.portrait import Portrait
from services.validator.rules import Finding, broken
from shared.campaign import CheckAction, PhotoProfile
from shared.reasons import Reason

log = structlog.get_logger()


class Check(Protocol):
    """A module of this package."""

    NAME: str
    REASON: Reason
    DEFAULT: CheckAction  # what a failure does where the campaign is silent

    def check(self, portrait: Portrait, profile: PhotoProfile, /) -> Finding: ...


# In the order in which a person would look.
CHECKS: tuple[Check, ...] = (
    eye_line,
    hairline,
    face_width,
    centring,
    roll,
    yaw,
    mouth,
    background_colour,
    background_even,
    sharpness,
    exposure,
)
DEFAULTS: dict[str, CheckAction] = {face.NAME: face.DEFAULT} | {each.NAME: each.DEFAULT for each in CHECKS}


def run(portrait: Portrait | None, profile: PhotoProfile) -> tuple[Finding, ...]:
    """Every check that the campaign did not turn off; without a face there is nothing else to measure."""
    first = face.check(portrait)
    if portrait is None:
        return (first,)
    wanted = [each for each in CHECKS if profile.checks.get(each.NAME) != "off"]
    return (first, *(_behind_its_door(each, portrait, profile) for each in wanted))


def _behind_its_door(check: Check, portrait: Portrait, profile: PhotoProfile) -> Finding:
    try:
        return check.check(portrait, profile)
    except Exception as error:  # one broken measure must not cost the student the photo
        log.exception("check_broke", check=check.NAME)
        return broken(check.NAME, check.REASON, error)
