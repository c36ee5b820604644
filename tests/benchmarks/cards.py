"""Reading documents: how often right, how fast. `python -m tests.benchmarks.cards [people]` (make bench-cards)

Drawn cards and passports, each photographed four times: flat; turned by up to 15 degrees; upside down or on its side
and darker; small and out of focus. A field that is not sure is left for the student to type: it counts as left out, and
only another answer than the document's as wrong. Seconds are the processor's, one thread.
"""

import random
import statistics
import sys
import time
from collections import Counter
from datetime import date

from PIL import Image

from services.matcher.cards.reader import CardReader
from shared.documents import check_character
from shared.events import IdCard
from shared.reasons import Reason
from tests.matcher.cards.documents import Person, front, passport, photographed

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉萍红玲芬燕彬鹏浩宇轩梓涵欣怡佳"
LATIN = ("SMITH", "JOHNSON", "NGUYEN", "KIM", "IVANOVA", "GARCIA", "MULLER", "SILVA")
FIELDS = ("name", "document_number", "sex", "born_on")


def main(people: int) -> None:
    dice, reader = random.Random(2026), CardReader()
    outcomes: dict[str, Counter[str]] = {field: Counter() for field in ("picture", *FIELDS)}
    seconds = []
    for number in range(people):
        picture, truth = drawn_passport(dice) if number % 4 == 3 else drawn_card(dice)
        for how in ways(dice):
            begun = time.process_time()
            read = reader.read(photographed(picture, **how))
            seconds.append(time.process_time() - begun)
            outcomes["picture"][str(read) if isinstance(read, Reason) else "read"] += 1
            if isinstance(read, IdCard):
                count(outcomes, read, truth)
    for field, counted in outcomes.items():
        sys.stdout.write(f"{field}: {', '.join(f'{many} {outcome}' for outcome, many in counted.most_common())}\n")
    slowest = statistics.quantiles(seconds, n=20)[18]
    sys.stdout.write(f"{statistics.median(seconds):.2f} s a picture in the middle, 95 % below {slowest:.2f} s\n")


def count(outcomes: dict[str, Counter[str]], read: IdCard, truth: IdCard) -> None:
    for field in FIELDS:
        said = getattr(read, field)
        outcomes[field]["right" if said == getattr(truth, field) else "left out" if said is None else "WRONG"] += 1


def ways(dice: random.Random) -> list[dict[str, float]]:
    turned = {"turn": dice.choice((90, 180, 270)), "bright": dice.uniform(0.3, 0.8)}
    blurred = {"blur": dice.uniform(1, 2.5), "width_px": dice.randrange(900, 1400)}
    return [{}, {"turn": dice.uniform(-15, 15)}, turned, blurred]


def drawn_card(dice: random.Random) -> tuple[Image.Image, IdCard]:
    name = dice.choice(SURNAMES) + "".join(dice.choices(GIVEN, k=dice.choice((1, 2, 2))))
    born = date(dice.randrange(1985, 2005), dice.randrange(1, 13), dice.randrange(1, 29))
    digits = f"{dice.choice(('110105', '440308', '320102', '510104'))}{born:%Y%m%d}{dice.randrange(1000):03}"
    number, sex = digits + check_character(digits), "男" if int(digits[16]) % 2 else "女"
    person = Person(name, sex, (born.year, born.month, born.day), number)
    return front(person), IdCard(name=name, document_number=number, sex=sex, born_on=born)


def drawn_passport(dice: random.Random) -> tuple[Image.Image, IdCard]:
    surname, given, sex = dice.choice(LATIN), dice.choice(("ANNA", "JOHN PAUL", "MIN JUN")), dice.choice("MF")
    number = dice.choice("EGKM") + f"{dice.randrange(10**8):08}"
    page = passport(surname, given, number, "970315", sex)
    return page, IdCard(
        name=f"{surname} {given}", document_number=number, sex="男" if sex == "M" else "女", born_on=date(1997, 3, 15)
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 40)
