"""The command: see the package's docstring."""

import argparse
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.progress import track

from services.validator.faces import FaceModels
from services.validator.models import build
from services.validator.settings import ModelSettings
from tests.portraits import cutouts, sources
from tests.validator.report import tables
from tests.validator.report.draws import draws
from tests.validator.report.halos import halos_table
from tests.validator.report.judged import Judged, judge_all, people
from tests.validator.report.sameness import sameness_table
from tests.validator.report.sheets import write_sheets

MEASURED = Path("services/validator/MEASURED.md")


def main() -> None:
    arguments = _arguments()
    console = Console()
    folder = ModelSettings().models_dir
    build(folder)
    for step in cutouts.fetch():
        console.print(step)
    with tempfile.TemporaryDirectory() as downloads:
        isnet = arguments.isnet or (_isnet(Path(downloads)) if arguments.photos else None)
        cast = people(arguments.photos, isnet, FaceModels(folder))
        drawn = list(draws(cast, arguments.count))
        judging = judge_all(drawn, arguments.photos, isnet)
        judged = list(track(judging, description="judging", total=len(drawn), console=console))
        replacing = halos_table(drawn, FaceModels(folder), folder)
        halos = "\n".join(track(replacing, description="replacing", total=8, console=console))
    arguments.out.write_text(_markdown(judged, halos, bool(arguments.photos)), encoding="utf-8")
    console.print(f"the table is in {arguments.out}")
    for path in write_sheets(judged, arguments.sheets):
        console.print(str(path))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.validator.report")
    parser.add_argument("--photos", type=Path, help="a folder of labelled portraits (labels.csv)")
    parser.add_argument("--isnet", type=Path, help="the cut-out model, where it is already there (else 170 MB travel)")
    parser.add_argument("--count", type=int, default=1500)
    parser.add_argument("--out", type=Path, default=MEASURED)
    parser.add_argument("--sheets", type=Path, default=Path(tempfile.gettempdir()) / "judge-report")
    return parser.parse_args()


def _isnet(folder: Path) -> Path:
    path = folder / "isnet.onnx"
    path.write_bytes(sources.fetch_isnet(folder))
    return path


def _markdown(judged: list[Judged], halos: str, with_folder: bool) -> str:
    persons = len({each.draw.person for each in judged})
    today = datetime.now(UTC).date()
    whom = "the packaged faces and a folder of labelled portraits" if with_folder else "the packaged faces alone"
    return f"""# The judge, measured

{today}, by `make judge-report`: {len(judged)} photos of {persons} people, composed from
{whom}.

A good photo "called wrong" by a check that may refuse is a wrong refusal, "called unsure" a referral; (≤) is the upper
95 % bound, which flatters because photos of one person resemble each other. Each check is counted on the photos that
have no fault of its kind. The defaults are those of `checks/defaults.py`.

## Photos without any fault

{tables.verdicts_table(judged)}

## Checks

{tables.checks_table(judged)}

## Faults

{tables.faults_table(judged)}

## Limits set on some people, tried on another

Only how well the measure tells people apart from faults; the judge itself uses the limits in `checks/`.

{tables.left_out_table(judged)}

## Errors

Eye line, width and centre against the same models on the full-size portrait (how well the judge repeats itself), the
hairline against marks made by hand.

{tables.errors_table(judged)}

## Replaced backgrounds

The ring 3 to 8 px outside the true cut, against the new colour (white, the standard's blue); one good photo each
before three old backgrounds. A cut-out that cannot be trusted is refused, and another picture asked for.

{halos}

## The same picture, the same face

Good photos compared with each other; both only raise an alarm that a person looks into.

{sameness_table(judged)}

## What is not certain

- Limits were set and measured on the same {persons} people; the table above, with one person left out, tells how much
  that flatters. No student's photo was among them.
- Some portraits are drawn by a network or smoothed before they came here: their skin and hair are no camera's. Fair and
  grey hair is not told from skin or background: over brows and ears it is not seen.
- Faults are composed, not photographed: real screens, prints, retouching and glasses vary more than these.
- Black hats and caps look like hair: only a brim over the brows is found. Clear thin glasses are not seen.
- Writing across the face is looked for where it crosses cheeks or jaw; white of a fifth of its strength, or a date
  on hair of its own colour, may be missed: the table of faults says how often. Chinese writing was not measured.
- How far a head is turned (yaw) and nods (pitch) was never measured against a known angle.
- A slightly smoothed skin looks like soft light: it warns. Of resampling only a picture that was blown up is found, and
  less often the harder it was compressed afterwards; what a local change leaves is not looked for.
- Tinted lenses are composed: no photo of real ones was at hand.
- Rings over 3 where backgrounds were replaced: gaps that the portraits have themselves (under a chest, in a jacket),
  and between the strands of one woman's long hair slivers of the old background that ISNet takes for hair.
- The picture hash sees the face alone, so another cut or background is the same picture to it; turned by a degree or
  two it is another one. The face descriptor knows men of the West best; twins are one face to it.
"""


if __name__ == "__main__":
    main()
