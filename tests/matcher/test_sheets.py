import io
import zipfile

import openpyxl
import pytest

from services.matcher.rosters import RosterReader
from services.matcher.sheets import NotARoster, row_batches
from tests.matcher.people import HEADINGS, csv_file, on_disk, people, row, xlsx


async def read(body: bytes) -> RosterReader:
    reader = RosterReader()
    with on_disk(body) as file:
        async for rows in row_batches(file):
            reader.take(rows)
    reader.finish()
    return reader


@pytest.mark.parametrize(
    "body",
    [
        xlsx(people(700)),
        csv_file(people(700)),
        csv_file(people(700), encoding="utf-8-sig"),
        csv_file(people(700), encoding="gb18030"),
    ],
    ids=["xlsx", "utf-8", "utf-8 with BOM", "gb18030"],
)
async def test_every_format_gives_the_same_people(body: bytes) -> None:
    reader = await read(body)
    assert (reader.rows, reader.kept, reader.bad) == (700, 700, [])


async def test_a_rare_character_survives_gb18030() -> None:
    with on_disk(csv_file([row(1, 姓名="王䶮")], encoding="gb18030")) as file:
        rows = [row async for batch in row_batches(file) for row in batch]
    assert rows[1][0] == "王䶮"


async def test_rows_are_counted_as_the_spreadsheet_shows_them() -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    for column, heading in enumerate(HEADINGS, start=2):
        sheet.cell(3, column, heading)
        sheet.cell(7, column, row(1, 姓名="")[column - 2])
    body = io.BytesIO()
    workbook.save(body)
    reader = await read(body.getvalue())
    assert [(cell.row, cell.column) for cell in reader.bad] == [(7, "姓名")]


async def test_a_hidden_sheet_is_not_the_roster() -> None:
    workbook = openpyxl.Workbook()
    hidden = workbook.active
    assert hidden is not None
    hidden.sheet_state = "hidden"
    hidden.append(["字典"])
    shown = workbook.create_sheet()
    shown.append(list(HEADINGS))
    shown.append(row(1))
    body = io.BytesIO()
    workbook.save(body)
    assert (await read(body.getvalue())).kept == 1


async def test_a_cell_merged_over_several_people_is_each_ones() -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    for line in (["2020届研究生名单"], [], list(HEADINGS), *people(4)):
        sheet.append(line)
    sheet.merge_cells("A1:H1")
    sheet.merge_cells("E4:E6")
    body = io.BytesIO()
    workbook.save(body)
    reader, lines = RosterReader(), []
    with on_disk(body.getvalue()) as file:
        async for rows in row_batches(file):
            lines += reader.take(rows)
    assert [line.entry.college for line in lines] == ["化学工程学院"] * 4
    assert not reader.bad


async def test_a_header_of_two_rows_and_one_on_each_page_are_no_people() -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    for line in (list(HEADINGS), [], row(1), list(HEADINGS), row(2)):
        sheet.append(line)
    for column in "ABCDEFGH":
        sheet.merge_cells(f"{column}1:{column}2")
    body = io.BytesIO()
    workbook.save(body)
    reader = await read(body.getvalue())
    assert (reader.rows, reader.kept, reader.bad) == (2, 2, [])


@pytest.mark.parametrize("delimiter", ["\t", ";"])
async def test_other_delimiters_of_spreadsheets_are_read(delimiter: str) -> None:
    text = csv_file(people(3)).decode().replace(",", delimiter)
    assert (await read(text.encode("utf-8-sig"))).kept == 3


async def test_one_bad_cell_among_very_many_people_is_found() -> None:
    rows = people(20_000)
    rows[17_776][2] = "110105194912310021"
    reader = await read(csv_file(rows))
    assert reader.kept == 19_999
    assert [(cell.row, cell.column) for cell in reader.bad] == [(17_778, "证件号码")]


def bomb() -> bytes:
    """200 kB that unpack to 200 MB of cells."""
    good = zipfile.ZipFile(io.BytesIO(xlsx([row(1)])))
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as bad:
        for name in good.namelist():
            if not name.endswith("sheet1.xml"):
                bad.writestr(name, good.read(name))
        sheet = b"<worksheet><sheetData><row>" + b"<c><v>1</v></c>" * 14_000_000 + b"</row></sheetData></worksheet>"
        bad.writestr("xl/worksheets/sheet1.xml", sheet)
    return body.getvalue()


def far_cell() -> bytes:
    """One cell in the last corner of the sheet: a table of 17 thousand million cells."""
    workbook = openpyxl.Workbook()
    assert workbook.active is not None
    workbook.active["A1"] = workbook.active["XFD1048576"] = "x"
    body = io.BytesIO()
    workbook.save(body)
    return body.getvalue()


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "空的"),
        (b"  \r\n ", "空的"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "图片"),
        (b"\xff\xd8\xff\xe0" + bytes(100), "图片"),
        (b"%PDF-1.7", "PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100), "旧版 XLS"),
        (b"PK\x03\x04" + bytes(100), "XLSX"),
        (xlsx([row(1)])[:-200], "XLSX"),
        (bytes(range(256)) * 20, "编码"),
        ("姓名,证件号码".encode("utf-16"), "编码"),
        (b"\xff\xfe\xfd" * 50, "编码"),
        (csv_file([row(1)]) + '"毛小小,1'.encode(), "引号"),
        ("你好，这是一封信。\n".encode(), "表头"),
        (csv_file([], headings=["姓名", "学号"]), "证件号码"),
        (xlsx([]), "没有人"),
        (csv_file([[], ["", ""]]), "没有人"),
        (b"a" * 2_000_000, "过长|引号"),
        (far_cell(), "过大"),
    ],
    ids=range(18),
)
async def test_what_is_no_roster_is_told_so(body: bytes, why: str) -> None:
    with pytest.raises(NotARoster, match=why):
        await read(body)


async def test_a_bomb_ends_the_reading_process_and_nothing_else() -> None:
    with pytest.raises(NotARoster, match="过大"):
        await read(bomb())


async def test_nobody_is_left_reading_when_the_taker_has_had_enough() -> None:
    with on_disk(csv_file(people(20_000))) as file:
        batches = row_batches(file)
        assert await anext(batches)
        await batches.aclose()
