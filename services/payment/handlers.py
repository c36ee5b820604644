"""What does it hear? An accepted photo, and a student who wants to pay."""

from services.payment import ledger, rules, store
from shared.campaigns import pinned_campaign
from shared.events import PaymentRefused, PaymentRequested, PhotoAccepted
from shared.outbox import NotYet, Outbox


class Handlers:
    def __init__(self, outbox: Outbox) -> None:
        self.outbox = outbox

    async def charge_for_photo(self, event: PhotoAccepted) -> None:
        async with self.outbox.transaction(cause=event) as tx:
            campaign = await pinned_campaign(tx, event)
            case = await store.locked(tx, event)
            await ledger.fall_due(tx, case, campaign.payment)

    async def answer_request(self, event: PaymentRequested) -> None:
        async with self.outbox.transaction(cause=event) as tx:
            case = await store.locked(tx, event)
            if case.money is rules.Money.NOT_DUE:  # the photo.accepted that the student knows of is still on its way
                raise NotYet(f"payment due of {event.application_id}")
            reason = rules.why_not_payable(case, tx.now)
            if reason:
                tx.tell(PaymentRefused(**ledger.about(case), request_id=event.request_id, reason=reason))
                return
            payer = event.payer.model_dump()
            tx.do("prepare_payment", event.request_id, application_id=str(event.application_id), payer=payer)
