"""Campaigns, students and facts for the exporter's tests."""

import base64
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from uuid import UUID, uuid4

from services.exporter.rules import Fact
from shared.campaign import Campaign, Consent, IdentityPolicy, Payment, School, SupportContact, Window
from shared.events import (
    ApplicationLapsed,
    ApplicationWithdrawn,
    Entry,
    ErasureRequested,
    Event,
    Frame,
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
from shared.reasons import Reason
from shared.sealed import Sealer

E = TypeVar("E", bound=Event)
NOW = datetime(2026, 5, 28, 9, tzinfo=UTC)
SEAL_KEY = base64.b64encode(b"k" * 32).decode()
SEALER = Sealer({"k1": b"k" * 32}, b"k" * 32)


def campaign(campaign_id: str = "buct-2020", fee_fen: int = 2000, school_code: str = "10010") -> Campaign:
    return Campaign(
        id=campaign_id,
        version=1,
        title="北京化工大学2020年夏季预毕业研究生图像采集",
        source="notice",
        term="2020夏",
        audience="预毕业研究生",
        school=School(name="北京化工大学", code=school_code),
        window=Window(opens_at=NOW, closes_at=NOW + timedelta(days=3)),
        identity=IdentityPolicy(strategy="id_number"),
        consent=Consent(version="1", notice="通知"),
        payment=Payment(moment="after_approval" if fee_fen else "none", fee_fen=fee_fen),
        contacts=(SupportContact(name="照片社"),),
    )


def student(number: int = 1, **fields: str) -> Entry:
    said = {
        "name": f"毛{number}",
        "document_type": "resident_id",
        "document_number": f"11010519491231{number:04d}",
        "student_no": f"2017{number:06d}",
        "college": "化学工程学院",
        "major": "化学",
        "level": "硕士",
    }
    return Entry(**said | fields)


class Story:
    """The facts of one application, each made on demand with an id of its own."""

    def __init__(
        self, entry: Entry | None = None, campaign_id: str = "buct-2020", entry_id: UUID | None = None
    ) -> None:
        self.application_id, self.entry_id = uuid4(), entry_id or uuid4()
        self.entry = entry or student()
        self._about = {"application_id": self.application_id, "campaign_id": campaign_id, "campaign_version": 1}

    def confirmed(self) -> IdentityConfirmed:
        return told(IdentityConfirmed(**self._about, entry_id=self.entry_id, entry=SEALER.seal(self.entry)))

    def submitted(self, attempt: int = 1) -> PhotoSubmitted:
        frame = Frame(x=0, y=0, width=480)
        photo = {"photo_id": UUID(int=attempt), "attempt": attempt, "original_key": "o", "sha256": "0" * 64}
        return told(PhotoSubmitted(**self._about, **photo, frame=frame, follows="first" if attempt == 1 else "refusal"))

    def accepted(self, attempt: int = 1, revision: int = 1, standard_key: str = "standard.jpg") -> PhotoAccepted:
        return told(PhotoAccepted(**self._verdict(attempt, revision), standard_key=standard_key))

    def refused(self, attempt: int = 1, revision: int = 1, codes: tuple[Reason, ...] = (Reason.BLUR,)) -> PhotoRefused:
        return told(PhotoRefused(**self._verdict(attempt, revision), codes=codes))

    def referred(self, attempt: int = 1, revision: int = 1) -> PhotoReferred:
        return told(PhotoReferred(**self._verdict(attempt, revision), codes=(Reason.BG_UNEVEN,)))

    def paid(self, order_no: str = "order-1") -> PaymentSucceeded:
        return told(PaymentSucceeded(**self._about, order_no=order_no, amount_fen=2000, how="wechat", paid_at=NOW))

    def refunded(self, order_no: str = "order-1", still_settled: bool = False) -> PaymentRefunded:
        refund = {"refund_no": f"r-{order_no}", "amount_fen": 2000, "reason": Reason.PAY_DUP}
        return told(PaymentRefunded(**self._about, order_no=order_no, **refund, still_settled=still_settled))

    def lapsed(self, reason: Reason = Reason.PAY_LAPSED) -> ApplicationLapsed:
        return told(ApplicationLapsed(**self._about, reason=reason))

    def withdrawn(self) -> ApplicationWithdrawn:
        return told(ApplicationWithdrawn(**self._about))

    def photo_withdrawn(self, attempt: int = 1) -> PhotoWithdrawn:
        return told(PhotoWithdrawn(**self._about, photo_id=UUID(int=attempt), attempt=attempt))

    def revoked(self, attempt: int = 1, revision: int = 2) -> PhotoRevoked:
        taken_back = {"codes": (Reason.REVOKED_BEAUTY,), "banned": True}
        return told(PhotoRevoked(**self._verdict(attempt, revision), **taken_back))

    def to_be_forgotten(self) -> ErasureRequested:
        return told(ErasureRequested(**self._about, cause="student"))

    def complete(self, standard_key: str = "standard.jpg") -> list[Fact]:
        return [self.confirmed(), self.submitted(), self.accepted(standard_key=standard_key), self.paid()]

    def _verdict(self, attempt: int, revision: int) -> dict[str, object]:
        photo = {"photo_id": UUID(int=attempt), "attempt": attempt, "revision": revision}
        return {**self._about, **photo, "decided_by": "judge"}


def told(event: E) -> E:
    return event.model_copy(update={"id": uuid4(), "occurred_at": NOW})
