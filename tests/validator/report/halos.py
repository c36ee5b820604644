"""What is left of the old background where it was replaced: both engines, every person, backgrounds of all kinds."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np

from services.validator.cutout import BadCutout, Engine, replace_background
from services.validator.cutout.grabcut import GrabCut
from services.validator.cutout.network import bring, open_network
from services.validator.faces import FaceModels
from services.validator.settings import CutoutSettings
from tests.portraits.compose import STANDARD_BLUE, STUDIO_BLUE, Colour
from tests.validator.halo import HALO_MAX, WHITE, halo, portrait_of
from tests.validator.report.draws import GOOD, Draw

OLD: dict[str, Colour] = {"studio blue": STUDIO_BLUE, "green wall": (120, 160, 140), "plum": (90, 60, 110)}
NEW: tuple[Colour, ...] = (WHITE, STANDARD_BLUE)


def halos_table(drawn: list[Draw], models: FaceModels, folder: Path) -> Iterator[str]:
    """A line when it is ready: ISNet takes 0.6 s a picture."""
    bring(CutoutSettings(), folder)
    yield "| engine | old background | pictures | refused | ΔE in the ring, mean | p95 of the worst | over 3 |"
    yield "|---|---|---|---|---|---|---|"
    first = {draw.face: draw for draw in reversed(drawn) if draw.kind == GOOD}
    engines: tuple[Engine, ...] = (GrabCut(), open_network(CutoutSettings(), folder))
    for engine, (name, old) in product(engines, OLD.items()):
        rings = [_ring(draw, old, new, engine, models) for draw in first.values() for new in NEW]
        made = [ring for ring in rings if ring is not None]
        worst = [float(np.percentile(ring, 95)) for ring in made]
        means = [float(ring.mean()) for ring in made]
        yield (
            f"| {type(engine).__name__} | {name} | {len(rings)} | {len(rings) - len(made)} | {np.mean(means):.2f} "
            f"| {max(worst):.2f} | {sum(each > HALO_MAX for each in worst)} |"
        )


def _ring(draw: Draw, old: Colour, new: Colour, engine: Engine, models: FaceModels) -> np.ndarray | None:
    """None where the cut-out was not good enough and another picture is asked for."""
    recipe = replace(draw.recipe, background=old, seed=0)
    try:
        return halo(replace_background(portrait_of(recipe, models), new, engine), recipe, new)
    except BadCutout:
        return None
