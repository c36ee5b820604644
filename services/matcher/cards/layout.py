"""What stands on a document, from the lines that were recognised on it. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from services.matcher.cards.passport import passport_of
from shared.documents import born_on, fault, normalised, sex
from shared.events import IdCard
from shared.reasons import Reason

NAME_SCORE_MIN = 0.8  # below it the student types the name: drawn cards scored 0.85 and more wherever it was right
ROW_SLANT = 0.45  # a card may lie turned by 20 degrees
NUMBER = re.compile(r"\d{17}[\dXx]")
DOTS = str.maketrans(dict.fromkeys("・•．∙", "·"))  # how the separator of a name is recognised
SEX = re.compile(r"(?:性[别別]|^)([男女])(?:民族|$)")
BIRTH = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日?")
NAME = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff·]{2,25}")


@dataclass(frozen=True)
class Line:
    """One recognised piece of text: its middle and size in pixels, score 0 to 1."""

    text: str
    x: float
    y: float
    width: float
    height: float
    score: float


def is_on_its_side(lines: Sequence[Line]) -> bool:
    return sum(line.height > line.width for line in lines) > len(lines) / 2


def card_of(lines: Sequence[Line]) -> IdCard | Reason:
    """The document; ID_CARD_UNREAD: no front of one; ID_CARD_DIFF: its number is not that of the printed person."""
    if passport := passport_of([line.text for line in lines]):
        return passport
    plain = [replace(line, text="".join(line.text.split()).translate(DOTS)) for line in lines]
    everything = "".join(line.text for line in plain)
    number = _number(everything)
    card = IdCard(name=_name(plain), document_number=number, sex=_sex(plain), born_on=_birth(everything))
    if number is None:
        # Name and birth date stand on the front only; a misread number is typed by the student, and compared with them.
        return card if card.name and card.born_on else Reason.ID_CARD_UNREAD
    printed = (card.born_on or born_on(number), card.sex or sex(number))
    return card if printed == (born_on(number), sex(number)) else Reason.ID_CARD_DIFF


def _number(everything: str) -> str | None:
    found = (normalised(each) for each in NUMBER.findall(everything))
    return next((number for number in found if fault("resident_id", number) is None), None)


def _name(lines: Sequence[Line]) -> str | None:
    """Behind its label, or the text that begins next to it in the same row."""
    label = next((line for line in lines if line.text.startswith("姓名")), None)
    if label is None:
        return None
    behind = replace(label, text=label.text.removeprefix("姓名"))
    row = [line for line in lines if line.x > label.x and abs(line.y - label.y) < ROW_SLANT * (line.x - label.x)]
    found = behind if behind.text else min(row, key=lambda line: line.x, default=behind)
    return found.text if NAME.fullmatch(found.text) and found.score >= NAME_SCORE_MIN else None


def _sex(lines: Sequence[Line]) -> str | None:
    return next((found[1] for line in lines if (found := SEX.search(line.text))), None)


def _birth(everything: str) -> date | None:
    if not (found := BIRTH.search(everything)):
        return None
    try:
        return date(*(int(part) for part in found.groups()))
    except ValueError:
        return None
