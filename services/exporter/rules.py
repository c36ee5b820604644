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
    ApplicationWithdrawn,
    Entry,
    IdentityConfirmed,
    PaymentRefunded,
    PaymentSucceeded,
    PhotoAccepted,
    PhotoReferred,
    PhotoRefused,
    PhotoRevoked,
    PhotoSubmitted,
    PhotoWithdrawn,
)
from shared.machine import Row, after
from shared.reasons import Reason

PhotoFact = PhotoSubmitted | PhotoAccepted | PhotoRefused | PhotoReferred | PhotoRevoked | PhotoWithdrawn
Ended = ApplicationLapsed | ApplicationWithdrawn
Fact = IdentityConfirmed | PhotoFact | PaymentSucceeded | PaymentRefunded | Ended
Turn = tuple[int, int]  # (attempt, revision) of a photo

# Below every verdict, whatever number the validator begins with. Who takes a photo back overtakes the judge's doubt,
# but no decision: that was made before anybody knew of it, and stands (validator: `with_withdrawn`).
SUBMITTED, DOUBTED, TAKEN_BACK = -3, -2, -1
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
    WITHDRAWN = "withdrawn", "本人已撤回"
    REVOKED = "revoked", "已撤销"
    BOUNCED = "bounced", "退回重拍"
    EXCLUDED = "excluded", "已有学历照片"


class Handover(StrEnum):
    """Where a complete application is on its way to the school and to CHSI: region D of domain research §7(b)."""

    HOLD = "hold"
    READY = "ready"
    IN_PRODUCTION = "in_production"  # a bundle with it is being written
    EXPORTED = "exported"
    ACCEPTED = "accepted"  # the school, or CHSI for it, has taken it
    VERIFIED = "verified"  # proofread there
    REOPENED = "reopened"  # sent back: a new photo is asked for, without a fee
    CLOSED = "closed"


DELIVERED = (Handover.EXPORTED, Handover.ACCEPTED, Handover.VERIFIED)
ROWS = (
    Row(32, "complete", (Handover.HOLD, Handover.REOPENED), Handover.READY),
    Row(34, "picked up", (Handover.READY, Handover.IN_PRODUCTION), Handover.IN_PRODUCTION),
    Row(35, "published", (Handover.IN_PRODUCTION,), Handover.EXPORTED),
    Row(37, "accepted", (Handover.EXPORTED,), Handover.ACCEPTED),
    Row(38, "bounced", DELIVERED, Handover.REOPENED),
    Row(39, "verified", (Handover.ACCEPTED,), Handover.VERIFIED),
)
# Rows that others own and this service follows.
FOLLOWED = (
    Row(36, "ended", tuple(each for each in Handover if each is not Handover.CLOSED), Handover.CLOSED),
    Row(43, "erased", tuple(Handover), Handover.CLOSED),
)


@dataclass(frozen=True)
class Case:
    """One application: the newest fact of each kind, whatever order they came in.

    `handed`: the last step of the hand-over, and of which photo.
    """

    application_id: UUID
    takes_fee: bool
    pays_first: bool = False
    identity: IdentityConfirmed | None = None
    photo: PhotoFact | None = None
    paid_orders: frozenset[str] = frozenset()
    refunded_orders: frozenset[str] = frozenset()
    lapsed: Reason | None = None
    handed: tuple[Turn, Handover] | None = None
    erased: bool = False

    @property
    def delivered(self) -> Turn | None:
        """The photo in the last published bundle that lists this application, unless it came back."""
        return self.handed[0] if self.handed and self.handed[1] in DELIVERED else None


def with_fact(case: Case, fact: Fact) -> Case:
    """The same facts give the same case in every order and number: newest, union or first is taken, never the last.

    Money is counted by order, so `still_settled` is not needed: another payment that stands is known by its own fact.
    """
    if case.erased:
        return case
    match fact:
        case IdentityConfirmed():
            return replace(case, identity=case.identity or fact)
        case PaymentSucceeded():
            return replace(case, paid_orders=case.paid_orders | {fact.order_no})
        case PaymentRefunded():
            return replace(case, refunded_orders=case.refunded_orders | {fact.order_no})
        case ApplicationLapsed():
            return replace(case, lapsed=case.lapsed or fact.reason)
        case ApplicationWithdrawn():
            return replace(case, lapsed=Reason.APP_WITHDRAWN)
        case _:
            return replace(case, photo=fact) if _is_newer(fact, case.photo) else case


def _is_newer(fact: PhotoFact, known: PhotoFact | None) -> bool:
    """A revocation ends the application, also where a newer attempt was sent before anybody had heard of it."""
    return known is None or _rank(fact) > _rank(known)


def _rank(photo: PhotoFact) -> tuple[bool, Turn]:
    return isinstance(photo, PhotoRevoked), turn(photo)


def turn(photo: PhotoFact) -> Turn:
    """Its place among all that is said about this application's photos."""
    match photo:
        case PhotoSubmitted():
            return (photo.attempt, SUBMITTED)
        case PhotoReferred() if Reason.APPEALED not in photo.codes:
            return (photo.attempt, DOUBTED)
        case PhotoWithdrawn():
            return (photo.attempt, TAKEN_BACK)
    return (photo.attempt, photo.revision)


LAPSED_BY = {Reason.PAY_LAPSED: Standing.LAPSED_UNPAID, Reason.APP_WITHDRAWN: Standing.WITHDRAWN}


def is_settled(case: Case) -> bool:
    return not case.takes_fee or bool(case.paid_orders - case.refunded_orders)


def standing(case: Case) -> Standing:
    """Complete is approved and settled (domain research §7b, transition 32). What has ended stays ended."""
    if case.lapsed:
        return LAPSED_BY.get(case.lapsed, Standing.LAPSED)
    if case.identity is None:
        return Standing.ABSENT
    match case.photo:
        case None | PhotoWithdrawn():
            return Standing.NO_PHOTO
        case PhotoSubmitted():
            return Standing.JUDGING if is_settled(case) or not case.pays_first else Standing.UNPAID
        case PhotoReferred():
            return Standing.REFERRED
        case PhotoRefused():
            return Standing.REFUSED
        case PhotoRevoked():
            return Standing.REVOKED
        case PhotoAccepted():
            if _is_of_newest(case) == Handover.REOPENED:
                return Standing.BOUNCED
            return Standing.COMPLETE if is_settled(case) else Standing.UNPAID


def handover(case: Case) -> Handover:
    if case.erased or case.lapsed or isinstance(case.photo, PhotoRevoked):
        return Handover.CLOSED
    return _is_of_newest(case) or (Handover.READY if standing(case) == Standing.COMPLETE else Handover.HOLD)


def _is_of_newest(case: Case) -> Handover | None:
    """The hand-over's last step, unless a newer photo or verdict has begun another."""
    if case.handed is None or case.photo is None or turn(case.photo) > case.handed[0]:
        return None
    return case.handed[1]


def with_handover(case: Case, event: str) -> Case | None:
    """None: the state machine does not lead there from where the case is."""
    state = after((*ROWS, *FOLLOWED), handover(case), event)
    if state is None or case.photo is None:
        return None
    return replace(case, handed=(turn(case.photo), state))


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
