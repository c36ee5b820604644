import csv
import io
from uuid import uuid4

from openpyxl import load_workbook

from services.exporter.index import INDEX_COLUMNS, MISSING_COLUMNS, csv_gb18030, index_row, missing_row, xlsx
from tests.exporter.stories import student


def test_the_workbook_holds_every_value_as_text() -> None:
    application_id = uuid4()
    row = index_row(student(7), "10010", "photos/2017000007.jpg", "ab" * 32, application_id)
    sheet = load_workbook(io.BytesIO(xlsx("成果", INDEX_COLUMNS, [row]))).worksheets[0]
    header, line = [[cell.value for cell in cells] for cells in sheet.iter_rows()]
    assert header == list(INDEX_COLUMNS)
    assert line == [
        *("2017000007", "毛7", "居民身份证", "110105194912310007", "化学工程学院", "化学", "硕士", "10010"),
        *("photos/2017000007.jpg", "ab" * 32, str(application_id)),
    ]


def test_the_csv_is_gb18030_and_keeps_rare_characters() -> None:
    body = csv_gb18030(MISSING_COLUMNS, [missing_row(student(1, name="㛃𠮷·买买提"), "待支付")])
    rows = list(csv.reader(io.StringIO(body.decode("gb18030"))))
    assert rows == [
        list(MISSING_COLUMNS),
        ["2017000001", "㛃𠮷·买买提", "化学工程学院", "化学", "硕士", "待支付"],
    ]


def test_a_name_that_looks_like_a_formula_is_text() -> None:
    row = missing_row(student(1, name="=HYPERLINK(1)"), "待支付")
    cell = load_workbook(io.BytesIO(xlsx("未完成", MISSING_COLUMNS, [row]))).worksheets[0]["B2"]
    assert (cell.value, cell.data_type) == ("=HYPERLINK(1)", "s")
    assert "'=HYPERLINK(1)" in csv_gb18030(MISSING_COLUMNS, [row]).decode("gb18030")


def test_the_missing_list_has_no_document_number() -> None:
    assert student(1).document_number not in missing_row(student(1), "待支付")
