"""The tables beside the photos: XLSX to read, CSV in GB18030 to import (Excel in China opens it without a question).

No public list of fields exists for this hand-over (domain research §1.5), so the columns are the roster's own words:

index    学号 姓名 证件类型 证件号码 学院 专业 层次 学校代码 文件名 SHA-256 采集申请号
missing  学号 姓名 学院 专业 层次 原因       without the document number: chasing somebody does not need it
"""

import csv
import io
from collections.abc import Iterable, Sequence
from uuid import UUID

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.worksheet.worksheet import Worksheet

from shared.campaign import DocumentType
from shared.events import Entry

INDEX_COLUMNS = (
    "学号",
    "姓名",
    "证件类型",
    "证件号码",
    "学院",
    "专业",
    "层次",
    "学校代码",
    "文件名",
    "SHA-256",
    "采集申请号",
)
MISSING_COLUMNS = ("学号", "姓名", "学院", "专业", "层次", "原因")
DOCUMENT_TYPES: dict[DocumentType, str] = {
    "resident_id": "居民身份证",
    "hk_macau_permit": "港澳居民来往内地通行证",
    "taiwan_permit": "台湾居民来往大陆通行证",
    "residence_permit": "港澳台居民居住证",
    "foreign_permanent": "外国人永久居留身份证",
    "passport": "护照",
}
COLUMN_WIDTH = 20  # characters
TEXT_FORMAT = "@"  # else Excel shows an ID number as 1.10105E+17
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")  # OWASP, "CSV Injection"

Row = Sequence[str]


def index_row(entry: Entry, school_code: str, path: str, sha256: str, application_id: UUID) -> Row:
    return (
        entry.student_no,
        entry.name,
        _document_type(entry.document_type),
        entry.document_number,
        entry.college,
        entry.major,
        entry.level,
        school_code,
        path,
        sha256,
        str(application_id),
    )


def missing_row(entry: Entry, why: str) -> Row:
    return (entry.student_no, entry.name, entry.college, entry.major, entry.level, why)


def xlsx(title: str, columns: Row, rows: Iterable[Row]) -> bytes:
    """Every cell is text. openpyxl's write-only mode keeps the rows in a temporary file until they are packed."""
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet(title)
    sheet.freeze_panes = "A2"
    for number in range(len(columns)):
        sheet.column_dimensions[chr(ord("A") + number)].width = COLUMN_WIDTH
    for row in (columns, *rows):
        sheet.append([_text_cell(sheet, value) for value in row])
    packed = io.BytesIO()
    workbook.save(packed)
    return packed.getvalue()


def csv_gb18030(columns: Row, rows: Iterable[Row]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([_harmless(value) for value in row] for row in rows)
    return text.getvalue().encode("gb18030")


def _document_type(name: str) -> str:
    return next((text for known, text in DOCUMENT_TYPES.items() if known == name), name)


def _text_cell(sheet: Worksheet, value: str) -> Cell:
    cell = WriteOnlyCell(sheet, value)
    cell.data_type = "s"  # a name that begins with "=" is not a formula
    cell.number_format = TEXT_FORMAT
    return cell


def _harmless(value: str) -> str:
    return f"'{value}" if value.startswith(FORMULA_STARTS) else value
