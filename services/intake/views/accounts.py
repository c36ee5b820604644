"""What a student sees of the account while registering: what was read from the picture, to be corrected."""

from datetime import date

from pydantic import BaseModel

from services.intake.rules.registration import AccountRegion
from services.intake.views.reasons import ReasonView, reason_view
from shared.events import IdCard
from shared.sealed import Sealer


class CardView(BaseModel):
    """The newest picture of a document. What could not be read is None, and typed."""

    state: str  # none, reading, read, unread
    reading: int
    reason: ReasonView | None
    name: str | None
    document_number: str | None
    sex: str | None
    born_on: date | None


class AccountRegionView(BaseModel):
    """Where one registers; whose account it is: GET …/account."""

    state: str  # none, signed_in, signed_out
    card: CardView


def account_region_view(region: AccountRegion, sealer: Sealer) -> AccountRegionView:
    known = region.card
    read = sealer.open(known.card, IdCard) if known.card else IdCard()
    reason = reason_view(known.reason) if known.reason else None
    card = CardView(state=known.state, reading=known.reading, reason=reason, **read.model_dump())
    return AccountRegionView(state=region.state, card=card)
