"""One applicant's case: regions side by side, each moved by its own facts; where it stands is derived."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from services.intake.rules.money import MoneyRegion
from services.intake.rules.photo import PhotoRegion, Place
from services.intake.rules.registration import AccountRegion
from services.intake.rules.rows import CaseState, IdentityState
from shared.events import Entry, Value
from shared.reasons import Reason
from shared.sealed import Sealed

# Whoever holds something of a person answers `erasure.requested`; intake answers itself.
ERASERS = frozenset({"intake", "matcher", "validator", "payment", "notifier", "exporter"})


class IdentityRegion(Value):
    """`reminded`: the campaign's reminder was answered with 我知道了."""

    state: IdentityState = IdentityState.NONE
    submission: int = 0
    entry_id: UUID | None = None
    entry: Sealed[Entry] | None = None
    reason: Reason | None = None  # of the newest "no"; whether the student is told it: views
    reminded: bool = False
    account: AccountRegion = AccountRegion()


class DeliveryRegion(Value):
    """The furthest photo that was delivered, and the furthest that came back: the two facts may come in any order."""

    delivered: Place = (0, 0)
    delivered_at: datetime | None = None
    bounced: Place = (0, 0)

    @property
    def is_delivered(self) -> bool:
        return self.delivered > self.bounced


class Ending(Value):
    """How the case ended. What it was stays as a tombstone; nothing but money moves it any more."""

    lapsed: Reason | None = None
    withdrawn: bool = False
    erasure: Literal["student", "retention"] | None = None
    erased_by: frozenset[str] = frozenset()
    kept: frozenset[str] = frozenset()  # what the law keeps, in the words of who keeps it
    kept_until: datetime | None = None

    @property
    def state(self) -> CaseState:
        if self.erasure:
            return CaseState.ERASED if self.erased_by >= ERASERS else CaseState.ERASING
        if self.withdrawn:
            return CaseState.WITHDRAWN
        return CaseState.LAPSED if self.lapsed else CaseState.OPEN


class Application(Value):
    """One applicant's case in one campaign."""

    id: UUID
    campaign_id: str
    campaign_version: int
    has_phone: bool = False
    grants: int = 0  # agreements to be told the result of a review
    contact_revision: int = 0
    identity: IdentityRegion = IdentityRegion()
    photo: PhotoRegion = PhotoRegion()
    money: MoneyRegion = MoneyRegion()
    delivery: DeliveryRegion = DeliveryRegion()
    ending: Ending = Ending()
    revision: int = 0

    @property
    def named(self) -> dict[str, Any]:
        """Which application, in which campaign version: what every fact carries."""
        return {
            "application_id": self.id,
            "campaign_id": self.campaign_id,
            "campaign_version": self.campaign_version,
        }

    @property
    def case(self) -> CaseState:
        unpaid = self.money.lapsed and self.ending.state is CaseState.OPEN
        return CaseState.LAPSED if unpaid else self.ending.state

    @property
    def holds_entry(self) -> bool:
        """Its roster entry is nobody else's. Given up before delivery, the entry is free again: whoever claimed a
        classmate's by mistake must not keep the classmate out."""
        given_up = self.ending.withdrawn or self.ending.erasure is not None
        return self.identity.state is IdentityState.CONFIRMED and (self.delivery.is_delivered or not given_up)
