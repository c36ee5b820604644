"""Cases in every state, and the facts about them, for the tests of the rules."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from services.intake.rules import (
    Application,
    CaseState,
    Ending,
    IdentityRegion,
    IdentityState,
    MoneyRegion,
    PhotoRegion,
    PhotoState,
    Preparation,
)
from shared.campaign import Campaign, Payment, Review, read_campaign
from shared.events import Frame
from shared.reasons import Reason

NOW = datetime(2020, 5, 29, tzinfo=UTC)
OVER = NOW + timedelta(days=30)
ID, PHOTO_ID, NEXT_ID = UUID(int=1), UUID(int=2), UUID(int=3)
NAMED: dict[str, Any] = {"application_id": ID, "campaign_id": "buct-2020-summer", "campaign_version": 1}
BUCT = read_campaign(Path("deploy/campaigns/buct-2020-summer.toml"))
FRAME = Frame(x=0, y=0, width=900)
ORDER = "0000-20200529"


def campaign(**changed: Any) -> Campaign:
    """BUCT's, with other policies; the student may withdraw and appeal."""
    return BUCT.model_copy(update={"review": Review(may_withdraw=True)} | changed)


def paying(moment: Any, **terms: Any) -> Campaign:
    return campaign(payment=Payment(moment=moment, fee_fen=0 if moment == "none" else 2000, **terms))


AUTOMATIC = campaign(processing="auto_crop")


def case(**changed: Any) -> Application:
    """A confirmed applicant."""
    confirmed = {"identity": IdentityRegion(state=IdentityState.CONFIRMED), "has_phone": True, "grants": 1}
    return Application(id=ID, campaign_id=BUCT.id, campaign_version=1).model_copy(update=confirmed | changed)


def photo(state: PhotoState, **changed: Any) -> PhotoRegion:
    """The region as the student sees it in that state."""
    if state is PhotoState.NONE:
        return PhotoRegion(**changed)
    if state in (PhotoState.PREPARING, PhotoState.PREPARED, PhotoState.UNPREPARED):
        preparation = Preparation(state=state, photo_id=NEXT_ID, sha256="b", original_key="b", frame=FRAME)
        return PhotoRegion(**{"preparation": preparation} | changed)
    told = {"photo_id": PHOTO_ID, "attempt": 1, "charged_attempt": 1, "decided_by": "judge", "revision": 1}
    return PhotoRegion(**{"state": state} | told | changed)


ENDINGS = {
    CaseState.OPEN: Ending(),
    CaseState.LAPSED: Ending(lapsed=Reason.WIN_CLOSED),
    CaseState.WITHDRAWN: Ending(withdrawn=True),
    CaseState.ERASING: Ending(erasure="student"),
    CaseState.ERASED: Ending(
        erasure="student",
        erased_by=frozenset({"intake", "matcher", "validator", "payment", "notifier", "exporter"}),
    ),
}
PAID = MoneyRegion(paid=frozenset({ORDER}))
