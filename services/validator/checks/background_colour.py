"""The background has one of the campaign's colours (std 5)."""

import numpy as np

from services.validator.colour import Lab, delta_e, lab_of_rgb
from services.validator.portrait import Portrait
from services.validator.rules import Finding, Limits, Outcome, measured
from shared.campaign import CheckName, PhotoProfile
from shared.reasons import Reason

NAME: CheckName = "background_colour"
REASON = Reason.BG_COLOR

RIGHT = 6.0  # ΔE2000: right colours lie under 5, wrong ones over 12 (323 photos, judge.md §3)
WRONG = 12.0
SEEN_MIN = 0.1  # of the area above the mouth
SAME_HUE_DEG = 25.0  # another blue than the two that studios use: a person decides
COLOURFUL = 15.0  # chroma from which a hue means something


def check(portrait: Portrait, profile: PhotoProfile) -> Finding:
    background, limits = portrait.background, Limits(high=RIGHT)
    if background.seen < SEEN_MIN:
        return Finding(NAME, Outcome.UNSURE, REASON, None, "ΔE", limits, 50)
    if profile.any_plain_background:
        return Finding(NAME, Outcome.PASS, REASON, 0.0, "ΔE", limits, 100)
    allowed = np.array([lab_of_rgb(each.rgb) for each in profile.backgrounds])
    distances = delta_e(allowed, background.colour)
    same_hue = any(_same_hue(background.colour, colour) for colour in allowed)
    return measured(NAME, REASON, float(distances.min()), "ΔE", limits, error=WRONG - RIGHT, certain=not same_hue)


def _same_hue(one: Lab, other: Lab) -> bool:
    if min(np.hypot(*one[1:]), np.hypot(*other[1:])) < COLOURFUL:
        return False
    turn = np.degrees(np.arctan2(one[2], one[1]) - np.arctan2(other[2], other[1]))
    return bool(abs((turn + 180) % 360 - 180) < SAME_HUE_DEG)
