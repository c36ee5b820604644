"""The machine-readable lines of a passport (ICAO 9303 part 4, TD3). Pure.

Recognition miscounts the filler at their ends, so the fields are found from the left and each by its check digit; a
parser that wants exactly 44 characters (PyPI `mrz`) refused most pictures.
"""

import re
from collections.abc import Sequence
from datetime import date

from shared.events import IdCard

NAMES = re.compile(r"P[A-Z<]([A-Z0]{3})([A-Z0-9<]{5,})")
PERSON = re.compile(r"([A-Z0-9<]{9})(\d)[A-Z<]{3}(\d{6})(\d)([MFX<])(\d{6})(\d)")
WEIGHTS = (7, 3, 1)  # part 3, 4.9
LETTERS = str.maketrans("01258", "OIZSB")  # what recognition makes of letters where no digit can stand
CENTURY_TURNS = 30  # a birth year above it is of the last century: who graduates now was born before 2015


def passport_of(texts: Sequence[str]) -> IdCard | None:
    """None: these are not the lines of a passport, or a check digit is wrong."""
    lines = [text.replace(" ", "").upper().replace("«", "<<") for text in texts]
    person = next((found for line in lines if (found := PERSON.search(line))), None)
    if person is None:
        return None
    number, number_check, born, born_check, sex, _, _ = person.groups()
    if (check_digit(number), check_digit(born)) != (number_check, born_check):
        return None
    return IdCard(
        name=_name(lines),
        document_number=number.replace("<", ""),
        sex={"M": "男", "F": "女"}.get(sex),
        born_on=_born_on(born),
    )


def check_digit(field: str) -> str:
    values = [int(each) if each.isdigit() else 0 if each == "<" else ord(each) - ord("A") + 10 for each in field]
    return str(sum(value * WEIGHTS[at % 3] for at, value in enumerate(values)) % 10)


def _name(lines: Sequence[str]) -> str | None:
    """Family name first, as it stands there."""
    found = next((found for line in lines if (found := NAMES.match(line))), None)
    return " ".join(found[2].translate(LETTERS).replace("<", " ").split()) if found else None


def _born_on(yymmdd: str) -> date | None:
    year = int(yymmdd[:2])
    try:
        return date(year + (1900 if year > CENTURY_TURNS else 2000), int(yymmdd[2:4]), int(yymmdd[4:]))
    except ValueError:
        return None
