"""Is something of the old background left around a person? The same person composed on the new colour is the truth."""

from dataclasses import replace

import cv2
import numpy as np

from services.validator.colour import delta_e, lab, lab_of_rgb
from services.validator.faces import FaceModels, Pixels
from services.validator.portrait import Portrait, look
from services.validator.standard import cut
from tests.portraits.album import compose
from tests.portraits.compose import Colour, Recipe
from tests.validator.judges import frame_of

HALO_MAX = 3.0  # ΔE2000: what a school sees as another colour begins there
WHITE: Colour = (255, 255, 255)
BLACK: Colour = (0, 0, 0)


def framed(recipe: Recipe) -> Pixels:
    portrait = compose(recipe)
    return cut(portrait.jpeg, frame_of(portrait))[0]


def portrait_of(recipe: Recipe, models: FaceModels) -> Portrait:
    portrait = look(framed(recipe), models)
    assert portrait is not None
    return portrait


def on(recipe: Recipe, colour: Colour) -> Pixels:
    """The truth: the person composed on the colour, without grain."""
    return framed(replace(recipe, background=colour, background2=None, noise=0, quality=98))


def true_alpha(recipe: Recipe) -> np.ndarray:
    return np.asarray(1 - (on(recipe, WHITE).astype(np.float32) - on(recipe, BLACK)).mean(axis=2) / 255)


def halo(picture: Pixels, recipe: Recipe, colour: Colour) -> np.ndarray:
    """ΔE from the colour in the ring 3 to 8 px outside the true cut."""
    away = cv2.distanceTransform((true_alpha(recipe) < 0.5).astype(np.uint8), cv2.DIST_L2, 5)
    return delta_e(lab(picture)[(away >= 3) & (away <= 8)], lab_of_rgb(colour))
