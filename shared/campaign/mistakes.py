"""The mistakes of a campaign file in words for the school's clerk who wrote it: which key, what is allowed."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, time
from difflib import get_close_matches
from typing import Any, get_args, get_origin

from pydantic_core import ErrorDetails

from shared.campaign.campaign import Campaign
from shared.campaign.places import Key
from shared.campaign.policy import Policy

LISTED_MAX = 12  # allowed words that are named; of more, only the closest
SHOWN_MAX = 40  # characters of the value that stands there

# What each kind of mistake means, by pydantic's name of it; in braces what pydantic knows of it.
WORDS = {
    "int_type": "应为整数，不加引号，不带小数点",
    "float_type": "应为数字，不加引号",
    "bool_type": "应为 true 或 false，不加引号",
    "string_type": "应为文字，用英文双引号括起来",
    "tuple_type": '应为列表，用方括号括起来，如 ["甲", "乙"]',
    "dict_type": "应为一组“键 = 值”",
    "model_type": "应为单独一节，以 [节名] 一行开头",
    "greater_than_equal": "应为 {ge} 或更大",
    "greater_than": "应大于 {gt}",
    "less_than_equal": "应为 {le} 或更小",
    "less_than": "应小于 {lt}",
    "string_too_short": "不能为空",
    "string_too_long": "最多 {max_length} 个字",
    "too_short": "至少要有 {min_length} 项",
    "too_long": "最多 {max_length} 项",
    "timezone_aware": "须写明时区，北京时间在末尾加 +08:00，如 2020-06-09T00:00:00+08:00",
    "datetime_type": "应为日期和时间，如 2020-06-09T00:00:00+08:00",
    "datetime_parsing": "应为存在的日期和时间，如 2020-06-09T00:00:00+08:00",
    "date_type": "应为日期，如 2020-06-09",
    "date_parsing": "应为存在的日期，如 2020-06-09",
    "date_from_datetime_inexact": "只写日期，不写时间，如 2020-06-09",
    "time_type": "应为时刻，如 08:00:00",
    "time_parsing": "应为时刻，如 08:00:00",
}
# What a text must look like, by the pattern of the model.
FORMS = {
    r"^\d{5}$": "应为五位数字",
    r"^\d{4}$": "应为四位数字",
    r"^[a-z0-9]+(-[a-z0-9]+)*$": "只能用小写英文字母、数字和连字符，如 bit-2020-graduate",
    r"^[A-Za-z0-9]{4,6}$": "应为 4 至 6 位英文字母或数字",
}


def in_words(error: ErrorDetails, lines: Mapping[Key, int]) -> str:
    """第 28 行 payment.fee_fen：应为 0 或更大（现为 -1）"""
    key = tuple(part for part in error["loc"] if part != "[key]")
    why = _why(error, key)
    if error["type"] == "value_error":
        key += _named_first(why, key, lines)
    return f"{place(key, lines)}{why}{_shown(error)}"


def _named_first(why: str, table: Key, lines: Mapping[Key, int]) -> Key:
    """What is wrong between the keys of a table is shown at the first of them that the words name."""
    return next(((name,) for name in re.findall("[a-z_]+", why) if (*table, name) in lines), ())


def place(key: Key, lines: Mapping[Key, int]) -> str:
    """A key that is not there stands in its table."""
    line = next((lines[key[:length]] for length in range(len(key), 0, -1) if key[:length] in lines), None)
    at = f"第 {line} 行 " if line else ""
    return f"{at}{_dotted(key)}：" if key else ""


def _dotted(key: Key) -> str:
    """Places in a list are counted from 1: notification.2.sms."""
    return ".".join(str(part + 1) if isinstance(part, int) else part for part in key)


def _why(error: ErrorDetails, key: Key) -> str:
    match error["type"]:
        case "missing":
            return _missing(key)
        case "extra_forbidden":
            return _unknown(key)
        case "literal_error":
            return _not_allowed(error["ctx"]["expected"], error["input"])
        case "string_pattern_mismatch":
            return FORMS[error["ctx"]["pattern"]]
        case "value_error":
            return str(error["ctx"]["error"])
        case kind:
            return WORDS.get(kind, error["msg"]).format(**error.get("ctx", {}))


def _missing(key: Key) -> str:
    policy, name = _policy_at(key[:-1]), key[-1]
    if policy is None or isinstance(name, int):
        return "项数不够，缺少这一项"
    field = policy.model_fields[name]
    if _policy_in(field.annotation) is None:
        return "缺少这一项，必须填写"
    header = f"[[{_dotted(key)}]]" if get_origin(field.annotation) is tuple else f"[{_dotted(key)}]"
    return f"缺少 {header} 一节，必须填写"


def _unknown(key: Key) -> str:
    """A misspelt key is told what was probably meant; a key of another table, where it belongs."""
    name = str(key[-1])
    policy = _policy_at(key[:-1])
    allowed = list(policy.model_fields) if policy else []
    if close := get_close_matches(name, allowed, n=1):
        return f"没有这个设置；是不是 {close[0]}？"
    elsewhere = [table for table, known in _tables() if name in known.model_fields]
    if elsewhere:
        homes = "、".join(f"[{table}] 一节" if table else "文件开头、第一个 [节名] 之前" for table in elsewhere)
        return f"不在这一节；应写在 {homes}"
    return f"没有这个设置；这里可写 {'、'.join(allowed)}"


def _not_allowed(expected: str, found: object) -> str:
    """expected: 'jpeg' or 'png', as pydantic lists them."""
    words = re.findall(r"'([^']*)'", expected) or re.findall(r"\d+", expected)
    close = get_close_matches(str(found), words, n=1)
    listed = f"只能是 {'、'.join(words)}" if len(words) <= LISTED_MAX or not close else "没有这种写法"
    return f"{listed}；是不是 {close[0]}？" if close else listed


def _shown(error: ErrorDetails) -> str:
    """What stands there, where that helps: no whole tables."""
    value = error["input"]
    if error["type"] in ("missing", "extra_forbidden") or isinstance(value, dict | list):
        return ""
    text = {True: "true", False: "false"}[value] if isinstance(value, bool) else _written(value)
    return f"（现为 {text if len(text) <= SHOWN_MAX else text[:SHOWN_MAX] + '…'}）"


def _written(value: object) -> str:
    return (
        value.isoformat() if isinstance(value, date | time) else f"“{value}”" if isinstance(value, str) else str(value)
    )


def _tables() -> Iterator[tuple[str, type[Policy]]]:
    """Every table of a campaign file with its model, the file itself first."""
    pending: list[tuple[str, type[Policy]]] = [("", Campaign)]
    for path, policy in pending:
        yield path, policy
        for name, field in policy.model_fields.items():
            if inner := _policy_in(field.annotation):
                pending.append((f"{path}.{name}" if path else name, inner))


def _policy_at(key: Key) -> type[Policy] | None:
    policy: type[Policy] | None = Campaign
    for name in key:
        if policy is None or isinstance(name, int):
            continue
        field = policy.model_fields.get(name)
        policy = _policy_in(field.annotation) if field else None
    return policy


def _policy_in(annotation: Any) -> type[Policy] | None:
    """Of School, tuple[Notification, ...], SmsTemplate | None."""
    if isinstance(annotation, type) and issubclass(annotation, Policy):
        return annotation
    return next((policy for each in get_args(annotation) if (policy := _policy_in(each))), None)
