"""What does it hear? Contacts to remember, and facts to announce."""

from services.notifier import rules, store
from services.notifier.sending import SEND
from services.notifier.wording import content_of
from shared.campaigns import newest_campaign, pinned_campaign
from shared.events import (
    ApplicationDelivered,
    ApplicationEvent,
    ContactChanged,
    PaymentClosed,
    PaymentDue,
    PaymentRefunded,
    PaymentSucceeded,
    PhotoAccepted,
    PhotoRefused,
)
from shared.outbox import Outbox
from shared.sealed import Sealer


class Handlers:
    """One method per fact: the broker reads from its signature what to expect."""

    def __init__(self, outbox: Outbox, sealer: Sealer) -> None:
        self._outbox = outbox
        self._sealer = sealer

    async def remember_contact(self, event: ContactChanged) -> None:
        """Messages that had nobody to go to are sent now."""
        async with self._outbox.transaction(cause=event) as tx:
            await store.locked_case(tx, event.application_id)
            await store.keep_contact(tx, event)
            for message_id in await store.waiting(tx, event.application_id):
                tx.do(SEND, message_id)

    async def announce_acceptance(self, event: PhotoAccepted) -> None:
        await self._announce(event)

    async def announce_refusal(self, event: PhotoRefused) -> None:
        await self._announce(event)

    async def announce_debt(self, event: PaymentDue) -> None:
        await self._announce(event)

    async def announce_closing(self, event: PaymentClosed) -> None:
        await self._announce(event)

    async def announce_payment(self, event: PaymentSucceeded) -> None:
        await self._announce(event)

    async def announce_refund(self, event: PaymentRefunded) -> None:
        await self._announce(event)

    async def announce_delivery(self, event: ApplicationDelivered) -> None:
        await self._announce(event)

    async def _announce(self, event: ApplicationEvent) -> None:
        async with self._outbox.transaction(cause=event) as tx:
            pinned = await pinned_campaign(tx, event)
            # Templates, deadlines and contacts follow the newest version.
            campaign = await newest_campaign(tx, event.campaign_id) or pinned
            case, reachable = await store.locked_case(tx, event.application_id)
            case = rules.with_fact(case, event)
            await store.keep_case(tx, event.application_id, case)
            saying = rules.saying_of(event)
            if saying is None or rules.is_old_news(saying.fact, saying.photo, case):
                return
            content = content_of(saying, campaign)
            if content is None:
                return
            expires_at = rules.expiry_of(saying, tx.now)
            message_id = await store.add_message(tx, event, saying, self._sealer.seal(content), expires_at)
            if message_id:
                tx.do(SEND, message_id, at=None if reachable else expires_at)
