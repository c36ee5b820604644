"""What the other services may say about a case, for every test that shuffles it."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from services.intake.rules.application import ERASERS
from shared import events
from shared.events import ApplicationEvent, Entry, PayParameters
from shared.reasons import Reason
from shared.sealed import Sealed
from tests.intake.cases import NAMED, NOW, OVER

ATTEMPTS, REVISIONS = range(1, 4), range(1, 5)
PHOTOS = {attempt: UUID(int=100 + attempt) for attempt in ATTEMPTS}
REQUEST = UUID(int=50)
PAY = PayParameters(appId="a", timeStamp="1", nonceStr="n", package="p", signType="RSA", paySign="s")
SEALED = Sealed[Entry](key_id="k1", box="")
VERDICTS = ("accepted", "refused", "referred", "revoked")


def verdict(kind: str, attempt: int, revision: int) -> ApplicationEvent:
    about: dict[str, Any] = {**NAMED, "photo_id": PHOTOS[attempt], "attempt": attempt, "revision": revision}
    about["decided_by"] = "judge" if revision == 1 else "person"
    match kind:
        case "accepted":
            return events.PhotoAccepted(**about, standard_key=f"{attempt}/{revision}")
        case "refused":
            return events.PhotoRefused(**about, codes=(Reason.BLUR,), resubmit_by=OVER if revision % 2 else None)
        case "referred":
            return events.PhotoReferred(**about, codes=(Reason.POSE_ROLL,))
    return events.PhotoRevoked(**about, codes=(Reason.REVOKED_BEAUTY,), banned=attempt == 1)


def delivered(attempt: int, revision: int, day: int = 0) -> ApplicationEvent:
    fact = events.ApplicationDelivered(**NAMED, bundle_id=UUID(int=7), attempt=attempt, revision=revision)
    return fact.model_copy(update={"occurred_at": NOW + timedelta(days=day)})


def bounced(attempt: int, revision: int) -> ApplicationEvent:
    about = {**NAMED, "attempt": attempt, "revision": revision}
    return events.ApplicationBounced(**about, codes=(Reason.CMP_FAIL,), resubmit_by=OVER)


def money_facts() -> list[ApplicationEvent]:
    dues = [
        events.PaymentDue(**NAMED, amount_fen=2000, unpaid_until=OVER + timedelta(days=fee), reminder=reminder)
        for fee in range(2)
        for reminder in range(3)
    ]
    orders = [
        events.PaymentPrepared(
            **NAMED, request_id=UUID(int=50 + n), order_no=str(n), amount_fen=2000, expires_at=OVER, pay=PAY
        )
        for n in range(2)
    ]
    paid = [
        events.PaymentSucceeded(**NAMED, order_no=str(n), amount_fen=2000, how="wechat", paid_at=NOW) for n in range(2)
    ]
    back = [
        events.PaymentRefunded(
            **NAMED, order_no=str(n), refund_no=f"r{n}", amount_fen=2000, reason=Reason.PAY_DUP, still_settled=True
        )
        for n in range(2)
    ]
    closed = [events.PaymentClosed(**NAMED, order_no="0", final=False, reason=Reason.PAY_EXPIRED)]
    refused = [events.PaymentRefused(**NAMED, request_id=REQUEST, reason=Reason.PAY_NOT_DUE)]
    return [*dues, *orders, *paid, *back, *closed, *refused]


FINAL = events.PaymentClosed(**NAMED, order_no=None, final=True, reason=Reason.PAY_LAPSED)
MONEY = money_facts()
ERASED = [events.ErasureCompleted(**NAMED, service=name, kept=(name,), kept_until=OVER) for name in sorted(ERASERS)]
