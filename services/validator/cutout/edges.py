"""The person's own colours where the old background shines through, and the picture on its new background."""

import cv2
import numpy as np
import numpy.typing as npt

from services.validator.faces import Pixels

Alpha = npt.NDArray[np.float32]  # (640, 480), 0 background … 1 person
Colours = npt.NDArray[np.float32]  # (640, 480, 3), BGR 0..1

SURE = 0.05  # alpha nearer to 0 or 1 than this is one or the other
REACHES_PX = (65, 33, 17, 9)  # of the windows in which a sure neighbour's colour is looked for, the nearest counts
FAITH = 0.05  # how much the neighbours' colours count against the pixel's own


def on_background(picture: Pixels, alpha: Alpha, rgb: tuple[int, int, int]) -> Pixels:
    """The person of `picture` on a plain colour, exact to the last bit where alpha is 0; (640, 480, 3) BGR."""
    person = own_colours(picture, alpha)
    colour = np.array(rgb[::-1], np.float32)
    share = alpha[..., None]
    return np.asarray((person * 255 * share + colour * (1 - share)).round().clip(0, 255), np.uint8)


def own_colours(picture: Pixels, alpha: Alpha) -> Colours:
    """The person's colour at each pixel: the least change of the sure neighbours' colours that explains the picture.

    min |C - aF - (1-a)B|² + FAITH (|F-F0|² + |B-B0|²) has a closed form.
    """
    seen = picture.astype(np.float32) / np.float32(255)
    person, background = near_colours(picture, alpha)
    share = alpha[..., None]
    unexplained = seen - share * person - (1 - share) * background
    step = unexplained / (FAITH + share**2 + (1 - share) ** 2)
    return np.where(share > 1 - SURE, seen, np.clip(person + share * step, 0, 1))


def near_colours(picture: Pixels, alpha: Alpha) -> tuple[Colours, Colours]:
    """The colours of the person and of the background that are sure and nearest to each pixel."""
    seen = picture.astype(np.float32) / np.float32(255)
    person = _from_neighbours(seen, (alpha > 1 - SURE).astype(np.float32))
    return person, _from_neighbours(seen, (alpha < SURE).astype(np.float32))


def _from_neighbours(seen: Colours, sure: npt.NDArray[np.float32]) -> Colours:
    """The mean colour of the sure pixels around each pixel, of the smallest window that holds some."""
    weight = np.maximum(sure.mean(), np.float32(1e-6))
    colours = np.broadcast_to((seen * sure[..., None]).mean(axis=(0, 1)) / weight, seen.shape).astype(np.float32)
    for reach in REACHES_PX:
        window = (reach, reach)
        weights = cv2.blur(sure, window)[..., None]
        means = cv2.blur(seen * sure[..., None], window) / np.maximum(weights, np.float32(1e-6))
        trust = np.clip(weights * 8, 0, 1)  # an eighth of the window is enough
        colours = trust * means + (1 - trust) * colours
    return np.asarray(colours, np.float32)
