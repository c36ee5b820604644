"""Counts into Markdown. A bound is Wilson's upper 95 % bound; photos of one person are no independent trials, so it
flatters where people are few."""

from collections.abc import Callable, Iterable
from math import sqrt

import numpy as np

from services.validator.checks import DEFAULTS
from services.validator.checks.defaults import action_of
from services.validator.rules import Outcome
from shared.campaign import CheckName
from tests.validator.report.draws import FAULTS, GOOD
from tests.validator.report.judged import PROFILE, Judged

Z = 1.96


def upper_bound(hits: int, trials: int) -> float:
    """Wilson's score interval (1927)."""
    if not trials:
        return 1.0
    share = hits / trials
    spread = Z * sqrt(share * (1 - share) / trials + Z**2 / (4 * trials**2))
    return min((share + Z**2 / (2 * trials) + spread) / (1 + Z**2 / trials), 1.0)


def without_fault(judged: Iterable[Judged]) -> list[Judged]:
    """Good photos in every respect that the profile stops; what it only warns of makes no photo bad."""
    stopping = {check for check in DEFAULTS if action_of(check, PROFILE) in {"refuse", "refer"}}
    return [each for each in judged if each.draw.kind == GOOD and not each.draw.faults & stopping]


def good_for(judged: Iterable[Judged], check: CheckName) -> list[Judged]:
    """Photos without a fault of this kind."""
    return [
        each for each in judged if each.draw.kind == GOOD and check not in each.draw.faults and check in each.answers
    ]


def faulty_for(judged: Iterable[Judged], check: CheckName) -> list[Judged]:
    """Photos with the fault this check is there for."""
    kinds = {kind for kind, (named, _) in FAULTS.items() if named == check}
    own = check in {"teeth", "mouth", "yaw", "gaze", "shoulders", "ears", "brows", "clothes_banned"}
    return [
        each
        for each in judged
        if check in each.answers
        and (each.draw.kind in kinds or (own and each.draw.kind == GOOD and check in each.draw.faults))
    ]


def checks_table(judged: list[Judged]) -> str:
    lines = [
        "| check | default | good photos | called wrong | (≤) | called unsure | (≤) | faulty | called wrong | caught |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for check, action in DEFAULTS.items():
        good, faulty = good_for(judged, check), faulty_for(judged, check)
        wrong, unsure = (_count(good, check, outcome) for outcome in (Outcome.FAIL, Outcome.UNSURE))
        found = _count(faulty, check, Outcome.FAIL)
        caught = found + _count(faulty, check, Outcome.UNSURE)
        lines.append(
            f"| {check} | {action} | {len(good)} | {_share(wrong, len(good))} | {upper_bound(wrong, len(good)):.1%} "
            f"| {_share(unsure, len(good))} | {upper_bound(unsure, len(good)):.1%} "
            f"| {len(faulty)} | {_share(found, len(faulty))} | {_share(caught, len(faulty))} |"
        )
    return "\n".join(lines)


def faults_table(judged: list[Judged]) -> str:
    lines = [
        "| fault | check | photos | called wrong | caught | caught by the whole judge |",
        "|---|---|---|---|---|---|",
    ]
    for kind, (check, _) in FAULTS.items():
        mine = [each for each in judged if each.draw.kind == kind and check in each.answers]
        found = _count(mine, check, Outcome.FAIL)
        caught = found + _count(mine, check, Outcome.UNSURE)
        stopped = sum(each.decision != "accepted" for each in mine)
        shares = " | ".join(_share(number, len(mine)) for number in (found, caught, stopped))
        lines.append(f"| {kind} | {check} | {len(mine)} | {shares} |")
    return "\n".join(lines)


def verdicts_table(judged: list[Judged]) -> str:
    """Photos good in every respect: what the whole judge does with them."""
    lines = ["| good photos of | photos | accepted | referred | refused |", "|---|---|---|---|---|"]
    whole = without_fault(judged)
    groups: dict[str, list[Judged]] = {"everybody": whole}
    for each in whole:
        groups.setdefault(each.draw.person, []).append(each)
    for name, group in groups.items():
        counts = [sum(each.decision == decision for each in group) for decision in ("accepted", "referred", "refused")]
        lines.append(f"| {name} | {len(group)} | " + " | ".join(_share(count, len(group)) for count in counts) + " |")
    return "\n".join(lines)


def errors_table(judged: list[Judged]) -> str:
    good = [each for each in judged if each.draw.kind == GOOD]
    lines = ["| measure | photos | median | p95 | p99 |", "|---|---|---|---|---|"]
    for measure in ("eye line", "face width", "centre", "hairline", "hairline by proportion"):
        errors = np.abs([each.errors_px[measure] for each in good if measure in each.errors_px])
        if errors.size:
            quantiles = " | ".join(f"{np.percentile(errors, percent):.1f} px" for percent in (50, 95, 99))
            lines.append(f"| {measure} | {errors.size} | {quantiles} |")
    return "\n".join(lines)


def left_out_table(judged: list[Judged]) -> str:
    """Each check's limit set on all people but one, halfway between good and faulty, and tried on that one."""
    lines = ["| check | people | good photos beyond the limit | faulty photos beyond it |", "|---|---|---|---|"]
    for check in DEFAULTS:
        good, faulty = (_with_values(group, check) for group in (good_for(judged, check), faulty_for(judged, check)))
        persons = {each.draw.person for each in good} & {each.draw.person for each in faulty}
        if len(persons) < 3 or check == "face":
            continue
        false, found = [], []
        for person in persons:
            beyond = _limit([_not_of(good, person), _not_of(faulty, person)], check)
            false += [beyond(_value(each, check)) for each in good if each.draw.person == person]
            found += [beyond(_value(each, check)) for each in faulty if each.draw.person == person]
        lines.append(
            f"| {check} | {len(persons)} | {_share(sum(false), len(false))} | {_share(sum(found), len(found))} |"
        )
    return "\n".join(lines)


def _limit(groups: list[list[Judged]], check: CheckName) -> Callable[[float], bool]:
    """Beyond: farther from the good photos' median than halfway between their p98 and the faulty ones' p5."""
    good, faulty = (np.array([_value(each, check) for each in group]) for group in groups)
    middle = float(np.median(good))
    limit = (float(np.percentile(np.abs(good - middle), 98)) + float(np.percentile(np.abs(faulty - middle), 5))) / 2
    return lambda value: abs(value - middle) > limit


def _not_of(group: list[Judged], person: str) -> list[Judged]:
    return [each for each in group if each.draw.person != person]


def _with_values(group: list[Judged], check: CheckName) -> list[Judged]:
    return [each for each in group if each.answers[check].value is not None]


def _value(each: Judged, check: CheckName) -> float:
    value = each.answers[check].value
    assert value is not None
    return value


def _count(group: list[Judged], check: CheckName, outcome: Outcome) -> int:
    return sum(each.answers[check].outcome is outcome for each in group)


def _share(count: int, total: int) -> str:
    return f"{count / total:.1%}" if total else "–"
