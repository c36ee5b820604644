"""What do we decide? What a fact gives us to say, whether it is still news, and which channel is next."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.campaign import Channel, Fact
from shared.events import (
    ApplicationBounced,
    ApplicationDelivered,
    ApplicationEvent,
    ApplicationLapsed,
    ApplicationWithdrawn,
    ErasureRequested,
    IdentityMatched,
    IdentityReferred,
    PaymentClosed,
    PaymentDue,
    PaymentRefunded,
    PaymentSucceeded,
    PhotoAccepted,
    PhotoRefused,
    PhotoRevoked,
    PhotoVerdict,
    ResubmissionDue,
)
from shared.reasons import Reason

NEWS_FOR = timedelta(days=7)  # later than this nobody wants to be woken for it
# An SMS of unknown fate is looked up this long: carriers report in seconds as a rule, in minutes on a bad day.
LOOK_UP_FOR = timedelta(minutes=30)


@dataclass(frozen=True)
class Case:
    """What is known of one application: enough to tell whether something is still news to the student."""

    attempt: int = 0
    revision: int = 0
    dues: int = 0  # fees that fell due, and payments that settled one
    payments: int = 0
    closed: bool = False  # the grace is over: nothing is owed any more
    referred: int = 0  # the submission of an identity that a person compared
    matched: int = 0
    over: bool = False  # withdrawn or erased: only money is still spoken of


@dataclass(frozen=True)
class Saying:
    """What a fact gives us to say. `about` tells one from the next of its kind: each is said once."""

    fact: Fact
    about: str
    photo: tuple[int, int] | None = None  # attempt, revision
    reasons: tuple[Reason, ...] = ()
    amount_fen: int | None = None
    deadline: datetime | None = None


@dataclass(frozen=True)
class GiveUp:
    """No channel is left, or it is news no longer; `cause` is for operators."""

    cause: str


def with_fact(case: Case, event: ApplicationEvent) -> Case:
    """The case after the fact. A verdict on an older photo, or an older verdict, changes nothing."""
    match event:
        case PhotoVerdict():
            attempt, revision = max((case.attempt, case.revision), (event.attempt, event.revision))
            return replace(case, attempt=attempt, revision=revision)
        case PaymentSucceeded():
            return replace(case, payments=case.payments + 1)
        case PaymentDue(reminder=0):
            return replace(case, dues=case.dues + 1)
        case PaymentClosed(final=True):
            return replace(case, closed=True)
        case IdentityReferred():
            return replace(case, referred=max(case.referred, event.submission))
        case IdentityMatched():
            return replace(case, matched=max(case.matched, event.submission))
        case ApplicationWithdrawn() | ErasureRequested():
            return replace(case, over=True)
    return case


def saying_of(event: ApplicationEvent) -> Saying | None:
    """None: such a fact is never announced (an order that may be followed by another, for one)."""
    match event:
        case IdentityReferred():
            return Saying("identity.referred", str(event.submission))
        case IdentityMatched():
            return Saying("identity.matched", str(event.submission))
        case PhotoAccepted():
            return Saying("photo.accepted", f"{event.attempt}.{event.revision}", (event.attempt, event.revision))
        case PhotoRefused():
            return Saying(
                "photo.refused",
                f"{event.attempt}.{event.revision}",
                (event.attempt, event.revision),
                reasons=event.codes,
                deadline=event.resubmit_by or event.advised_by,
            )
        case PhotoRevoked():
            photo = (event.attempt, event.revision)
            return Saying("photo.revoked", f"{event.attempt}.{event.revision}", photo, reasons=event.codes)
        case ResubmissionDue():
            return Saying("resubmission.due", str(event.attempt), deadline=event.resubmit_by)
        case PaymentDue():
            return Saying(
                "payment.reminder" if event.reminder else "payment.due",
                f"{event.unpaid_until.isoformat()} {event.reminder}",
                amount_fen=event.amount_fen,
                deadline=event.unpaid_until,
            )
        case PaymentClosed(final=True):
            return Saying("payment.closed", "final", reasons=(event.reason,))
        case PaymentSucceeded():
            return Saying("payment.succeeded", event.order_no, amount_fen=event.amount_fen)
        case PaymentRefunded():
            return Saying("payment.refunded", event.refund_no, reasons=(event.reason,), amount_fen=event.amount_fen)
        case ApplicationLapsed():
            return Saying("application.lapsed", "", reasons=(event.reason,))
        case ApplicationDelivered():
            return Saying("application.delivered", f"{event.attempt}.{event.revision}")
        case ApplicationBounced():
            photo = (event.attempt, event.revision)
            about = f"{event.attempt}.{event.revision}"
            return Saying("application.bounced", about, photo, reasons=event.codes, deadline=event.resubmit_by)
    return None


def expiry_of(saying: Saying, now: datetime) -> datetime:
    """When it stops being worth saying: with the deadline it speaks of, else after a week."""
    return saying.deadline or now + NEWS_FOR


def is_old_news(fact: str, about: str, photo: tuple[int, int] | None, case: Case) -> bool:
    """A verdict that another has overtaken, a demand that has been met or given up, a match nobody waited for."""
    if case.over and fact != "payment.refunded":
        return True
    match fact:
        case "payment.due" | "payment.reminder":
            return case.payments >= max(case.dues, 1) or case.closed
        case "identity.referred":
            return int(about) <= case.matched
        case "identity.matched":
            return int(about) != case.referred
        case "resubmission.due":
            return int(about) < case.attempt
    return photo is not None and photo < (case.attempt, case.revision)


def next_channel(
    channels: tuple[Channel, ...], usable: Collection[Channel], refused: dict[str, str]
) -> Channel | GiveUp:
    """In the campaign's order. refused: channel → the gateway's code."""
    for channel in channels:
        if channel in usable and channel not in refused:
            return channel
    return GiveUp(", ".join(f"{channel} {code}" for channel, code in refused.items()) or "no channel")
