"""Contact sheets of the worst mistakes, to be looked at: for each check the good photos it did not pass, the faulty
ones it did."""

from pathlib import Path

import cv2
import numpy as np

from services.validator.checks import DEFAULTS
from services.validator.rules import Outcome
from services.validator.standard import cut
from shared.campaign import CheckName
from tests.portraits.compose import compose
from tests.validator.judges import frame_of
from tests.validator.report.judged import Judged
from tests.validator.report.tables import faulty_for, good_for

TILES, COLUMNS, TILE = 16, 8, (240, 320)


def write_sheets(judged: list[Judged], folder: Path) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for check in DEFAULTS:
        stopped = [each for each in good_for(judged, check) if each.answers[check].outcome is not Outcome.PASS]
        missed = [each for each in faulty_for(judged, check) if each.answers[check].outcome is Outcome.PASS]
        for name, mistakes in (("good-stopped", stopped), ("faulty-passed", missed)):
            if mistakes:
                path = folder / f"{check}-{name}.png"
                cv2.imwrite(str(path), _sheet(mistakes[:TILES], check))
                written.append(path)
    return written


def _sheet(mistakes: list[Judged], check: CheckName) -> np.ndarray:
    tiles = [_tile(each, check) for each in mistakes]
    tiles += [np.zeros_like(tiles[0])] * (-len(tiles) % COLUMNS)
    return np.vstack([np.hstack(tiles[row : row + COLUMNS]) for row in range(0, len(tiles), COLUMNS)])


def _tile(each: Judged, check: CheckName) -> np.ndarray:
    photo = compose(each.draw.recipe)
    picture = cv2.resize(cut(photo.jpeg, frame_of(photo))[0], TILE, interpolation=cv2.INTER_AREA)
    text = f"{each.draw.face} {each.answers[check].value} {each.answers[check].outcome}"
    cv2.putText(picture, text, (4, 312), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (0, 0, 255), 1, cv2.LINE_AA)
    return np.asarray(picture)
