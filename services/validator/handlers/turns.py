"""Whose turn is it? Each fact locks the application's row, records its half and asks one rule of the whole row."""

from services.validator.rules import (
    JUDGE,
    Case,
    Verdict,
    its_turn_has_come,
    queued,
    queued_fact,
    verdict_fact,
    with_appealed,
    with_bounced,
    with_paid,
    with_refunded,
    with_submitted,
    with_verdict,
    with_withdrawn,
)
from services.validator.store import cases
from shared.campaign import Campaign
from shared.campaigns import newest_campaign, pinned_campaign
from shared.events import (
    ApplicationBounced,
    PaymentRefunded,
    PaymentSucceeded,
    PhotoAppealed,
    PhotoSubmitted,
    PhotoWithdrawn,
)
from shared.metrics import VERDICTS
from shared.outbox import Outbox, Transaction
from shared.reasons import Reason


class Turns:
    """What moves a photo towards the judge, or away from it."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    async def queue_photo(self, event: PhotoSubmitted) -> None:
        async with self._outbox.transaction(cause=event) as tx:
            pinned = await pinned_campaign(tx, event)
            before = await cases.locked(tx, event)
            case = with_submitted(before, event)
            if case is not before:
                await self._take_turn(tx, case, pinned)

    async def count_payment(self, event: PaymentSucceeded) -> None:
        async with self._outbox.transaction(cause=event) as tx:
            pinned = await pinned_campaign(tx, event)
            case = await cases.locked(tx, event)
            await self._take_turn(tx, with_paid(case, event.order_no), pinned)

    async def count_refund(self, event: PaymentRefunded) -> None:
        """A photo that is under review stays there; its next attempt waits for another payment."""
        async with self._outbox.transaction(cause=event) as tx:
            case = await cases.locked(tx, event)
            await cases.save(tx, with_refunded(case, event.order_no))

    async def take_back(self, event: PhotoWithdrawn) -> None:
        async with self._outbox.transaction(cause=event) as tx:
            case = await cases.locked(tx, event)
            await cases.save(tx, with_withdrawn(case, event))

    async def reopen(self, event: ApplicationBounced) -> None:
        async with self._outbox.transaction(cause=event) as tx:
            case = await cases.locked(tx, event)
            await cases.save(tx, with_bounced(case, event))

    async def take_appeal(self, event: PhotoAppealed) -> None:
        async with self._outbox.transaction(cause=event) as tx:
            pinned = await pinned_campaign(tx, event)
            before = await cases.locked(tx, event)
            case = with_appealed(before, event, pinned.review, tx.now)
            if case is not before:
                await cases.save(tx, case)
                await _tell_verdict(tx, case, pinned)

    async def _take_turn(self, tx: Transaction, case: Case, pinned: Campaign) -> None:
        if its_turn_has_come(case, pinned.payment):
            refused = await cases.refused_before(tx, case)
            if refused is None:
                case = queued(case)
                tx.tell(queued_fact(case))
            else:
                again = Verdict("refused", (Reason.DUP_REJECTED_IMAGE,))
                case = with_verdict(case, again, JUDGE, tx.now, refused)
                await _tell_verdict(tx, case, pinned)
                VERDICTS.labels(case.campaign_id, case.state, JUDGE).inc()
        await cases.save(tx, case)


async def _tell_verdict(tx: Transaction, case: Case, pinned: Campaign) -> None:
    fact = verdict_fact(case, await newest_campaign(tx, case.campaign_id) or pinned)
    assert fact is not None, f"a photo that is {case.state} has no verdict to tell"
    tx.tell(fact)
