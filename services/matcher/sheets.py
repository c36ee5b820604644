"""From an uploaded file to rows of cells: XLSX or CSV, read by a process of its own with limits on memory and time.

One stray cell in the corner of a sheet makes any eager reader ask for 550 GB and abort, and a zip can hold anything:
so the process that opens the file is thrown away with it, and the service lives on. It is started as a script, takes
the file as its standard input, and prints {"rows": how many there are at most}, then one JSON array per row or,
instead, one object: {"not_a_roster": why}.
"""

import asyncio
import codecs
import csv
import io
import json
import resource
import sys
from collections.abc import AsyncGenerator, Callable, Iterator
from typing import IO, Any

from python_calamine import CalamineError, CalamineSheet, SheetVisibleEnum, load_workbook

Cell = str | int | float | bool

MEMORY_BYTES = 512 * 2**20  # address space of the reading process; 100,000 rows of eight columns take 120 MB of it
CPU_SECONDS = 60
BATCH_BYTES = 256 * 2**10  # how much is taken over at a time

PICTURES = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"BM", b"RIFF", b"II*\0", b"MM\0*")
DELIMITERS = (",", "\t", ";")  # the first is meant where none stands
ZIP, OLE2, PDF = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF"


class NotARoster(Exception):
    """The file is no list of people; the message says in Chinese what it is and what to do."""


async def row_batches(
    file: IO[bytes], expect: Callable[[int], None] = lambda _: None
) -> AsyncGenerator[list[list[Cell]], None]:
    """The rows of the file, empty ones too, some hundreds at a time. file: a real one (it has a descriptor). expect: is
    told at the beginning how many there are at most.

    Close it (contextlib.aclosing) and the reading process ends. Raises NotARoster, possibly after some batches.
    """
    file.seek(0)
    # -P: this folder must not become the place where the reader's imports are looked for.
    command = (sys.executable, "-P", __file__)
    pipe, nothing = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
    reader = await asyncio.create_subprocess_exec(*command, stdin=file.fileno(), stdout=pipe, stderr=nothing)
    try:
        assert reader.stdout is not None
        rest = b""
        while chunk := await reader.stdout.read(BATCH_BYTES):
            *lines, rest = (rest + chunk).split(b"\n")
            if len(rest) > BATCH_BYTES:
                raise NotARoster("有一行过长，这不是名单；请上传 XLSX 或 CSV 文件")
            found = [_line(line) for line in lines]
            if found and isinstance(found[0], int):
                expect(found[0])
            if rows := [each for each in found if isinstance(each, list)]:
                yield rows
        if await reader.wait() != 0:
            raise NotARoster("文件过大或已损坏，无法读取；请删去多余的空行空列，另存为新的 XLSX 后重试")
    finally:
        if reader.returncode is None:
            reader.kill()
            await reader.communicate()  # what is still in the pipe: it closes when it is empty


def _line(line: bytes) -> list[Cell] | int:
    """A row, or how many there are."""
    said = json.loads(line)
    if isinstance(said, dict):
        if "not_a_roster" in said:
            raise NotARoster(said["not_a_roster"])
        return int(said["rows"])
    cells: list[Cell] = said
    return cells


def read_rows(file: IO[bytes]) -> Iterator[list[Any] | dict[str, int]]:
    """In the reading process: {"rows": at most so many}, then the rows. Raises NotARoster."""
    head = file.read(4096)
    file.seek(0)
    if not head.strip():
        raise NotARoster("文件是空的；请选择填好的名单")
    if head.startswith(PICTURES):
        raise NotARoster("这是图片，不是名单；请上传 XLSX 或 CSV 文件")
    if head.startswith(PDF):
        raise NotARoster("这是 PDF，不是名单；请上传 XLSX 或 CSV 文件")
    if head.startswith(OLE2):
        raise NotARoster("这是旧版 XLS 或加了密码的文件；请另存为不加密的 XLSX")
    return _xlsx_rows(file) if head.startswith(ZIP) else _csv_rows(file)


def _xlsx_rows(file: IO[bytes]) -> Iterator[list[Any] | dict[str, int]]:
    try:
        with load_workbook(file) as workbook:
            sheets = workbook.sheets_metadata
            first_visible = next(sheet.name for sheet in sheets if sheet.visible == SheetVisibleEnum.Visible)
            sheet = workbook.get_sheet_by_name(first_visible)
            yield {"rows": sheet.total_height}
            yield from _merged_filled(sheet)
    except (CalamineError, StopIteration):
        raise NotARoster("这个文件不是有效的 XLSX 表格；请用 Excel 或 WPS 打开后另存为 XLSX") from None


def _merged_filled(sheet: CalamineSheet) -> Iterator[list[Any]]:
    """A cell merged over several rows holds for each of them: the file has its value in the first one only."""
    first_column = sheet.start[1] if sheet.start else 0
    begins: dict[int, list[tuple[int, int]]] = {}
    for (top, left), (bottom, _) in sheet.merged_cell_ranges or ():
        if bottom > top and left >= first_column:
            begins.setdefault(top, []).append((left - first_column, bottom))
    running: dict[int, tuple[Any, int]] = {}
    for number, row in enumerate(sheet.iter_rows()):
        running = {at: held for at, held in running.items() if held[1] >= number}
        for at, (value, _) in running.items():
            row[at] = value
        running |= {at: (row[at], bottom) for at, bottom in begins.get(number, ()) if at < len(row)}
        yield row


def _csv_rows(file: IO[bytes]) -> Iterator[list[Any] | dict[str, int]]:
    encoding = _encoding_of(file)
    yield {"rows": sum(line.strip() != b"" for line in file)}
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    first = text.readline(BATCH_BYTES)
    delimiter = max(DELIMITERS, key=first.count)
    text.seek(0)
    try:
        yield from csv.reader(text, delimiter=delimiter, strict=True)
    except csv.Error:
        raise NotARoster("CSV 的引号或换行不完整；请用 Excel 或 WPS 重新另存") from None


def _encoding_of(file: IO[bytes]) -> str:
    """UTF-8 with or without BOM, else GB18030 (never GBK: it lacks 䶮); nothing else is written by school software."""
    for encoding in ("utf-8-sig", "gb18030"):
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            while chunk := file.read(BATCH_BYTES):
                if "\0" in decoder.decode(chunk):
                    break
            else:
                decoder.decode(b"", final=True)
                return encoding
        except UnicodeDecodeError:
            pass
        finally:
            file.seek(0)
    raise NotARoster("文件编码无法识别；请另存为 XLSX，或 UTF-8、GB18030 编码的 CSV")


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold everybody's numbers
    try:
        for row in read_rows(sys.stdin.buffer):
            sys.stdout.write(json.dumps(row, default=str) + "\n")
    except NotARoster as error:
        sys.stdout.write(json.dumps({"not_a_roster": str(error)}) + "\n")


if __name__ == "__main__":
    main()
