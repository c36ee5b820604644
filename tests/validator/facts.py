"""Facts about one application, to be played in any order."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from shared.events import (
    ApplicationBounced,
    ApplicationWithdrawn,
    Frame,
    PaymentRefunded,
    PaymentSucceeded,
    PhotoAppealed,
    PhotoSubmitted,
    PhotoWithdrawn,
)
from shared.reasons import Reason

NOW = datetime(2020, 5, 29, 12, tzinfo=UTC)
APPLICATION = UUID("018f0000-0000-7000-8000-000000000001")
ABOUT: dict[str, Any] = {"application_id": APPLICATION, "campaign_id": "buct-2020", "campaign_version": 1}


def photo_id(attempt: int) -> UUID:
    return uuid5(APPLICATION, f"photo {attempt}")


def submitted(attempt: int = 1, **changes: Any) -> PhotoSubmitted:
    fact = PhotoSubmitted(
        **ABOUT,
        photo_id=photo_id(attempt),
        attempt=attempt,
        original_key=f"a/{attempt}/original.jpg",
        sha256=str(attempt),
        frame=Frame(x=0, y=0, width=480),
        follows="first" if attempt == 1 else "refusal",
        charged_attempt=attempt,
    )
    return fact.model_copy(update=changes)


def paid(order_no: str = "A") -> PaymentSucceeded:
    return PaymentSucceeded(**ABOUT, order_no=order_no, amount_fen=2000, how="wechat", paid_at=NOW)


def refunded(order_no: str = "A") -> PaymentRefunded:
    return PaymentRefunded(
        **ABOUT, order_no=order_no, refund_no="r", amount_fen=2000, reason=Reason.PAY_DUP, still_settled=True
    )


def withdrawn(attempt: int = 1) -> PhotoWithdrawn:
    return PhotoWithdrawn(**ABOUT, photo_id=photo_id(attempt), attempt=attempt)


def appealed(attempt: int = 1, revision: int = 1) -> PhotoAppealed:
    return PhotoAppealed(**ABOUT, photo_id=photo_id(attempt), attempt=attempt, revision=revision)


def bounced(attempt: int = 1) -> ApplicationBounced:
    codes = (Reason.CHSI_QUALITY,)
    return ApplicationBounced(**ABOUT, attempt=attempt, revision=1, codes=codes, resubmit_by=NOW + timedelta(days=7))


def given_up() -> ApplicationWithdrawn:
    return ApplicationWithdrawn(**ABOUT)
