"""What does it hear? What makes a fee due, a student who wants to pay, and the end of an application."""

from services.payment import ledger, rules, store
from shared.campaigns import pinned_campaign
from shared.events import (
    ApplicationLapsed,
    ApplicationWithdrawn,
    ErasureRequested,
    IdentityConfirmed,
    PaymentRefused,
    PaymentRequested,
    PhotoAccepted,
    PhotoRevoked,
    PhotoSubmitted,
)
from shared.outbox import NotYet, Outbox
from shared.reasons import Reason

Chargeable = IdentityConfirmed | PhotoSubmitted | PhotoAccepted
Ending = ApplicationWithdrawn | ApplicationLapsed | PhotoRevoked | ErasureRequested
EVENTS: dict[type[Chargeable], str] = {
    IdentityConfirmed: "identity confirmed",
    PhotoSubmitted: "photo submitted",
    PhotoAccepted: "photo accepted",
}
ENDS: dict[type[Ending], rules.End] = {
    ApplicationWithdrawn: "withdrawn",
    ApplicationLapsed: "lapsed",
    PhotoRevoked: "revoked",
    ErasureRequested: "erased",
}


class Handlers:
    def __init__(self, outbox: Outbox) -> None:
        self.outbox = outbox

    async def charge(self, event: Chargeable) -> None:
        async with self.outbox.transaction(cause=event) as tx:
            campaign = await pinned_campaign(tx, event)
            case = await store.locked(tx, event)
            attempt = event.charged_attempt if isinstance(event, PhotoSubmitted) else 1
            await ledger.fall_due(tx, case, campaign.payment, EVENTS[type(event)], attempt)

    async def end(self, event: Ending) -> None:
        async with self.outbox.transaction(cause=event) as tx:
            campaign = await pinned_campaign(tx, event)
            case = await store.locked(tx, event)
            delivered = isinstance(event, ErasureRequested) and event.delivered
            await ledger.end(tx, case, campaign.payment, ENDS[type(event)], delivered=delivered)
            if isinstance(event, ErasureRequested):
                tx.do("erase_payer", event.application_id)

    async def answer_request(self, event: PaymentRequested) -> None:
        async with self.outbox.transaction(cause=event) as tx:
            campaign = await pinned_campaign(tx, event)
            case = await store.locked(tx, event)
            if case.money is rules.Money.NOT_DUE:  # what made it due, and the student knows of, is still on its way
                raise NotYet(f"payment due of {event.application_id}")
            offline = campaign.payment.moment == "offline"
            reason = Reason.PAY_OFFLINE if offline else rules.why_not_payable(case, tx.now)
            if reason:
                tx.tell(PaymentRefused(**ledger.about(case), request_id=event.request_id, reason=reason))
                return
            payer = event.payer.model_dump()
            tx.do("prepare_payment", event.request_id, application_id=str(event.application_id), payer=payer)
