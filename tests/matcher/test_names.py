import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matcher.names import differences, is_rare, likeness, matching_key
from services.matcher.rules import Likeness

SEPARATORS = "\u00b7\u2022\u2219\u22c5\u30fb\uff65\u2027\u25cf\u002e\uff0e"  # domain research §4.2
MORE_SEPARATORS = "\u02d9\u0387\u2024\u25e6\u16eb\u26ab\u2e31\u2e33\ua78f"


@pytest.mark.parametrize("separator", SEPARATORS + MORE_SEPARATORS, ids=unicodedata.name)
def test_every_separator_is_the_prescribed_one(separator: str) -> None:
    assert matching_key(f"阿依古丽{separator}买买提") == "阿依古丽\u00b7买买提"


def test_a_name_without_its_separator_is_another_name() -> None:
    assert matching_key("阿依古丽买买提") != matching_key("阿依古丽·买买提")


@pytest.mark.parametrize(
    "written", ["毛小小", " 毛小小 ", "毛 小小", "毛\u3000小小", "毛\u200b小\u200d小", "\ufeff毛小小", "毛小小\n"]
)
def test_spaces_and_invisible_characters_do_not_count(written: str) -> None:
    assert matching_key(written) == "毛小小"


@pytest.mark.parametrize(("compatibility", "unified"), [("\uf9dc", "\u9686"), ("\u2f00", "\u4e00")])
def test_compatibility_ideographs_are_unified_in_the_key(compatibility: str, unified: str) -> None:
    assert matching_key(f"王{compatibility}") == matching_key(f"王{unified}")


def test_rare_characters_stay_themselves() -> None:
    assert matching_key("王䶮") == "王䶮"
    assert matching_key("王䶮") != matching_key("王龑")
    assert matching_key("𠮷田") == "𠮷田"
    assert matching_key("𠮷田") != matching_key("吉田")
    assert matching_key("\u845b\U000e0100城") == matching_key("葛城")  # another drawing of the same character


@pytest.mark.parametrize(
    "written",
    ["O'Neil, John-Paul", "o’neil john paul", "ＯＮＥＩＬ ＪＯＨＮ ＰＡＵＬ", "O'NEIL JOHN PAUL.", "O'Neil·John·Paul"],
)
def test_latin_case_and_punctuation_do_not_count(written: str) -> None:
    assert matching_key(written) == "oneiljohnpaul"


def test_other_names_are_other_names() -> None:
    assert len({matching_key(name) for name in ("毛小小", "毛小晓", "毛晓小", "毛小", "Mao Xiaoxiao")}) == 5


@given(st.text(max_size=30))
def test_the_key_of_a_key_is_the_key(name: str) -> None:
    assert matching_key(matching_key(name)) == matching_key(name)


CLOSE = [
    ("阿依古丽买买提", "阿依古丽·买买提"),  # the separator left out
    ("毛大小", "毛小小"),  # one character
    ("毛小小小", "毛小小"),
    ("王龑", "王䶮"),  # what people write whose character their bank cannot
    ("毛晓筱", "毛小小"),  # the same sound
    ("陈大文", "陳大文"),
    ("Tai Man CHAN", "CHAN, Tai-Man"),  # the order
    ("John Smith", "Smith John Paul"),  # a middle name
    ("MAO XIAOXIAO", "毛小小"),  # a passport's pinyin
    ("Xiaoxiao Mao", "毛小小"),
    ("LYU LAN", "吕兰"),
    ("LV LAN", "吕兰"),
    ("王\ue863", "王䶮"),  # where old fonts draw it
    ("王\ue863\ue864", "王䶮㒨"),
    ("王??娜", "王䶮娜"),  # what a system without the character wrote
    ("王□□", "王䶮㒨"),
    ("𠮷田", "吉田"),  # outside the BMP
    ("王\U00031350\U00031351", "王䶮㒨"),  # younger than this Python's Unicode
    ("José Ångström", "ANGSTROM JOSE"),  # accents
    ("SMITH<<JOHN<PAUL", "John Paul Smith"),  # a passport's lower lines
    ("Björn Ångström", "BJORN ANGSTROM"),
]
OTHER = [
    ("张三", "毛小小"),
    ("毛大大", "毛小小"),
    ("", "毛小小"),
    (None, "毛小小"),
    ("John Paul", "Smith Peter"),
    ("Smith", "John Smith"),
    ("李", "张"),
    ("🙂", "毛小小"),
    ("???", "毛小小"),  # nothing is left to agree
    ("王\ue863", "李䶮"),
    ("毛?", "毛小小小"),
]


@pytest.mark.parametrize(("claimed", "known"), CLOSE)
def test_a_close_name_is_for_a_person_to_compare(claimed: str, known: str) -> None:
    assert likeness(claimed, known) is likeness(known, claimed) is Likeness.CLOSE


@pytest.mark.parametrize(("claimed", "known"), OTHER)
def test_a_name_far_off_is_another(claimed: str | None, known: str) -> None:
    assert likeness(claimed, known) is Likeness.OTHER


NAMES = st.text(alphabet="毛小晓大王䶮𠮷·• -.,<?□ABab'üé\ue863\u200b\u3000\ufe00", max_size=8) | st.text(max_size=12)


@given(NAMES, NAMES)
def test_likeness_has_no_direction(one: str, other: str) -> None:
    if matching_key(one) and matching_key(other):
        assert likeness(one, other) is likeness(other, one)


@given(NAMES, NAMES)
def test_only_equal_keys_are_the_same_name(claimed: str, known: str) -> None:
    equal = matching_key(claimed) == matching_key(known) != ""
    assert (likeness(claimed, known) is Likeness.SAME) is equal


@given(NAMES, NAMES)
def test_differences_are_the_whole_name_in_pieces(one: str, other: str) -> None:
    pieces = differences(one, other)
    assert "".join(text for text, _ in pieces) == one
    assert any(differs for _, differs in pieces) <= (one != other)


def test_what_differs_is_marked() -> None:
    assert differences("毛晓小", "毛小小") == [("毛", False), ("晓", True), ("小", False)]
    assert differences("阿依古丽·买买提", "阿依古丽买买提") == [("阿依古丽", False), ("·", True), ("买买提", False)]


def test_a_character_that_screens_may_not_show_is_rare() -> None:
    assert [character for character in "王䶮·买𠮷田Ab" if is_rare(character)] == ["䶮", "𠮷"]
    assert is_rare("\ue863")
    assert not is_rare("，")
