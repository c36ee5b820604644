import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.documents import TITLES, TYPES, fault, lookup_key, masked, normalised

VALID = [  # domain research §4.1
    ("resident_id", "11010519491231002X"),
    ("resident_id", "440524188001010014"),
    ("resident_id", "440308199901101512"),
    ("residence_permit", "810000199408230021"),
    ("residence_permit", "830000199201300022"),
    ("foreign_permanent", "932682198501010017"),
    ("foreign_permanent", "FRA110000012345"),
    ("hk_macau_permit", "H12345678"),
    ("hk_macau_permit", "M1234567801"),
    ("taiwan_permit", "12345678"),
    ("taiwan_permit", "1234567801"),
    ("taiwan_permit", "T1234567"),
    ("taiwan_permit", "F290299977"),
    ("passport", "E12345678"),
    ("passport", "AB123"),
]
INVALID = [
    ("resident_id", "110105194912310021", "校验位"),
    ("resident_id", "11010519490230002X", "出生日期"),
    ("resident_id", "110105491231002", "15位"),
    ("resident_id", "1101051949123100X2", "格式"),
    ("resident_id", "H12345678", "格式"),
    ("resident_id", "", "格式"),
    ("residence_permit", "11010519491231002X", "格式"),
    ("residence_permit", "810000199408230022", "校验位"),
    ("foreign_permanent", "932682198501010018", "校验位"),
    ("foreign_permanent", "11010519491231002X", "格式"),
    ("hk_macau_permit", "K12345678", "格式"),
    ("hk_macau_permit", "H1234567", "格式"),
    ("taiwan_permit", "123456789", "格式"),
    ("passport", "E123", "格式"),
    ("passport", "张12345", "格式"),
]
SPELLINGS = [
    "11010519491231002X",
    "11010519491231002x",
    "１１０１０５１９４９１２３１００２Ｘ",
    "１１０１０５１９４９１２３１００２ｘ",
    "110105 19491231 002X",
    "110105-19491231-002x",
    "110105－19491231－002X",
    "110105　19491231　002X",
    "\t11010519491231002X\n",
    "'11010519491231002X",
    "11010519491231002Ẍ",
    "11010519491231002x́",
    "11010519491231002×",
    "11010519491231002Х",  # Cyrillic
    "11010519491231002χ",  # Greek
    "11010519491231002Ⅹ",  # the Roman numeral
    "1101051949\u200b1231002X",
    "\ufeff11010519491231002X",
]


@pytest.mark.parametrize(("document_type", "number"), VALID)
def test_real_numbers_are_accepted(document_type: str, number: str) -> None:
    assert fault(document_type, number) is None


@pytest.mark.parametrize(("document_type", "number", "why"), INVALID)
def test_an_impossible_number_is_refused_with_its_reason(document_type: str, number: str, why: str) -> None:
    assert why in (fault(document_type, number) or "")


def test_a_reason_never_repeats_the_number() -> None:
    for document_type, number, _ in INVALID:
        assert not number or number not in (fault(document_type, number) or "")


@pytest.mark.parametrize("written", SPELLINGS)
def test_one_number_is_written_in_many_ways(written: str) -> None:
    assert normalised(written) == "11010519491231002X"


def test_brackets_of_a_hong_kong_number_do_not_count() -> None:
    assert normalised("C668668(E)") == normalised("C668668（E）") == "C668668E"


@given(st.sampled_from(VALID), st.data())
def test_width_case_and_gaps_never_change_a_number(valid: tuple[str, str], data: st.DataObject) -> None:
    number = valid[1]
    forms = st.sampled_from((str, str.lower, lambda letter: chr(ord(letter) + 0xFEE0)))
    gaps = st.sampled_from(("", " ", "-", "\u3000", "\u200b"))
    written = "".join(data.draw(forms)(character) + data.draw(gaps) for character in number)
    assert normalised(written) == number


@given(st.text())
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    assert normalised(normalised(text)) == normalised(text)


def test_a_renewed_permit_is_the_same_permit() -> None:
    assert lookup_key("hk_macau_permit", "H1234567801") == lookup_key("hk_macau_permit", "H1234567802") == "H12345678"
    assert lookup_key("taiwan_permit", "1234567801") == lookup_key("taiwan_permit", "12345678") == "12345678"
    assert lookup_key("taiwan_permit", "F290299977") == "F290299977"
    assert lookup_key("resident_id", "11010519491231002X") == "11010519491231002X"


def test_every_title_leads_to_its_type() -> None:
    assert TYPES["居民身份证"] == TYPES["身份证"] == "resident_id"
    assert TYPES["台胞证"] == "taiwan_permit"
    assert len(TYPES) == sum(len(titles) for titles in TITLES.values())


def test_staff_see_numbers_masked() -> None:
    assert masked("11010519491231002X") == "110105********002X"
    assert masked("H12345678") == "H1*****78"
    assert masked("1") == "*"
