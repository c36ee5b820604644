"""Findings and a profile make a verdict.

A refusal must be certain: outside the limit by more than the measure's own error. What is outside by less, or cannot
be told by a machine, is referred to a person. The margins are measured, not guessed (research judge.md §8).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from shared.campaign import CheckAction, CheckName, PhotoProfile
from shared.reasons import Reason

Decision = Literal["accepted", "refused", "referred"]


class Outcome(StrEnum):
    PASS = "pass"  # noqa: S105 - an outcome, not a password
    FAIL = "fail"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Limits:
    """What is allowed; None is open on that side."""

    low: float | None = None
    high: float | None = None

    def excess(self, value: float) -> float:
        """How far outside a value lies; 0 inside."""
        below = self.low - value if self.low is not None else 0.0
        above = value - self.high if self.high is not None else 0.0
        return max(below, above, 0.0)


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check measured. `score`: 100 inside the limits, 0 where a refusal is certain."""

    check: CheckName
    outcome: Outcome
    reason: Reason
    value: float | None
    unit: str
    limits: Limits
    score: int
    error: str | None = None  # the check itself broke: its class of error, for the operators
    margin: float = 0  # the measure's own error: only what lies further outside fails, and only where it is `certain`
    certain: bool = True


@dataclass(frozen=True, slots=True)
class Verdict:
    """`codes` say why: of the refusal, or what a person is asked to look at."""

    decision: Decision
    codes: tuple[Reason, ...] = ()


def measured(
    check: CheckName, reason: Reason, value: float, unit: str, limits: Limits, *, error: float, certain: bool = True
) -> Finding:
    """Inside the limits passes; outside by more than the measure's error fails; between them nobody can be sure.

    `certain=False`: the measure itself says that it may be wrong, so outside is never a failure.
    """
    excess = limits.excess(value)
    if excess == 0:
        outcome = Outcome.PASS
    elif excess > error and certain:
        outcome = Outcome.FAIL
    else:
        outcome = Outcome.UNSURE
    score = 100 if excess == 0 else round(100 * max(0.0, 1 - excess / error)) if error else 0
    return Finding(check, outcome, reason, round(value, 3), unit, limits, score, margin=error, certain=certain)


def under(profile: PhotoProfile, finding: Finding) -> Finding:
    """The finding against the campaign's own limits, where it names some for this check."""
    own = next((limit for name, limit in profile.limits.items() if name == finding.check), None)
    if own is None or finding.value is None or finding.error:
        return finding
    limits, margin = Limits(own.low, own.high), finding.margin
    return measured(
        finding.check, finding.reason, finding.value, finding.unit, limits, error=margin, certain=finding.certain
    )


def broken(check: CheckName, reason: Reason, error: Exception) -> Finding:
    """A check that raised knows nothing: a person looks."""
    return Finding(check, Outcome.UNSURE, reason, None, "", Limits(), 0, error=type(error).__name__)


def verdict(findings: Iterable[Finding], profile: PhotoProfile, defaults: Mapping[CheckName, CheckAction]) -> Verdict:
    """The campaign decides what a failed check does; a doubt goes to a person wherever a failure would count."""
    refused: list[Reason] = []
    referred: list[Reason] = []
    for finding in findings:
        action = profile.checks.get(finding.check, defaults[finding.check])
        if finding.outcome is Outcome.PASS or action in {"warn", "off"}:
            continue
        certain = finding.outcome is Outcome.FAIL and action == "refuse"
        (refused if certain else referred).append(finding.reason)
    if refused:
        return Verdict("refused", tuple(dict.fromkeys(refused)))
    if referred:
        return Verdict("referred", tuple(dict.fromkeys(referred)))
    return Verdict("accepted")


def every_beauty_check(profile: PhotoProfile, looks_for: Mapping[CheckName, Reason]) -> PhotoProfile:
    """For the technical check: what looks for beautifying looks, also where the campaign turned it off."""
    on: dict[CheckName, CheckAction] = {
        name: "warn" for name, reason in looks_for.items() if reason is Reason.EDIT_BEAUTY
    }
    return profile.model_copy(update={"checks": profile.checks | on})


def beautified(findings: Iterable[Finding]) -> list[Finding]:
    """What speaks for beautifying, certain or not: a person decides. An editor's mark alone does not: studios crop with
    the same programs."""
    found = [each for each in findings if each.reason is Reason.EDIT_BEAUTY and each.outcome is not Outcome.PASS]
    return found if any(each.check != "darkroom_marks" for each in found) else []
