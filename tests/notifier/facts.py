"""Facts about one student of one campaign, with everything but the point of a test filled in."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID, uuid4

from shared.campaign import Campaign
from shared.events import (
    ApplicationBounced,
    ApplicationDelivered,
    ApplicationWithdrawn,
    CodeMessage,
    Contact,
    ContactChanged,
    Entry,
    ErasureRequested,
    Event,
    Grant,
    IdentityMatched,
    IdentityReferred,
    MessageRequested,
    PaymentClosed,
    PaymentDue,
    PaymentRefunded,
    PaymentSucceeded,
    PhotoAccepted,
    PhotoRefused,
    PhotoRevoked,
    ResubmissionDue,
)
from shared.reasons import Reason
from shared.sealed import Sealer

T = TypeVar("T", bound=Event)

SEALER = Sealer({"k1": bytes(32)}, bytes(32))
OPENID, PHONE = "o-maoxiaoxiao", "+8613800138000"

SUBSCRIBE = {"template_id": "refused", "data": {"thing1": "{school}", "phrase2": "未通过", "thing3": "{reason}"}}
SMS = {"template_id": "2100002", "parameters": ["{title}", "{reason}"]}
REFUSED = {"fact": "photo.refused", "channels": ["subscribe", "sms"], "subscribe": SUBSCRIBE, "sms": SMS}
REMINDER = {
    "fact": "payment.reminder",
    "channels": ["sms"],
    "sms": {"template_id": "2100003", "parameters": ["{amount}", "{deadline}"]},
}


def campaign(*notification: dict[str, Any]) -> Campaign:
    return Campaign.model_validate(
        {
            "id": "buct-2020",
            "version": 1,
            "title": "2020年夏季预毕业研究生线上图像采集",
            "source": "notice",
            "term": "2020夏",
            "audience": "研究生",
            "school": {"name": "北京化工大学", "code": "10010"},
            "window": {"opens_at": "2020-05-28T00:00:00+08:00", "closes_at": "2020-05-31T00:00:00+08:00"},
            "identity": {"strategy": "id_number"},
            "consent": {"version": "1", "notice": "…"},
            "payment": {"moment": "after_approval", "fee_fen": 2000},
            "notification": list(notification),
            "contacts": [{"name": "照片社", "phone": "010-58691620", "hours": "9:30-17:00"}],
        }
    )


@dataclass(frozen=True)
class Student:
    """Makes facts about one application, each with an id of its own."""

    application_id: UUID = field(default_factory=uuid4)
    sealer: Sealer = SEALER

    def reachable(self, *templates: str, phone: str | None = PHONE, revision: int = 1) -> ContactChanged:
        contact = self.sealer.seal(Contact(openid=OPENID, phone=phone))
        granted = tuple(Grant(grant_id=uuid4(), template_id=template) for template in templates)
        return self._told(ContactChanged, revision=revision, contact=contact, grants=granted)

    def accepted(self, attempt: int = 1, revision: int = 1) -> PhotoAccepted:
        return self._told(PhotoAccepted, **_verdict(attempt, revision), standard_key="standard.jpg")

    def refused(self, attempt: int = 1, revision: int = 1, *codes: Reason, **more: Any) -> PhotoRefused:
        return self._told(PhotoRefused, **_verdict(attempt, revision), codes=codes or (Reason.BLUR,), **more)

    def due(self, unpaid_until: datetime | None = None, reminder: int = 0) -> PaymentDue:
        until = unpaid_until or datetime.now(UTC) + timedelta(days=3)
        return self._told(PaymentDue, amount_fen=2000, unpaid_until=until, reminder=reminder)

    def closed(self, *, final: bool) -> PaymentClosed:
        return self._told(PaymentClosed, order_no="order-1", final=final, reason=Reason.PAY_LAPSED)

    def paid(self) -> PaymentSucceeded:
        at = datetime.now(UTC)
        return self._told(PaymentSucceeded, order_no="order-1", amount_fen=2000, how="wechat", paid_at=at)

    def refunded(self) -> PaymentRefunded:
        money = {"order_no": "order-1", "refund_no": "refund-1", "amount_fen": 2000}
        return self._told(PaymentRefunded, **money, reason=Reason.PAY_DUP, still_settled=True)

    def bounced(self) -> ApplicationBounced:
        why = {"codes": (Reason.CHSI_QUALITY,), "resubmit_by": datetime.now(UTC) + timedelta(days=7)}
        return self._told(ApplicationBounced, attempt=1, revision=1, **why)

    def revoked(self) -> PhotoRevoked:
        return self._told(PhotoRevoked, **_verdict(1, 2), codes=(Reason.REVOKED_BEAUTY,), banned=True)

    def resubmission_due(self) -> ResubmissionDue:
        return self._told(ResubmissionDue, attempt=1, resubmit_by=datetime.now(UTC) + timedelta(days=5))

    def identity_referred(self, submission: int = 1) -> IdentityReferred:
        return self._told(IdentityReferred, submission=submission, reason=Reason.ID_NAME_DIFF)

    def identity_matched(self, submission: int = 1) -> IdentityMatched:
        entry = Entry(name="张三", document_type="resident_id", document_number="", student_no="1")
        return self._told(IdentityMatched, submission=submission, entry_id=uuid4(), entry=self.sealer.seal(entry))

    def code_requested(self, phone: str, code: str, expires_at: datetime | None = None) -> MessageRequested:
        until = expires_at or datetime.now(UTC) + timedelta(minutes=5)
        message = self.sealer.seal(CodeMessage(phone=phone, code=code))
        return self._told(MessageRequested, message=message, expires_at=until)

    def withdrawn(self) -> ApplicationWithdrawn:
        return self._told(ApplicationWithdrawn)

    def to_be_forgotten(self) -> ErasureRequested:
        return self._told(ErasureRequested, cause="student")

    def delivered(self) -> ApplicationDelivered:
        return self._told(ApplicationDelivered, bundle_id=uuid4(), attempt=1, revision=1)

    def _told(self, kind: type[T], **said: Any) -> T:
        whose = {"application_id": self.application_id, "campaign_id": "buct-2020", "campaign_version": 1}
        return kind(**whose, **said, id=uuid4(), occurred_at=datetime.now(UTC))


def _verdict(attempt: int, revision: int) -> dict[str, Any]:
    return {"photo_id": uuid4(), "attempt": attempt, "revision": revision, "decided_by": "judge"}
