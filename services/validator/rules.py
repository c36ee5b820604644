"""What do we decide? Pure: findings and a profile make a verdict, a row makes its turn.

A refusal must be certain: outside the limit by more than the measure's own error. What is outside by less, or cannot
be told by a machine, is referred to a person. The margins are measured, not guessed (research judge.md §8).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID

from shared.campaign import Campaign, CheckAction, CheckName, PhotoProfile
from shared.events import Frame, PhotoAccepted, PhotoQueued, PhotoReferred, PhotoRefused, PhotoSubmitted
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
    return Finding(check, outcome, reason, round(value, 3), unit, limits, score)


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


# One application's newest attempt.


class State(StrEnum):
    SUBMITTED = "submitted"
    QUEUED = "queued"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    REFERRED = "referred"


@dataclass(frozen=True, slots=True)
class Pictures:
    """Object keys of what the judge made; None where the picture could not be decoded."""

    standard_key: str | None = None
    overlay_key: str | None = None
    report_key: str | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """The row of one application. `revision` counts the decisions on this attempt, `decided_by` names the last one's
    maker: "judge" or a reviewer."""

    application_id: UUID
    campaign_id: str
    campaign_version: int
    photo_id: UUID
    attempt: int
    revision: int
    state: State
    original_key: str
    sha256: str
    frame: Frame
    codes: tuple[Reason, ...] = ()
    pictures: Pictures = Pictures()
    decided_by: str | None = None
    decided_at: datetime | None = None


JUDGE = "judge"


def with_submitted(case: Case, event: PhotoSubmitted) -> Case:
    """A newer attempt takes the place of the older; an older one that comes late changes nothing."""
    if event.attempt <= case.attempt:
        return case
    return Case(
        application_id=event.application_id,
        campaign_id=event.campaign_id,
        campaign_version=event.campaign_version,
        photo_id=event.photo_id,
        attempt=event.attempt,
        revision=0,
        state=State.SUBMITTED,
        original_key=event.original_key,
        sha256=event.sha256,
        frame=event.frame,
    )


def with_state(case: Case, state: State) -> Case:
    return replace(case, state=state)


def its_turn_has_come(case: Case) -> bool:
    """Asked of the whole row. Today's campaigns charge after approval, so nothing but the photo is waited for."""
    return case.state is State.SUBMITTED


def awaits_judge(case: Case, event: PhotoQueued) -> bool:
    return case.state is State.QUEUED and case.photo_id == event.photo_id


def awaits_person(case: Case) -> bool:
    return case.state is State.REFERRED


def may_accept(case: Case) -> bool:
    """What could not be decoded has no standard photo: it can only be refused."""
    return case.pictures.standard_key is not None


def with_verdict(case: Case, verdict: Verdict, decided_by: str, now: datetime, pictures: Pictures) -> Case:
    return replace(
        case,
        state=State(verdict.decision),
        revision=case.revision + 1,
        codes=verdict.codes,
        pictures=pictures,
        decided_by=decided_by,
        decided_at=now,
    )


def queued_fact(case: Case) -> PhotoQueued:
    return PhotoQueued(**_about(case), original_key=case.original_key, sha256=case.sha256, frame=case.frame)


def verdict_fact(case: Case, campaign: Campaign) -> PhotoAccepted | PhotoRefused | PhotoReferred:
    """What is told of a decided case. `campaign`: the newest version, whose deadlines count."""
    assert case.decided_at is not None
    about: dict[str, Any] = _about(case) | {
        "revision": case.revision,
        "decided_by": "judge" if case.decided_by == JUDGE else "person",
        "report_key": case.pictures.report_key,
        "overlay_key": case.pictures.overlay_key,
        "standard_key": case.pictures.standard_key,
    }
    if case.state is State.ACCEPTED:
        return PhotoAccepted(**about)
    if case.state is State.REFERRED:
        return PhotoReferred(**about, codes=case.codes)
    resubmission = campaign.resubmission
    return PhotoRefused(
        **about,
        codes=case.codes,
        resubmit_by=resubmission.enforced_by(case.decided_at),
        advised_by=resubmission.advised_by(case.decided_at),
    )


def _about(case: Case) -> dict[str, Any]:
    return {
        "application_id": case.application_id,
        "campaign_id": case.campaign_id,
        "campaign_version": case.campaign_version,
        "photo_id": case.photo_id,
        "attempt": case.attempt,
    }
