"""The light engine: GrabCut seeded with the face and the flooded background, its edge softened by the two colours."""

import cv2
import numpy as np
import numpy.typing as npt

from services.validator.colour import delta_e, lab
from services.validator.cutout.edges import Alpha, near_colours
from services.validator.cutout.quality import Limits
from services.validator.portrait import FRAME_HEIGHT_PX, FRAME_WIDTH_PX, Portrait

ROUNDS = 3
FACE_MARGIN = 0.96  # the mesh reaches over the cheek where a head is turned
NECK = 0.3  # half of its sure width, of half the face's: a turned head stands beside its neck
SAME_COLOUR = 5.0  # ΔE from the background's colour that is likely background below the chin too
DEEP_PX = 3  # of the half-size picture: within so wide a square all belongs to the flood's person
# Outwards and inwards of GrabCut's hard edge, in which hair may be soft. Short hair is thinner than what flies: 9 px
# inwards took it for a mixture of skin and background, and half of its alpha's error went with 4.
BAND_OUT_PX, BAND_IN_PX = 9, 4
APART = 0.12  # of 0..1: colours of person and background nearer than this tell nothing about alpha


class GrabCut:
    """Always there, 0.15 s. Believed only before a nearly plain background of another colour than hair and clothes:
    it cut the hair off against black and a white shirt against white."""

    limits = Limits(spread=8.0, blind=0.03, lost=0.008)  # good cuts lose up to 0.006, hair cut off 0.013

    def alpha(self, portrait: Portrait) -> Alpha:
        hard = _hard_edge(portrait)
        return _softened(portrait, hard)


def _hard_edge(portrait: Portrait) -> npt.NDArray[np.uint8]:
    """1 person, 0 background, (640, 480); GrabCut runs at half size."""
    seeds = _seeds(portrait)
    half = cv2.resize(portrait.picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    cv2.setRNGSeed(0)  # its colour clusters begin at random: two workers must cut the same
    cv2.grabCut(half, seeds, (0, 0, 1, 1), np.zeros((1, 65)), np.zeros((1, 65)), ROUNDS, cv2.GC_INIT_WITH_MASK)
    person = ((seeds == cv2.GC_FGD) | (seeds == cv2.GC_PR_FGD)).astype(np.uint8)
    person = _largest_part(np.asarray(cv2.morphologyEx(person, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)), np.uint8))
    full = cv2.resize(person.astype(np.float32), (FRAME_WIDTH_PX, FRAME_HEIGHT_PX), interpolation=cv2.INTER_LINEAR)
    return (full > 0.5).astype(np.uint8)


def _seeds(portrait: Portrait) -> npt.NDArray[np.uint8]:
    """GrabCut's four kinds at half size: the face and the chest are sure, so is what was flooded."""
    height, width = FRAME_HEIGHT_PX // 2, FRAME_WIDTH_PX // 2
    same = delta_e(lab(portrait.picture[::2, ::2]), portrait.background.colour) < SAME_COLOUR
    seeds = np.where(same, cv2.GC_PR_BGD, cv2.GC_PR_FGD).astype(np.uint8)
    upper = portrait.background.person.shape[0]
    behind = cv2.erode((~portrait.background.person).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    seeds[:upper][behind] = cv2.GC_BGD
    seeds[:upper][portrait.background.person & (seeds[:upper] == cv2.GC_PR_BGD)] = cv2.GC_PR_FGD
    sure = np.zeros((height, width), np.uint8)
    middle = portrait.face.points.mean(axis=0)
    outline = cv2.convexHull((middle + FACE_MARGIN * (portrait.face.points - middle)) / 2).astype(np.int32)
    cv2.fillConvexPoly(sure, outline, 1)
    chin, x, reach = int(outline[:, 0, 1].max()), portrait.centre_x_px / 2, portrait.face_width_px / 4
    # Neck, then a chest as wide as the face: a collar of the background's colour is still the person.
    sure[chin:, int(max(x - reach * NECK, 0)) : int(x + reach * NECK)] = 1
    sure[chin + int(reach) :, int(max(x - reach, 0)) : int(x + reach)] = 1
    # Hair deep within the outline: without this, hair as dark as a background of another hue was cut off.
    deep = cv2.erode(portrait.background.person.astype(np.uint8), np.ones((DEEP_PX, DEEP_PX), np.uint8))
    sure[:upper][(deep > 0) & ~same[:upper]] = 1
    seeds[sure > 0] = cv2.GC_FGD
    return seeds


def _softened(portrait: Portrait, hard: npt.NDArray[np.uint8]) -> Alpha:
    """Within the band, where each pixel's colour lies between the person's and the background's nearby."""
    inner = cv2.erode(hard, _disc(BAND_IN_PX), borderType=cv2.BORDER_REPLICATE)
    outer = cv2.dilate(hard, _disc(BAND_OUT_PX))
    unknown = outer - inner
    rough = np.where(unknown > 0, np.float32(0.5), hard.astype(np.float32))
    person, background = near_colours(portrait.picture, rough)
    seen = portrait.picture.astype(np.float32) / np.float32(255)
    way = person - background
    length = np.maximum((way**2).sum(axis=2), np.float32(1e-6))
    between = np.clip(((seen - background) * way).sum(axis=2) / length, 0, 1)
    blurred = cv2.GaussianBlur(hard.astype(np.float32), (0, 0), 1.0)
    tells = np.clip(np.sqrt(length) / APART - 1, 0, 1)
    alpha = np.where(unknown > 0, tells * between + (1 - tells) * blurred, rough)
    return np.asarray(np.clip((alpha - 0.08) / 0.84, 0, 1), np.float32)


def _disc(radius_px: int) -> npt.NDArray[np.uint8]:
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius_px + 1,) * 2), np.uint8)


def _largest_part(mask: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    _, parts, statistics, _ = cv2.connectedComponentsWithStats(mask, connectivity=4)
    if len(statistics) < 2:
        return mask
    return np.asarray(parts == 1 + statistics[1:, cv2.CC_STAT_AREA].argmax(), np.uint8)
