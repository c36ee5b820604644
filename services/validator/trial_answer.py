"""What a run of the judge without the services answers: tables for people, JSON for programs."""

import json
import os
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from services.validator.checks.defaults import action_of
from services.validator.judge import Judgement
from shared.campaign import PhotoProfile

COLOURS = {"accepted": "green", "refused": "red", "referred": "yellow"}
OUTCOME_COLOURS = {"pass": "green", "fail": "red", "unsure": "yellow"}

Judged = tuple[Path, Judgement]


def show(judged: list[Judged], profile: PhotoProfile, *, as_json: bool, folder: bool) -> None:
    """One photo's findings, or a folder's verdicts and their counts, as tables or as JSON."""
    if as_json:
        reports = [{"file": printed_name(file)} | judgement.report for file, judgement in judged]
        answer: Any = reports if folder else next(iter(reports), {})
        sys.stdout.write(json.dumps(answer, indent=1, ensure_ascii=False) + "\n")
    elif judged:
        Console().print(*(_summary(judged) if folder else _one(judged[0][1], profile)), sep="\n")


def printed_name(file: Path) -> str:
    """Also of a name that is no UTF-8, which no terminal could print."""
    return os.fsencode(file.name).decode("utf-8", "replace")


def _one(judgement: Judgement, profile: PhotoProfile) -> tuple[Any, ...]:
    table = Table("check", "value", "allowed", "score", "outcome", "if wrong")
    for each in judgement.findings:
        low, high = ("" if bound is None else f"{bound:g}" for bound in (each.limits.low, each.limits.high))
        value = each.error or "-" if each.value is None else f"{each.value:g} {each.unit}"
        outcome = f"[{OUTCOME_COLOURS[each.outcome]}]{each.outcome.value}[/]"
        action = action_of(each.check, profile)
        table.add_row(each.check, value, f"{low}…{high}", str(each.score), outcome, action)
    why = escape(judgement.report.get("error", ""))
    return (*([table] if judgement.findings else []), _said(judgement), *([why] if why else []))


def _summary(judged: list[Judged]) -> tuple[Any, ...]:
    photos = Table("photo", "verdict")
    for file, judgement in judged:
        photos.add_row(escape(printed_name(file)), _said(judgement))
    totals = Table("photos", "verdict or reason")
    decisions = Counter(judgement.verdict.decision for _, judgement in judged)
    reasons = Counter(code for _, judgement in judged for code in judgement.verdict.codes)
    for decision, count in decisions.most_common():
        totals.add_row(str(count), f"[{COLOURS[decision]}]{decision}[/]")
    for code, count in reasons.most_common():
        totals.add_row(str(count), f"{code.value} {code.text}")
    return photos, totals


def _said(judgement: Judgement) -> str:
    decision = judgement.verdict.decision
    codes = ", ".join(f"{code.value} {code.text}" for code in judgement.verdict.codes)
    return f"[{COLOURS[decision]}]{decision}[/] {codes}".rstrip()
