"""People for rosters, and the files that schools would send of them."""

import csv
import io
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import openpyxl

from shared.campaign import Campaign, read_campaign
from shared.documents import check_character

CAMPAIGNS = Path(__file__).parent.parent.parent / "deploy" / "campaigns"
HEADINGS = ("姓名", "证件类型", "证件号码", "学号", "学院", "专业", "层次", "已有照片")
Row = Sequence[Any]


def buct() -> Campaign:
    """Finds by number alone."""
    return read_campaign(CAMPAIGNS / "buct-2020-summer.toml")


def bit() -> Campaign:
    """Finds by name, type and number together."""
    return read_campaign(CAMPAIGNS / "bit-2020-graduate.toml")


def ncepu() -> Campaign:
    """Finds by level, name and number."""
    return read_campaign(CAMPAIGNS / "ncepu-2021-parttime.toml")


def xinhua() -> Campaign:
    """Finds registered people by name and number, or takes individuals."""
    return read_campaign(CAMPAIGNS / "xinhua-2022-spring.toml")


def by_code() -> Campaign:
    """Reads capture codes; asks for the last four."""
    return read_campaign(CAMPAIGNS / "capture-code-2026.toml")


def resident_id(sequence: int) -> str:
    """A valid number; another for each sequence below 280,000."""
    day, order = divmod(sequence, 1000)
    number = f"110105{1995 + day // 28:04}05{day % 28 + 1:02}{order:03}"
    return number + check_character(number)


def row(sequence: int = 1, **cells: Any) -> list[Any]:
    """A good row under HEADINGS; `cells` by heading replace some of it."""
    good = {
        "姓名": f"毛小小{sequence}",
        "证件类型": "居民身份证",
        "证件号码": resident_id(sequence),
        "学号": f"2017{sequence:06}",
        "学院": "化学工程学院",
        "专业": "材料科学与工程",
        "层次": "硕士研究生",
        "已有照片": "",
    }
    return list((good | cells).values())


def people(count: int) -> list[list[Any]]:
    return [row(sequence) for sequence in range(count)]


def xlsx(rows: Sequence[Row], headings: Row = HEADINGS) -> bytes:
    workbook = openpyxl.Workbook(write_only=True)
    sheet = workbook.create_sheet()
    for cells in (headings, *rows):
        sheet.append(list(cells))
    body = io.BytesIO()
    workbook.save(body)
    return body.getvalue()


def csv_file(rows: Sequence[Row], headings: Row = HEADINGS, encoding: str = "utf-8") -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows((headings, *rows))
    return text.getvalue().encode(encoding)


@contextmanager
def on_disk(body: bytes) -> Iterator[BinaryIO]:
    """An open file with a descriptor, as an upload is."""
    with tempfile.TemporaryFile() as file:
        file.write(body)
        yield file
