"""What stands on a document, from lines as recognition gives them."""

from datetime import date

import pytest

from services.matcher.cards.layout import Line, card_of
from services.matcher.cards.passport import check_digit, passport_of
from shared.events import IdCard
from shared.reasons import Reason

NUMBER = "110105199412310026"
MRZ = ["P<GBRSMITH<<JOHN<PAUL<<<<<<<<<<<<<<<<<<<<<<<", "E123456782GBR9401013M3001019<<<<<<<<<<<<<<<2"]


def lines(*texts: str, score: float = 1.0) -> list[Line]:
    """One below the other."""
    return [Line(text, 400, 80 * row, 300, 40, score) for row, text in enumerate(texts)]


FRONT = ("姓名毛小小", "性别女 民族汉", "出生 1994 年12 月31 日", f"公民身份号码{NUMBER}")
READ = IdCard(name="毛小小", document_number=NUMBER, sex="女", born_on=date(1994, 12, 31))


def test_a_front_is_read() -> None:
    assert card_of(lines(*FRONT)) == READ


def test_a_name_may_stand_beside_its_label() -> None:
    beside = [Line("姓名", 100, 0, 60, 40, 1), Line("毛小小", 220, 6, 120, 40, 1), *lines("", *FRONT[1:])]
    assert card_of(beside) == READ


@pytest.mark.parametrize(
    ("written", "name"), [("阿依古丽・买买提", "阿依古丽·买买提"), ("王䶮", "王䶮"), ("7小", None)]
)
def test_a_name_is_what_a_name_can_be(written: str, name: str | None) -> None:
    card = card_of(lines(f"姓名\u3000{written}", *FRONT[1:]))
    assert isinstance(card, IdCard)
    assert card.name == name


def test_a_doubtful_name_is_typed_by_the_student() -> None:
    card = card_of(lines(*FRONT, score=0.7))
    assert isinstance(card, IdCard)
    assert (card.name, card.document_number) == (None, NUMBER)


@pytest.mark.parametrize("other", ["性别男 民族汉", "出生 1994 年12 月30 日"])
def test_a_number_of_somebody_else_is_refused(other: str) -> None:
    rest = [line for line in FRONT if line[:2] != other[:2]]
    assert card_of(lines(*rest, other)) is Reason.ID_CARD_DIFF


def test_a_misread_number_is_left_out_for_the_student_to_type() -> None:
    card = card_of(lines(*FRONT[:3], "公民身份号码110105199412310028"))
    assert card == READ.model_copy(update={"document_number": None})


@pytest.mark.parametrize(
    "texts",
    [(), ("中华人民共和国", "居民身份证", "有效期限2015.05.05-2035.05.05"), ("110105199412310028",), ("姓名毛小小",)],
    ids=["nothing", "a back", "a wrong number alone", "a name alone"],
)
def test_what_is_no_front_is_unread(texts: tuple[str, ...]) -> None:
    assert card_of(lines(*texts)) is Reason.ID_CARD_UNREAD


def test_a_passport_is_read_from_its_two_lines() -> None:
    read = IdCard(name="SMITH JOHN PAUL", document_number="E12345678", sex="男", born_on=date(1994, 1, 1))
    assert passport_of(MRZ) == read
    assert passport_of([MRZ[0].replace("JOHN", "J0HN") + "<<", MRZ[1][:-3]]) == read
    assert card_of(lines("PASSPORT", *MRZ)) == read


def test_a_passport_with_a_wrong_check_digit_is_unread() -> None:
    assert card_of(lines(MRZ[0], MRZ[1].replace("E12345678", "E12345679"))) is Reason.ID_CARD_UNREAD
    assert card_of(lines(MRZ[0], MRZ[1].replace("940101", "940102"))) is Reason.ID_CARD_UNREAD


def test_check_digits_are_icaos() -> None:
    assert check_digit("L898902C3") == "6"  # the specimen of ICAO 9303 part 4
    assert check_digit("740812") == "2"
