"""Which photos are composed: good ones of every person, and each visible fault on every person. Seeds are fixed."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import isnan

import numpy as np

from shared.campaign import CheckName
from tests.portraits.compose import (
    STANDARD_BLUE,
    STANDARD_HEIGHT_PX,
    STANDARD_WIDTH_PX,
    STUDIO_BLUE,
    Colour,
    Recipe,
)
from tests.portraits.cutouts import FACES
from tests.portraits.labelled import Person

WHITE: Colour = (255, 255, 255)
LIGHT_GREY: Colour = (240, 240, 240)
GOOD = "compliant"
FAULTS: dict[str, tuple[CheckName, dict[str, object]]] = {
    "second face": ("face", {"second_face": "obama"}),
    "small second face": ("face", {"second_face": "obama", "second_width": 0.22, "second_x": 0.1}),
    "no face": ("face", {"face": None}),
    "eyes too low": ("eye_line", {"eye_line": 0.53}),
    "hairline too high": ("hairline", {"hairline_px": 22.0}),
    "head too small": ("face_width", {"face_width": 0.31}),
    "off centre": ("centring", {"centre_x": 0.6}),
    "tilted 10°": ("roll", {"tilt_deg": 10.0}),
    "tilted -10°": ("roll", {"tilt_deg": -10.0}),
    "green background": ("background_colour", {"background": (60, 160, 90)}),
    "red background": ("background_colour", {"background": (200, 40, 45)}),
    "gradient": ("background_even", {"background2": (110, 100, 90)}),
    "object behind": ("background_even", {"background2": "object"}),
    "blurred σ 2.5": ("sharpness", {"blur_sigma": 2.5}),
    "two stops under": ("exposure", {"light": 0.22}),
    "burnt out": ("exposure", {"light": 3.0}),
    "grain σ 16": ("noise", {"noise": 16.0, "width_px": 480}),
    "compressed, q 30": ("compression", {"quality": 30}),
    "pulled 20 % wider": ("stretched", {"stretch": 1.2}),
    "pulled 20 % taller": ("stretched", {"stretch": 0.83}),
    "eyes closed": ("eyes_open", {"defect": "eyes_closed"}),
    "red eyes": ("red_eye", {"defect": "red_eyes"}),
    "dark frame": ("glasses", {"defect": "glasses"}),
    "sunglasses": ("eyes_seen", {"defect": "sunglasses"}),
    "cap's shadow": ("eyes_seen", {"defect": "forehead_in_shadow"}),
    "mirrored light": ("glasses_glare", {"defect": "glare"}),
    "burnt spots": ("highlights", {"defect": "highlight"}),
    "light from one side": ("light_even", {"defect": "side_light"}),
    "warm cast": ("colour_cast", {"defect": "warm_cast"}),
    "green cast": ("colour_cast", {"defect": "green_cast"}),
    "blue cast": ("colour_cast", {"defect": "blue_cast"}),
    "black and white": ("true_colour", {"defect": "black_and_white"}),
    "skin smoothed": ("skin_texture", {"defect": "smoothed"}),
    "clothes like background": ("clothes_colour", {"defect": "clothes_like_background"}),
    "head too tall": ("head_height", {"face_width": 0.66, "eye_line": 0.48}),
    "cut under the chin": ("body", {"face_width": 0.62, "eye_line": 0.5}),
    "one shoulder hangs": ("shoulders", {"covering": "hanging_shoulder"}),
    "looks left": ("gaze", {"covering": "looking_left"}),
    "looks right": ("gaze", {"covering": "looking_right"}),
    "fringe over the brows": ("brows", {"covering": "fringe"}),
    "black cap": ("brows", {"covering": "black_cap"}),  # its brim: black cloth looks like hair
    "hair over both ears": ("ears", {"covering": "hair_over_ears"}),
    "hair over one ear": ("ears", {"covering": "hair_over_one_ear"}),
    "blue cap": ("head_covering", {"covering": "blue_cap"}),
    "grey knitted hat": ("head_covering", {"covering": "knit_hat"}),
    "cream headscarf": ("head_covering", {"covering": "headscarf"}),
    "frame across the eyes": ("glasses_frame", {"covering": "low_frame"}),
    "blue clothes": ("clothes_banned", {"covering": "blue_clothes"}),
    "navy clothes": ("clothes_banned", {"covering": "navy_clothes"}),
    "red rim of an old background": ("replaced_edge", {"cut": "red_halo"}),
    "green rim of an old background": ("replaced_edge", {"cut": "green_halo"}),
    "rags of an old background": ("replaced_edge", {"cut": "old_background"}),
    "cut in steps": ("replaced_edge", {"cut": "jagged_cut"}),
    "hair cut away": ("replaced_edge", {"cut": "hair_missing"}),
    "border": ("additions", {"over": "border"}),
    "frame line": ("additions", {"over": "line"}),
    "date stamp": ("additions", {"over": "date"}),
    "caption": ("additions", {"over": "caption"}),
    "print on a desk": ("additions", {"over": "paper"}),
    "writing across the face": ("additions", {"over": "watermark"}),
    "screen": ("rephotographed", {"over": "screen"}),
    "halftone print": ("rephotographed", {"over": "halftone"}),
    "beauty app": ("editor_marks", {"software": "MeituXiuXiu 10.3.1"}),
    "blown up 1.7 times": ("enlarged", {"blown_up": 1.7}),
    "picture editor": ("darkroom_marks", {"software": "Adobe Photoshop 25.4 (Windows)"}),
}
TEETH = "teeth"  # not composed: people who show them in their portrait


@dataclass(frozen=True)
class Draw:
    """One photo to compose: `faults` are the checks that must not pass it, `kind` names the fault or GOOD."""

    kind: str
    recipe: Recipe
    face: str
    person: str
    faults: frozenset[CheckName]


def draws(people: dict[str, Person], count: int) -> Iterator[Draw]:
    """About `count` photos: two in five are good, the others share the faults; people take turns."""
    random = np.random.default_rng(2026)
    names = list(people)
    good = count * 2 // 5
    for number in range(good):
        name = names[number % len(names)]
        yield Draw(GOOD, _good(name, number, random), name, people[name].person, _own_faults(people[name]))
    each = -(-(count - good) // len(FAULTS))
    for kind, (check, changes) in FAULTS.items():
        for number in range(each):
            name = names[number * len(names) // each % len(names)] if each < len(names) else names[number % len(names)]
            recipe = _with_fault(_good(name, number, random), changes)
            yield Draw(kind, recipe, name, people[name].person, _own_faults(people[name]) | {check})


def _own_faults(person: Person) -> frozenset[CheckName]:
    faults: set[CheckName] = set(person.besides)
    if person.teeth:
        faults |= {"teeth", "mouth"}
    if person.glasses:
        faults |= {"glasses"}
    if person.turned:
        faults |= {"yaw", "centring"}
    return frozenset(faults)


def _good(name: str, number: int, random: np.random.Generator) -> Recipe:
    """Within the standard by more than the measures' errors: hairline 65-95, eyes 207-290, width 195-250 px."""
    face = FACES[name]
    up = 0.56 * face.cheeks_px if isnan(face.eyes_to_hairline_px) else face.eyes_to_hairline_px
    places = []
    for hairline_px in (68, 76, 84, 92):
        for width_px in range(195, 252, 8):
            eyes_px = hairline_px + up * width_px / face.cheeks_px
            if 207 <= eyes_px <= 290:
                places.append((width_px / STANDARD_WIDTH_PX, eyes_px / STANDARD_HEIGHT_PX))
    face_width, eye_line = places[int(random.integers(len(places)))]
    return Recipe(
        face=name,
        face_width=face_width,
        eye_line=eye_line,
        centre_x=float(random.uniform(0.485, 0.515)),
        tilt_deg=float(random.uniform(-2, 2)),
        width_px=int(random.choice([480, 640, 900])),
        surround=float(random.choice([0.0, 0.1])),
        background=(STUDIO_BLUE, STANDARD_BLUE, WHITE, LIGHT_GREY)[int(random.integers(4))],
        light=float(random.uniform(0.88, 1.08)),
        noise=float(random.uniform(0.5, 3)),
        quality=int(random.integers(78, 96)),
        seed=number,
    )


def _with_fault(good: Recipe, changes: dict[str, object]) -> Recipe:
    changes = dict(changes)
    hairline_px = changes.pop("hairline_px", None)
    if isinstance(hairline_px, float) and good.face:
        face = FACES[good.face]
        up = 0.56 * face.cheeks_px if isnan(face.eyes_to_hairline_px) else face.eyes_to_hairline_px
        width_px = 250  # so that the eyes stay over 160 px
        changes["face_width"] = width_px / STANDARD_WIDTH_PX
        changes["eye_line"] = (hairline_px + up * width_px / face.cheeks_px) / STANDARD_HEIGHT_PX
    if "second_face" in changes:
        changes["face_width"] = min(good.face_width, 0.45)
        changes["centre_x"] = 0.53
    return replace(good, **changes)  # type: ignore[arg-type]  # the names are Recipe's, see FAULTS
