"""Recipes by name, each with the fate it deserves under the national standard's limits."""

from dataclasses import dataclass, replace
from itertools import product
from typing import Literal

from shared.reasons import Reason
from tests.portraits.compose import STANDARD_HEIGHT_PX, STANDARD_WIDTH_PX, STUDIO_BLUE, Colour, Recipe
from tests.portraits.cutouts import FACES

Fate = Literal["accepted", "refused", "referred", "refused_at_once"]


@dataclass(frozen=True)
class Case:
    """`code`: the reason the student must be given among others; None where there is nothing to say."""

    recipe: Recipe
    fate: Fate
    code: Reason | None = None


def _placed(face: str, face_width: float, hairline_px: float, **rest: float) -> Recipe:
    """The face so wide, its hairline so far below the top edge of the 480×640 frame."""
    eyes_to_hairline_px = FACES[face].eyes_to_hairline_px * face_width * STANDARD_WIDTH_PX / FACES[face].cheeks_px
    eye_line = (hairline_px + eyes_to_hairline_px) / STANDARD_HEIGHT_PX
    return Recipe(face=face, face_width=face_width, eye_line=eye_line, **rest)  # type: ignore[arg-type]  # numbers only


# Only these two close their mouths; each has its own range in which hairline, eyes and width all keep the standard.
_PLACES = [
    *product(["biden"], [0.495, 0.50, 0.51], [73, 76, 80]),
    *product(["obama3"], [0.545, 0.55, 0.56], [83, 87, 91]),
]
_SIZES = [(1224, 0.0), (1440, 0.0), (1080, 0.12), (1200, 0.05), (960, 0.0)]  # width_px, surround
_LIGHTS = [1.0, 0.93, 1.05]
# Both men look a little to their right: further to this side, their yaw nears the judge's limit of 12°.
_CENTRES = [0.49, 0.495, 0.5]


def compliant(number: int = 0, background: Colour = STUDIO_BLUE) -> Recipe:
    """The number-th good photo: person, place, size, light and grain all vary, no two files are equal."""
    face, face_width, hairline_px = _PLACES[number * 5 % len(_PLACES)]  # 5: the people take turns
    width_px, surround = _SIZES[number % len(_SIZES)]
    return replace(
        _placed(face, face_width, hairline_px),
        width_px=width_px,
        surround=surround,
        light=_LIGHTS[number % 7 % 3],  # 7: light and centre do not follow the place
        centre_x=_CENTRES[number % 11 % 3],
        background=background,
        seed=number,
    )


def unsure(number: int = 0, background: Colour = STUDIO_BLUE) -> Recipe:
    """The number-th photo only a person can decide: the head is tilted 5° to 7°, between certain yes and no."""
    return replace(compliant(number, background), tilt_deg=(5 + number % 3) * (-1) ** number)


_GOOD = compliant()

CASES: dict[str, Case] = {
    "compliant": Case(_GOOD, "accepted"),
    "too_few_bytes": Case(
        replace(_GOOD, width_px=600, surround=0, noise=0, quality=75), "refused_at_once", Reason.FILE_TOO_SMALL
    ),
    "no_face": Case(replace(_GOOD, eye_line=-0.45, face_width=0.66), "refused", Reason.FACE_NONE),
    "empty_background": Case(replace(_GOOD, face=None), "refused", Reason.FACE_NONE),
    "two_faces": Case(
        replace(_placed("biden", 0.44, 78), centre_x=0.53, second_face="obama"), "refused", Reason.FACE_MULTI
    ),
    "green_background": Case(replace(_GOOD, background=(60, 160, 90)), "refused", Reason.BG_COLOR),
    "red_background": Case(replace(_GOOD, background=(200, 40, 45)), "refused", Reason.BG_COLOR),
    "gradient_background": Case(replace(_GOOD, background2=(235, 242, 250)), "refused", Reason.BG_UNEVEN),
    "object_behind": Case(replace(_GOOD, background2="object"), "refused", Reason.BG_UNEVEN),
    "off_centre": Case(replace(_GOOD, centre_x=0.62), "refused", Reason.GEO_CENTER),
    "head_too_low": Case(replace(_GOOD, eye_line=0.55), "refused", Reason.GEO_EYES),
    "head_too_small": Case(_placed("biden", 0.3, 100), "refused", Reason.GEO_FACE_WIDTH),
    "head_too_large": Case(_placed("biden", 0.72, 40), "refused", Reason.GEO_FACE_WIDTH),
    "tilted": Case(replace(_GOOD, tilt_deg=12), "refused", Reason.POSE_ROLL),
    "slightly_tilted": Case(unsure(), "referred", Reason.POSE_ROLL),
    "hairline_in_doubt": Case(_placed("biden", 0.5, 120), "referred", Reason.GEO_HAIRLINE),
    "teeth": Case(_placed("obama", 0.5, 82), "refused", Reason.MOUTH_OPEN),
    "open_mouth": Case(_placed("obama2", 0.57, 70), "refused", Reason.MOUTH_OPEN),
    "blurred": Case(replace(_GOOD, blur_sigma=3), "refused", Reason.BLUR),
    "dark": Case(replace(_GOOD, light=0.2), "refused", Reason.LIGHT_UNDER),
    "overexposed": Case(replace(_GOOD, light=2.5), "refused", Reason.LIGHT_OVER),
}


def named() -> dict[str, Recipe]:
    """Every case, twenty-four good photos and six in doubt."""
    return {
        **{name: case.recipe for name, case in CASES.items()},
        **{f"compliant_{number:02}": compliant(number) for number in range(24)},
        **{f"unsure_{number}": unsure(number) for number in range(6)},
    }
