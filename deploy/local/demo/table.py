"""What the demo says at its end: fates expected and seen, seconds per step, and where things lie."""

import json
from collections import Counter
from math import ceil
from pathlib import Path
from zipfile import ZipFile

from rich.table import Table

from deploy.local.demo.play import Played, is_as_expected
from deploy.local.demo.student import Student

STEPS = {
    "match": "身份提交 → 匹配结果",
    "verdict": "照片上传 → 检测结论",
    "review": "转人工 → 人工结论",
    "order": "请求付款 → 可以付款",
    "payment": "付款 → 采集完成",
}
VERDICT_WITHIN_SECONDS = 1.0  # promised at p95, over uploads of two megapixels one after another


def percentile(values: list[float], share: float) -> float:
    """Nearest rank: the smallest value that `share` of all do not exceed. `values` not empty."""
    return sorted(values)[ceil(share * len(values)) - 1]


def fates_table(students: list[Student]) -> Table:
    """One line per fate: how it must end, how many played it, how many ended so, and what the others did."""
    table = Table("学生的经历", "应当结束于", "人数", "相符", "其余", title="经历")
    for fate in dict.fromkeys(student.fate for student in students):
        played = [student for student in students if student.fate == fate]
        wrong = [student for student in played if not is_as_expected(student)]
        told = played if fate.ends is None else wrong
        others = "；".join(f"{what} ×{count}" for what, count in Counter(map(seen, told)).items())
        row = (fate.title, fate.ends or "不限", str(len(played)), str(len(played) - len(wrong)), others)
        table.add_row(*row, style="red" if wrong else "")
    return table


def seen(student: Student) -> str:
    """Where a student ended, what was read on the way, and what went wrong."""
    return " ".join(filter(None, (student.stage, ",".join(student.reasons), student.trouble)))


def seconds_table(students: list[Student]) -> Table:
    """p50 and p95 of each step, as the client saw it."""
    table = Table("步骤", "次数", "p50", "p95", title="用时（秒）")
    for step, title in STEPS.items():
        _add_seconds(table, title, [student.seconds[step] for student in students if step in student.seconds])
    promised = [student for student in students if student.fate.measured and student.fate.ends]
    measured = [student.seconds["verdict"] for student in promised if "verdict" in student.seconds]
    _add_seconds(table, "照片上传 → 检测结论（200 万像素，逐张）", measured, VERDICT_WITHIN_SECONDS)
    return table


def _add_seconds(table: Table, title: str, values: list[float], limit: float | None = None) -> None:
    if not values:
        return
    p95 = percentile(values, 0.95)
    verdict = "" if limit is None else f"  {'<' if p95 < limit else '未达到 <'} {limit:.0f}"
    row = (title, str(len(values)), f"{percentile(values, 0.5):.2f}", f"{p95:.2f}{verdict}")
    table.add_row(*row, style="red" if limit is not None and p95 >= limit else "")


def where_things_lie(played: Played, report: Path) -> str:
    """The bundles, with how many photos each holds, and the report: one line each, whole paths."""
    lines = []
    for campaign_id, file in played.bundles.items():
        with ZipFile(file) as bundle:
            photos = json.loads(bundle.read("manifest.json"))["counts"]["photos"]
        lines.append(f"成果包 {campaign_id}（{photos} 张照片）：{file}")
    return "\n".join([*lines, f"报告：{report}"])
