"""A campaign file, read with its mistakes in words."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from shared.campaign.campaign import Campaign
from shared.campaign.contradictions import contradictions
from shared.campaign.mistakes import in_words, place
from shared.campaign.places import lines_of

BYTES_MAX = 256 * 2**10  # the longest so far has 6 KB
LINE_SHOWN = 60  # characters
OFFICE = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # DOCX and XLSX, DOC and XLS
UTF16 = (b"\xff\xfe", b"\xfe\xff")
# What the TOML reader says, by how it begins, in the words of a clerk.
TOML_WORDS = {
    "Expected '=' after a key": "键的后面应是英文等号 =",
    "Expected newline or end of document": "这一行多了东西；每行只写一项",
    "Expected ']": "节名的方括号没有成对",
    "Cannot declare": "这一节出现了两次，请合并",
    "Cannot overwrite a value": "这一项写了两次，请只留一个",
    "Duplicate inline table key": "这一项写了两次，请只留一个",
    "Unclosed array": "这一行之前，有列表缺少结尾的 ]",
    "Unclosed inline table": "缺少结尾的 }",
    "Unterminated string": "文字缺少结尾的英文引号",
    "Invalid value": "等号后面的值无法识别；文字要用英文双引号括起来",
    "Invalid date or datetime": "日期或时间不存在",
    "Invalid initial character for a key part": "键只能用英文字母、数字、下划线",
    "Invalid statement": "这一行既不是“键 = 值”，也不是 [节名]",
    "Unescaped '\\'": "文字里的反斜杠 \\ 要写成 \\\\",
    "Illegal character": "文字没有在这一行结束，或含有看不见的字符",
}
FULL_WIDTH = re.compile("[“”‘’＝，【】｛｝＂]")


class BadCampaign(Exception):
    """The file cannot be published; `lines` say on which line, which key, what stands there and what is allowed."""

    def __init__(self, name: str, lines: list[str]) -> None:
        super().__init__(f"{name}: " + "; ".join(lines))
        self.lines = lines


def read_campaign(path: Path) -> Campaign:
    """Raises BadCampaign with one line per mistake: its line, the key, the value, what is allowed."""
    text = _text(path)
    table = _table(path.name, text)
    try:
        # By way of JSON, where "2000" and true are no numbers and a list may stand for a tuple.
        written = json.dumps(table, default=lambda moment: moment.isoformat())
        campaign = Campaign.model_validate_json(written, strict=True)
    except ValidationError as errors:
        lines = lines_of(text)
        raise BadCampaign(path.name, [in_words(error, lines) for error in errors.errors()]) from None
    if wrong := contradictions(campaign):
        lines = lines_of(text)
        raise BadCampaign(path.name, [place(key, lines) + why for key, why in wrong])
    return campaign


def _text(path: Path) -> str:
    """UTF-8, with or without the mark that Windows puts in front."""
    try:
        if path.exists() and not path.is_file():
            raise BadCampaign(path.name, ["这不是文件（是文件夹？）；请给出一个 .toml 文件"])
        with path.open("rb") as file:
            body = file.read(BYTES_MAX + 1)
    except FileNotFoundError:
        raise BadCampaign(path.name, ["找不到这个文件；请检查文件名和所在文件夹"]) from None
    except OSError as error:
        raise BadCampaign(path.name, [f"文件无法打开（{error.strerror}）；请检查读取权限"]) from None
    if body.startswith(OFFICE):
        raise BadCampaign(path.name, ["这是 Word 或 Excel 文件；请另存为纯文本（UTF-8）"])
    if len(body) > BYTES_MAX:
        raise BadCampaign(path.name, [f"文件超过 {BYTES_MAX // 2**10} KB，不会是采集批次文件"])
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        encoding = "UTF-16（记事本的 Unicode）" if body.startswith(UTF16) else "其他编码（如 GBK、ANSI）"
        raise BadCampaign(path.name, [f"是{encoding}；请用记事本打开，另存为 UTF-8 编码"]) from None
    if not text.strip():
        raise BadCampaign(path.name, ["文件是空的；可从 deploy/campaigns/ 的文件改起"])
    return text.replace("\r\n", "\n")


def _table(name: str, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadCampaign(name, [_toml_words(str(error), text)]) from None
    except (ValueError, RecursionError):  # a number of five thousand digits, brackets a thousand deep
        raise BadCampaign(name, ["有一个数字过长或括号层数过多，无法读取"]) from None


def _toml_words(said: str, text: str) -> str:
    """said: what is wrong (at line 5, column 3)"""
    why = next((words for begins, words in TOML_WORDS.items() if said.startswith(begins)), "写法不符合 TOML")
    at = re.search(r"\(at line (\d+), column \d+\)$", said)
    if at is None:
        return f"文件末尾：{why}"
    line = text.split("\n")[int(at[1]) - 1].strip()
    hint = "；引号、等号、逗号、括号请用英文半角" if FULL_WIDTH.search(line) else ""
    shown = "".join(each for each in line[:LINE_SHOWN] if each.isprintable())
    return f"第 {at[1]} 行：{why}{hint}（{shown}）"
