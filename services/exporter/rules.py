"""What do we decide? Who is complete, in the school's words why somebody is not, and what a photo's file is called."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from shared.campaign import Delivery
from shared.events import (
    ApplicationLapsed,
    Entry,
    IdentityConfirmed,
    PaymentRefunded,
    PaymentSucceeded,
    PhotoAccepted,
    PhotoReferred,
    PhotoRefused,
    PhotoSubmitted,
)
from shared.reasons import Reason

PhotoFact = PhotoSubmitted | PhotoAccepted | PhotoRefused | PhotoReferred
Fact = IdentityConfirmed | PhotoFact | PaymentSucceeded | PaymentRefunded | ApplicationLapsed
Turn = tuple[int, int]  # (attempt, revision) of a photo

SUBMITTED_REVISION = -1  # before any verdict, whatever number the validator begins with
NAME_CHARACTERS = (
    60  # of a file name: 180 bytes of Chinese, and with an application's id still under a file system's 255
)


class Standing(StrEnum):
    """Where somebody on the roster stands; `text` is what the school reads."""

    text: str

    def __new__(cls, name: str, text: str) -> "Standing":
        standing = str.__new__(cls, name)
        standing._value_ = name
        standing.text = text
        return standing

    COMPLETE = "complete", "采集完成"
    ABSENT = "absent", "未参加或未确认身份"
    NO_PHOTO = "no_photo", "未上传照片"
    JUDGING = "judging", "审核中"
    REFERRED = "referred", "人工审核中"
    REFUSED = "refused", "未通过"
    UNPAID = "unpaid", "待支付"
    LAPSED_UNPAID = "lapsed_unpaid", "逾期未支付"
    LAPSED = "lapsed", "逾期未完成"
    EXCLUDED = "excluded", "已有学历照片"


@dataclass(frozen=True)
class Case:
    """One application: the newest fact of each kind, whatever order they came in."""

    application_id: UUID
    takes_fee: bool
    identity: IdentityConfirmed | None = None
    photo: PhotoFact | None = None
    paid_orders: frozenset[str] = frozenset()
    refunded_orders: frozenset[str] = frozenset()
    lapsed: Reason | None = None
    delivered: Turn | None = None  # the photo in the last published bundle that lists this application


def with_fact(case: Case, fact: Fact) -> Case:
    """The same facts give the same case in every order and number: newest, union or first is taken, never the last.

    Money is counted by order, so `still_settled` is not needed: another payment that stands is known by its own fact.
    """
    match fact:
        case IdentityConfirmed():
            return replace(case, identity=case.identity or fact)
        case PaymentSucceeded():
            return replace(case, paid_orders=case.paid_orders | {fact.order_no})
        case PaymentRefunded():
            return replace(case, refunded_orders=case.refunded_orders | {fact.order_no})
        case ApplicationLapsed():
            return replace(case, lapsed=case.lapsed or fact.reason)
        case _:
            is_newer = case.photo is None or turn(fact) > turn(case.photo)
            return replace(case, photo=fact) if is_newer else case


def turn(photo: PhotoFact) -> Turn:
    return (photo.attempt, SUBMITTED_REVISION if isinstance(photo, PhotoSubmitted) else photo.revision)


def is_settled(case: Case) -> bool:
    return not case.takes_fee or bool(case.paid_orders - case.refunded_orders)


def standing(case: Case) -> Standing:
    """Complete is approved and settled (domain research §7b, transition 32). What has ended stays ended."""
    if case.lapsed:
        return Standing.LAPSED_UNPAID if case.lapsed == Reason.PAY_LAPSED else Standing.LAPSED
    if case.identity is None:
        return Standing.ABSENT
    match case.photo:
        case None:
            return Standing.NO_PHOTO
        case PhotoSubmitted():
            return Standing.JUDGING
        case PhotoReferred():
            return Standing.REFERRED
        case PhotoRefused():
            return Standing.REFUSED
        case PhotoAccepted():
            return Standing.COMPLETE if is_settled(case) else Standing.UNPAID


def standing_on_roster(excluded: bool, case: Case | None) -> Standing:
    """excluded: the roster says that this person has a photo already. What is paid and approved is delivered anyway."""
    found = standing(case) if case else Standing.ABSENT
    return Standing.EXCLUDED if excluded and found != Standing.COMPLETE else found


def why_missing(found: Standing, case: Case | None) -> str:
    """For the school: the standing, and for a refused photo what was wrong with it."""
    if found == Standing.REFUSED and case and isinstance(case.photo, PhotoRefused):
        return f"{found.text}（{'、'.join(code.text for code in case.photo.codes)}）"
    return found.text


def one_each(cases: Iterable[Case]) -> dict[UUID, Case]:
    """Roster entry → its case. A bundle never holds two photos of one person: a complete case goes before one that is
    not, one that goes on before one that has ended. Who has confirmed no identity is nobody yet."""
    chosen: dict[UUID, Case] = {}
    for case in sorted(cases, key=_preference):
        if case.identity:
            chosen[case.identity.entry_id] = case
    return chosen


def _preference(case: Case) -> tuple[bool, bool, bool, str]:
    is_complete = standing(case) == Standing.COMPLETE
    return (is_complete, case.lapsed is None, case.delivered is not None, str(case.application_id))


def photo_names(entries: Mapping[UUID, Entry], named_by: Delivery) -> dict[UUID, str]:
    """Application → file name without ending. Those that some file system would take for one get their application's
    id behind them, all of them alike."""
    wanted = {each: _safe(_wanted(each, entry, named_by)) for each, entry in entries.items()}
    times = Counter(name.casefold() for name in wanted.values())
    return {each: name if times[name.casefold()] == 1 else f"{name}_{each}" for each, name in wanted.items()}


def _wanted(application_id: UUID, entry: Entry, named_by: Delivery) -> str:
    match named_by.photo_name:
        case "student_no":
            return entry.student_no or str(application_id)
        case "document_number":
            return entry.document_number
        case "application_id":
            return str(application_id)


def _safe(name: str) -> str:
    """What Windows, macOS and Linux all take for one file in one folder: no separators, reserved characters, names of
    devices or outer dots (Microsoft, "Naming Files, Paths, and Namespaces")."""
    name = unicodedata.normalize("NFC", name)
    name = re.sub(r'[<>:"/\\|?*\s\x00-\x1f\x7f]', "_", name)[:NAME_CHARACTERS].strip(".") or "_"
    is_device = re.fullmatch(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?", name)
    return f"_{name}" if is_device else name
