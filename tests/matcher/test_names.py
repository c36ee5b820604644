import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matcher.names import matching_key

SEPARATORS = "\u00b7\u2022\u2219\u22c5\u30fb\uff65\u2027\u25cf\u002e\uff0e"  # domain research §4.2


@pytest.mark.parametrize("separator", SEPARATORS, ids=unicodedata.name)
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
