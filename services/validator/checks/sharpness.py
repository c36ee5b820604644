"""The face is in focus (std 3)."""

import cv2
import numpy as np

from services.validator.portrait import FRAME_HEIGHT_PX, FRAME_WIDTH_PX, Portrait
from services.validator.rules import Finding, Limits, Outcome, measured
from shared.campaign import CheckName, PhotoProfile
from shared.reasons import Reason

NAME: CheckName = "sharpness"
REASON = Reason.BLUR

FACE_PX = 180.0  # measured at one size, or a larger face would count as blurred
EYES = (0.36, 0.13)  # half width and half height of what is measured, of the face's width: no fringe, no temples
# 29 portraits of 18 people reach down to 0.068; blurred with σ = 1.5 px of the frame they reach up to 0.046, with
# σ = 2 px up to 0.023 (2026-11-21).
SHARP, BLURRED = 0.065, 0.045


def check(portrait: Portrait, _: PhotoProfile) -> Finding:
    """Variance of the Laplacian over the variance of the greys around the eyes."""
    scale = min(FACE_PX / portrait.face_width_px, 1.0)
    half_width, half_height = (share * portrait.face_width_px for share in EYES)
    left, right = (int(np.clip(portrait.centre_x_px + s * half_width, 0, FRAME_WIDTH_PX)) for s in (-1, 1))
    top, bottom = (int(np.clip(portrait.eye_line_px + s * half_height, 0, FRAME_HEIGHT_PX)) for s in (-1, 1))
    whole = portrait.grey[top:bottom, left:right]
    if not whole.size:  # beyond the picture's edge
        return Finding(NAME, Outcome.UNSURE, REASON, None, "", Limits(low=SHARP), 50)
    eyes = cv2.resize(whole, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    edges = float(cv2.Laplacian(eyes, cv2.CV_32F).var())
    contrast = max(float(eyes.astype(np.float32).var()), 1.0)
    return measured(NAME, REASON, edges / contrast, "", Limits(low=SHARP), error=SHARP - BLURRED)
