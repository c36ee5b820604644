from typing import Any

import pytest

from services.matcher.rosters import BadCell, RosterReader
from services.matcher.sheets import NotARoster
from tests.matcher.people import HEADINGS, people, resident_id, row


def read(*rows: Any, headings: Any = HEADINGS) -> tuple[RosterReader, list[Any]]:
    reader = RosterReader()
    lines = reader.take([list(headings), *rows])
    reader.finish()
    return reader, lines


def bad(*rows: Any) -> list[tuple[int, str]]:
    reader, lines = read(*rows)
    assert reader.kept == len(lines)
    return [(cell.row, cell.column) for cell in reader.bad]


def test_a_good_row_is_kept_as_the_school_wrote_it() -> None:
    _, [line] = read(row(1, 姓名="阿依古丽•买买提", 证件号码="110105 19491231 002x", 已有照片="是"))
    assert line.entry.name == "阿依古丽•买买提"
    assert line.entry.document_number == "11010519491231002X"
    assert (line.entry.student_no, line.entry.college, line.entry.major, line.entry.level) == (
        "2017000001",
        "化学工程学院",
        "材料科学与工程",
        "硕士研究生",
    )
    assert line.excluded


def test_columns_stand_in_any_order_and_under_the_names_schools_use() -> None:
    headings = ["学　号", "身份证号码（必填）", "备注", "学生姓名*", "院系"]
    reader, [line] = read(["2017000001", resident_id(1), "…", "毛小小", "理学院"], headings=headings)
    assert (line.entry.name, line.entry.student_no, line.entry.college) == ("毛小小", "2017000001", "理学院")
    assert line.entry.document_type == "resident_id"
    assert not reader.bad


def test_a_title_and_empty_rows_above_the_header_are_passed_over() -> None:
    reader = RosterReader()
    lines = reader.take([["2020届研究生名单", ""], ["", ""], list(HEADINGS), row(1), ["", ""], row(2, 姓名="")])
    assert len(lines) == 1
    assert [cell.row for cell in reader.bad] == [6]
    assert reader.rows == 2


@pytest.mark.parametrize(
    ("column", "cell", "why"),
    [
        ("姓名", " ", "没有填写"),
        ("证件类型", "学生证", "不认识这种证件"),
        ("证件号码", "", "没有填写"),
        ("证件号码", "110105194912310021", "校验位不符"),
        ("证件号码", 1.10105194912310e17, "被存成数字"),
        ("证件号码", "1.10105E+17", "被存成数字"),
        ("学号", "", "没有填写"),
        ("学号", 2.017000001e15, "被存成数字"),
        ("学号", "2017-01-02", "被存成日期"),
        ("已有照片", "也许", "请填 是 或 否"),
        ("姓名", "毛" * 101, "超过 100 个字"),
        ("专业", "材" * 30_000, "超过 100 个字"),
    ],
)
def test_a_bad_cell_is_reported_with_row_column_and_reason(column: str, cell: Any, why: str) -> None:
    reader, lines = read(row(1), row(2, **{column: cell}), row(3))
    [found] = reader.bad
    assert (found.row, found.column) == (3, column)
    assert why in found.why
    assert [line.entry.student_no for line in lines] == ["2017000001", "2017000003"]
    assert (reader.rows, reader.kept) == (3, 2)


def test_every_fault_of_a_row_is_reported_at_once() -> None:
    found = bad(row(1, 姓名="", 证件号码="123", 学号="", 已有照片="?"))
    assert found == [(2, "学号"), (2, "姓名"), (2, "证件号码"), (2, "已有照片")]


def test_a_report_repeats_no_personal_data() -> None:
    reader, _ = read(row(1, 姓名="毛小小", 证件号码="110105194912310021"), row(2, 证件类型="毛小小"))
    assert not any("毛小小" in cell.why or "1101051949" in cell.why for cell in reader.bad)


def test_the_first_of_two_rows_of_one_document_counts() -> None:
    reader, lines = read(row(1), row(2, 证件号码=resident_id(1).lower()))
    assert reader.bad == [BadCell(row=3, column="证件号码", why="与第 2 行重复，以第 2 行为准")]
    assert len(lines) == 1


def test_two_people_cannot_have_one_student_number() -> None:
    assert bad(row(1), row(2, 学号="2017000001")) == [(3, "学号")]


@pytest.mark.parametrize("cell", ["是", "有", "1", 1.0, True, "Y", "√"])
def test_a_photo_that_exists_is_said_in_many_ways(cell: Any) -> None:
    _, [line] = read(row(1, 已有照片=cell))
    assert line.excluded


@pytest.mark.parametrize("cell", ["", "否", "无", 0.0, False, "n"])
def test_no_photo_is_said_in_many_ways(cell: Any) -> None:
    _, [line] = read(row(1, 已有照片=cell))
    assert not line.excluded


def test_a_spreadsheets_number_is_read_as_it_is_shown() -> None:
    _, [line] = read(row(1, 学号=1114827492.0, 证件类型="台胞证", 证件号码=12345678.0))
    assert (line.entry.student_no, line.entry.document_number) == ("1114827492", "12345678")


@pytest.mark.parametrize(
    "written",
    ["'2017000001", '="2017000001"', "２０１７０００００１", "\t2017000001", "2017000001\u200b", "2017 000001"],
)
def test_a_student_number_is_one_however_a_spreadsheet_keeps_it(written: str) -> None:
    _, [line] = read(row(1, 学号=written))
    assert line.entry.student_no == "2017000001"
    assert bad(row(1), row(2, 学号=written)) == [(3, "学号")]


def test_what_nobody_sees_in_a_cell_is_not_kept() -> None:
    _, [line] = read(row(1, 姓名="\ufeffJohn\nPaul\x07 Smith\u200b"))
    assert line.entry.name == "John Paul Smith"


def test_short_rows_are_read_as_far_as_they_go() -> None:
    assert bad(row(1)[:4], row(2)[:3]) == [(3, "学号")]


@pytest.mark.parametrize(
    ("headings", "why"),
    [
        (["姓名", "学院"], "证件号码、学号"),
        (["姓名", "证件号码", "学号", "身份证号"], "两次"),
    ],
)
def test_a_header_that_is_not_one_is_named(headings: list[str], why: str) -> None:
    with pytest.raises(NotARoster, match=why):
        read(row(1), headings=headings)


def test_a_table_without_any_header_is_no_roster() -> None:
    with pytest.raises(NotARoster, match="表头"):
        read(*people(20), headings=[])
    with pytest.raises(NotARoster, match="表头"):
        read(row(1), headings=[])
