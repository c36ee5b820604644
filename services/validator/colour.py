"""Colours as people see them: CIE L*a*b* (D65) and the distance ΔE2000 (Sharma, Wu, Dalal 2005)."""

import cv2
import numpy as np
import numpy.typing as npt

from services.validator.faces import Pixels

Lab = npt.NDArray[np.float32]

_25_TO_7 = 25.0**7


def lab(picture: Pixels) -> Lab:
    """L* 0..100, a* and b* around 0, of BGR pixels in the same shape."""
    return np.asarray(cv2.cvtColor(picture.astype(np.float32) / np.float32(255), cv2.COLOR_BGR2Lab), np.float32)


def lab_of_rgb(rgb: tuple[int, int, int]) -> Lab:
    """The colour a campaign file names, as an array (3,)."""
    colour: Lab = lab(np.array([[rgb[::-1]]], np.uint8))[0, 0]
    return colour


def delta_e(colours: Lab, reference: Lab) -> npt.NDArray[np.float32]:
    """ΔE2000 of each colour (…, 3) from one reference (3,). About 1 is just seen, 5 is another shade."""
    lightness, a, b = (colours[..., i] for i in range(3))
    chroma_mean = (np.hypot(a, b) + np.hypot(reference[1], reference[2])) / 2
    stretch = 1.5 - 0.5 * np.sqrt(chroma_mean**7 / (chroma_mean**7 + _25_TO_7))
    a1, a2 = a * stretch, reference[1] * stretch
    chroma1, chroma2 = np.hypot(a1, b), np.hypot(a2, reference[2])
    hue1, hue2 = np.arctan2(b, a1), np.arctan2(reference[2], a2)
    turn = np.where(chroma1 * chroma2 == 0, 0, (hue1 - hue2 + np.pi) % (2 * np.pi) - np.pi)
    hue = hue2 + turn / 2
    lightness_mean, chroma = (lightness + reference[0]) / 2, (chroma1 + chroma2) / 2

    weight_hue = (
        1
        - 0.17 * np.cos(hue - np.radians(30))
        + 0.24 * np.cos(2 * hue)
        + 0.32 * np.cos(3 * hue + np.radians(6))
        - 0.20 * np.cos(4 * hue - np.radians(63))
    )
    off_middle = (lightness_mean - 50) ** 2
    d_lightness = (lightness - reference[0]) / (1 + 0.015 * off_middle / np.sqrt(20 + off_middle))
    d_chroma = (chroma1 - chroma2) / (1 + 0.045 * chroma)
    d_hue = 2 * np.sqrt(chroma1 * chroma2) * np.sin(turn / 2) / (1 + 0.015 * chroma * weight_hue)
    bend = np.radians(60) * np.exp(-(((np.degrees(hue) % 360 - 275) / 25) ** 2))
    rotation = -2 * np.sqrt(chroma**7 / (chroma**7 + _25_TO_7)) * np.sin(bend)
    distance: npt.NDArray[np.float32] = np.sqrt(
        d_lightness**2 + d_chroma**2 + d_hue**2 + rotation * d_chroma * d_hue
    ).astype(np.float32)
    return distance
