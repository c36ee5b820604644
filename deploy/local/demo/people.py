"""Invented people: a roster for each school. Nobody here exists; the numbers are only well formed."""

import io
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from openpyxl import Workbook

from shared.events import Entry
from tests.matcher.cards import documents

SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
GIVEN = "一乙丁七人力士大小山川千子元云天木日月水文心方书玉石白禾竹衣羽米"
COLLEGES = (("化学工程学院", "化学工程"), ("信息科学与技术学院", "控制工程"), ("经济管理学院", "工商管理"))
LEVELS = ("硕士研究生", "博士研究生")
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643-1999, ISO 7064 MOD 11-2
CHECK = "10X98765432"
HEADER = ("姓名", "证件类型", "证件号码", "学号", "学院", "专业", "层次", "已有照片")
NOWHERE = "110105"  # an area code; the birth dates and sequences below are counted, not anybody's


@dataclass(frozen=True)
class Person:
    """One line of the roster; `phone` is only known to the student."""

    entry: Entry
    has_photo: bool
    phone: str


def roster_of(school_code: str, size: int, with_photo: int) -> list[Person]:
    """`size` people, the last `with_photo` of whom have a photo already. The same each time."""
    random = Random(school_code)
    return [_person(random, school_code, number, number >= size - with_photo) for number in range(size)]


def stranger(school_code: str, number: int) -> Person:
    """Somebody who is on no roster."""
    return _person(Random(f"{school_code} stranger {number}"), school_code, 900 + number, False)


def _person(random: Random, school_code: str, number: int, has_photo: bool) -> Person:
    born = date(1995, 1, 1) + timedelta(days=number * 3 + int(school_code) % 3)
    digits = f"{NOWHERE}{born:%Y%m%d}{int(school_code) % 7 * 100 + number % 100:03}"
    check = CHECK[sum(int(digit) * weight for digit, weight in zip(digits, WEIGHTS, strict=True)) % 11]
    college, major = COLLEGES[number % len(COLLEGES)]
    entry = Entry(
        name=random.choice(SURNAMES) + random.choice(GIVEN) + random.choice(GIVEN),
        document_type="resident_id",
        document_number=digits + check,
        student_no=f"20{school_code}{number:04}",
        college=college,
        major=major,
        level=random.choice(LEVELS),
    )
    return Person(entry, has_photo, f"138{int(school_code) % 1000:03}{number:05}")


def sex_of(document_number: str) -> str:
    return "男" if int(document_number[16]) % 2 else "女"


def id_card(entry: Entry) -> bytes:
    """The side with the portrait, as a phone photographs it."""
    number = entry.document_number
    born = (int(number[6:10]), int(number[10:12]), int(number[12:14]))
    drawn = documents.front(documents.Person(entry.name, sex_of(number), born, number))
    file = io.BytesIO()
    drawn.save(file, "JPEG", quality=90)
    return file.getvalue()


def roster_file(people: list[Person]) -> bytes:
    """XLSX, as a school sends it."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("名单")
    sheet.append(HEADER)
    for person in people:
        entry = person.entry
        of_course = (entry.college, entry.major, entry.level)
        photo = "是" if person.has_photo else "否"
        sheet.append([entry.name, "居民身份证", entry.document_number, entry.student_no, *of_course, photo])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()
