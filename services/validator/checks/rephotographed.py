"""Taken of a person, not of a screen or of a print (V8, V37: 翻拍): both leave a fine regular pattern.

Looked for beside the head, where nothing else is regular. A print on a desk shows by its edges too: see additions.
"""

from itertools import product

import cv2
import numpy as np
import numpy.typing as npt

from services.validator.portrait import FRAME_WIDTH_PX, Portrait
from services.validator.rules import Finding, Limits, measured
from shared.campaign import CheckName, PhotoProfile
from shared.reasons import Reason

NAME: CheckName = "rephotographed"
REASON = Reason.SRC_REPHOTO

# Grey levels of the strongest wave: 314 good photos reach 0.33, screens and prints composed with patterns that are just
# seen have 4 and more (2026-11-21). No real one was at hand.
PLAIN, PATTERNED = 0.6, 1.5
SIDE_PX, MARGIN_PX = 64, 4
FLAT = 5.0  # grey levels of what is left when fine patterns are blurred away: no hair, no shoulder

Grey = npt.NDArray[np.float32]

_WINDOW = np.outer(np.hanning(SIDE_PX), np.hanning(SIDE_PX)).astype(np.float32)
_DOWN = np.abs(np.fft.fftfreq(SIDE_PX) * SIDE_PX)[:, None]
_ACROSS = np.abs(np.fft.rfftfreq(SIDE_PX) * SIDE_PX)[None]
# Waves of 13 px and less that are neither level nor upright: those are the blocks of JPEG.
_COUNTED = (np.hypot(_DOWN, _ACROSS) > 5) & (_DOWN > 1.5) & (_ACROSS > 1.5)


def check(portrait: Portrait, _: PhotoProfile) -> Finding:
    """Where nothing beside the head is flat, nothing is known, and the background is not plain anyway."""
    green = portrait.picture[..., 1]
    far = FRAME_WIDTH_PX - SIDE_PX - MARGIN_PX
    beside = max(round(portrait.eye_line_px) - SIDE_PX // 2, MARGIN_PX)
    least: float | None = None
    for x, y in product((MARGIN_PX, far), (MARGIN_PX, beside)):
        patch = green[y : y + SIDE_PX, x : x + SIDE_PX].astype(np.float32)
        if cv2.blur(patch, (13, 13)).std() < FLAT:
            wave = _wave(patch)
            least = wave if least is None else min(least, wave)
            if wave <= PLAIN:
                break  # a screen's pattern is everywhere, a wisp of hair is not
    return measured(NAME, REASON, least or 0.0, "级", Limits(high=PLAIN), error=PATTERNED - PLAIN)


def _wave(patch: Grey) -> float:
    """The amplitude of the strongest fine wave."""
    spectrum = np.abs(np.fft.rfft2((patch - patch.mean()) * _WINDOW))
    return float(2 * spectrum[_COUNTED].max() / _WINDOW.sum())
