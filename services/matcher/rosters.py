"""From rows of cells to a roster: which columns are which, which rows are people, and what is wrong with the others."""

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping

from pydantic import BaseModel, ConfigDict

from services.matcher.names import matching_key
from services.matcher.sheets import Cell, NotARoster
from shared.documents import TITLES, TYPES, fault, lookup_key, normalised
from shared.events import Entry

NAME, TYPE, NUMBER, STUDENT_NO = "姓名", "证件类型", "证件号码", "学号"
COLLEGE, MAJOR, LEVEL, EXCLUDED = "学院", "专业", "层次", "已有照片"
REQUIRED = (NAME, NUMBER, STUDENT_NO)
# The column's own name first, then what schools write instead.
COLUMNS = {
    NAME: ("姓名", "学生姓名", "名字"),
    TYPE: ("证件类型", "证件种类", "身份证件类型"),
    NUMBER: ("证件号码", "证件号", "身份证号", "身份证号码", "身份证件号", "身份证件号码"),
    STUDENT_NO: ("学号", "学生学号", "学籍号"),
    COLLEGE: ("学院", "院系", "学院名称", "院系名称", "培养单位", "系所"),
    MAJOR: ("专业", "专业名称"),
    LEVEL: ("层次", "培养层次", "学历层次"),
    EXCLUDED: ("已有照片", "是否已有照片", "已有学历照片", "已采集"),
}
COLUMN_OF = {heading: column for column, headings in COLUMNS.items() for heading in headings}
HEADER_WITHIN_ROWS = 10  # a title and notes may stand above it
YES = frozenset({"是", "有", "已有", "已采集", "1", "y", "yes", "true", "√", "✓"})
NO = frozenset({"", "否", "无", "没有", "未采集", "0", "n", "no", "false", "×"})
DIGITS_LOST = "被存成数字，后几位已丢失；请把该列设为文本后重新填写"
MADE_A_DATE = "被存成日期；请把该列设为文本后重新填写"
EXACT_BELOW = 10**15  # Excel keeps fifteen digits
TEXT_MAX = 100  # characters; a name has 50 at most (民委发〔2016〕33号)


class BadCell(BaseModel):
    """Why one row was left out. row: as the spreadsheet counts, from 1. `why` never repeats what the cell holds."""

    row: int
    column: str
    why: str


class Report(BaseModel):
    """What became of an uploaded roster. rows: people in the file; kept: of them, taken over."""

    roster_version: int
    rows: int
    kept: int
    bad: list[BadCell]


class Line(BaseModel):
    """One person of the roster. excluded: 已有照片, this one needs no new photo."""

    model_config = ConfigDict(frozen=True)

    entry: Entry
    excluded: bool = False

    @property
    def lookup_key(self) -> str:
        return lookup_key(self.entry.document_type, self.entry.document_number)


class RosterReader:
    """Takes a file's rows batch by batch; keeps what the report needs. `finish` when there are no more."""

    def __init__(self) -> None:
        self.rows = 0
        self.kept = 0
        self.bad: list[BadCell] = []
        self._row = 0
        self._header: dict[str, int] = {}
        self._row_of_number: dict[str, int] = {}
        self._row_of_student_no: dict[str, int] = {}

    def take(self, rows: Iterable[list[Cell]]) -> list[Line]:
        """The good lines among these rows. Raises NotARoster when the first rows hold no header."""
        taken = (self._take(row) for row in rows)
        return [line for line in taken if line is not None]

    def finish(self) -> None:
        """Raises NotARoster when the file had no header at all, or nobody under it."""
        if not self._header:
            raise NotARoster(f"没有找到表头；第一行应有 {'、'.join(COLUMNS)}")
        if not self.rows:
            raise NotARoster("表头下面没有人；请确认名单填在第一个工作表")

    def _take(self, row: list[Cell]) -> Line | None:
        self._row += 1
        if not any(str(cell).strip() for cell in row):
            return None
        if not self._header:
            self._find_header(row)
            return None
        if all(COLUMN_OF.get(_heading(row[at])) == column for column, at in self._header.items() if at < len(row)):
            return None  # the header again, as on every printed page
        self.rows += 1
        cells = {column: row[at] if at < len(row) else "" for column, at in self._header.items()}
        faults = _Faults(self._row)
        line = _line(cells, faults)
        if not faults.found:
            self._refuse_repeats(line, faults)
        self.bad += faults.found
        self.kept += not faults.found
        return None if faults.found else line

    def _find_header(self, row: list[Cell]) -> None:
        header: dict[str, int] = {}
        for at, cell in enumerate(row):
            column = COLUMN_OF.get(_heading(cell))
            if column in header:
                raise NotARoster(f"“{column}”列出现了两次；请只保留一列")
            if column:
                header[column] = at
        missing = [column for column in REQUIRED if column not in header]
        if not missing:
            self._header = header
        elif header or self._row >= HEADER_WITHIN_ROWS:
            raise NotARoster(f"表头缺少 {'、'.join(missing)}；应有 {'、'.join(COLUMNS)}，顺序不限")

    def _refuse_repeats(self, line: Line, faults: "_Faults") -> None:
        first = self._row_of_number.setdefault(f"{line.entry.document_type} {line.lookup_key}", self._row)
        if first != self._row:
            faults.add(NUMBER, f"与第 {first} 行重复，以第 {first} 行为准")
            return
        first = self._row_of_student_no.setdefault(line.entry.student_no, self._row)
        if first != self._row:
            # Photos are named by it: two people would overwrite each other in the bundle.
            faults.add(STUDENT_NO, f"与第 {first} 行重复，请核对")


class BadLine(Exception):
    """A corrected line that cannot be one of a roster; `cells` say why, in Chinese."""

    def __init__(self, cells: list[BadCell]) -> None:
        super().__init__(f"{len(cells)} cells are wrong")
        self.cells = cells


def corrected(line: Line, cells: Mapping[str, str]) -> Line:
    """The line with what staff typed, by column; an empty number keeps the one that is there. Raises BadLine."""
    faults = _Faults(0)
    typed: dict[str, Cell] = {
        NAME: "",
        STUDENT_NO: "",
        **cells,
        NUMBER: cells.get(NUMBER) or line.entry.document_number,
    }
    found = _line(typed, faults)
    if faults.found:
        raise BadLine(faults.found)
    return found


class _Faults:
    def __init__(self, row: int) -> None:
        self._row = row
        self.found: list[BadCell] = []

    def add(self, column: str, why: str) -> None:
        self.found.append(BadCell(row=self._row, column=column, why=why))

    def of(self, column: str) -> bool:
        return any(each.column == column for each in self.found)


def _line(cells: dict[str, Cell], faults: _Faults) -> Line:
    """Meaningless when `faults` were found."""
    texts = {column: _text(cell) for column, cell in cells.items()}
    texts[STUDENT_NO] = _student_no(texts[STUDENT_NO])
    for column, text in texts.items():
        if len(text) > TEXT_MAX:
            faults.add(column, f"超过 {TEXT_MAX} 个字，请核对")
    if re.fullmatch(r"\d{4}-\d\d-\d\d", texts[STUDENT_NO]):
        faults.add(STUDENT_NO, MADE_A_DATE)
    for column in (NUMBER, STUDENT_NO):
        if _lost_digits(cells[column]):
            faults.add(column, DIGITS_LOST)
        elif not texts[column]:
            faults.add(column, "没有填写")
    if not matching_key(texts[NAME]):
        faults.add(NAME, "没有填写")
    document_type = TYPES.get(_heading(texts.get(TYPE) or TITLES["resident_id"][0]))
    number = normalised(texts[NUMBER])
    if document_type is None:
        faults.add(TYPE, f"不认识这种证件；可填 {'、'.join(titles[0] for titles in TITLES.values())}")
    elif not faults.of(NUMBER) and (why := fault(document_type, number)):
        faults.add(NUMBER, why)
    has_photo = texts.get(EXCLUDED, "").casefold()
    if has_photo not in YES | NO:
        faults.add(EXCLUDED, "请填 是 或 否")
    entry = Entry(
        name=texts[NAME],
        document_type=document_type or "",
        document_number=number,
        student_no=texts[STUDENT_NO],
        college=texts.get(COLLEGE, ""),
        major=texts.get(MAJOR, ""),
        level=texts.get(LEVEL, ""),
    )
    return Line(entry=entry, excluded=has_photo in YES)


def _heading(cell: Cell) -> str:
    """证件号码（必填）* → 证件号码"""
    folded = unicodedata.normalize("NFKC", str(cell))
    return re.sub(r"\(.*?\)|[\s*:：]", "", folded)


def _text(cell: Cell) -> str:
    """On one line, without what nobody sees. A spreadsheet keeps 1114827492 as the number 1114827492.0."""
    if isinstance(cell, float) and math.isfinite(cell) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, bool):
        return "是" if cell else "否"
    shown = "".join(each for each in str(cell) if each.isspace() or unicodedata.category(each) not in ("Cc", "Cf"))
    return " ".join(shown.split())


def _student_no(text: str) -> str:
    """Without what keeps a spreadsheet from counting with it: '2017000001 and ="2017000001"."""
    plain = unicodedata.normalize("NFKC", text)
    return re.sub(r"""^(?:'|=")|"$|\s""", "", plain)


def _lost_digits(cell: Cell) -> bool:
    if isinstance(cell, int | float):
        return abs(cell) >= EXACT_BELOW
    return re.fullmatch(r"\d(\.\d+)?E\+\d+", cell.strip(), re.IGNORECASE) is not None
