"""What does it hear? Contacts to remember, facts to announce, codes to send, and who is to be forgotten."""

from services.notifier import rules, store
from services.notifier.rules import Saying
from services.notifier.sending import SEND
from services.notifier.wording import Content, code_content_of, content_of
from shared.campaigns import newest_campaign, pinned_campaign
from shared.events import (
    ApplicationBounced,
    ApplicationDelivered,
    ApplicationEvent,
    ApplicationLapsed,
    ApplicationWithdrawn,
    CodeMessage,
    ContactChanged,
    ErasureCompleted,
    ErasureRequested,
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
from shared.outbox import Outbox, Transaction
from shared.sealed import Sealer

ANNOUNCED: tuple[type[ApplicationEvent], ...] = (
    IdentityReferred,
    IdentityMatched,
    PhotoAccepted,
    PhotoRefused,
    PhotoRevoked,
    ResubmissionDue,
    PaymentDue,
    PaymentClosed,
    PaymentSucceeded,
    PaymentRefunded,
    ApplicationWithdrawn,
    ApplicationLapsed,
    ApplicationDelivered,
    ApplicationBounced,
)


class Handlers:
    def __init__(self, outbox: Outbox, sealer: Sealer) -> None:
        self._outbox = outbox
        self._sealer = sealer

    async def remember_contact(self, event: ContactChanged) -> None:
        """Messages that had nobody to go to are sent now."""
        async with self._outbox.transaction(cause=event) as tx:
            case, _ = await store.locked_case(tx, event.application_id)
            if case.over:
                return
            await store.keep_contact(tx, event)
            for message_id in await store.waiting(tx, event.application_id):
                tx.do(SEND, message_id)

    async def announce(self, event: ApplicationEvent) -> None:
        """One of ANNOUNCED. Templates, deadlines and contacts follow the newest version of the campaign."""
        async with self._outbox.transaction(cause=event) as tx:
            pinned = await pinned_campaign(tx, event)
            campaign = await newest_campaign(tx, event.campaign_id) or pinned
            case, reachable = await store.locked_case(tx, event.application_id)
            case = rules.with_fact(case, event)
            await store.keep_case(tx, event.application_id, case)
            saying = rules.saying_of(event)
            if saying is None or rules.is_old_news(saying.fact, saying.about, saying.photo, case):
                return
            content = content_of(saying, campaign)
            if content:
                await self._say(tx, event, saying, content, waits=not reachable)

    async def send_code(self, event: MessageRequested) -> None:
        """To the phone that is being proved, whoever the applicant's own is."""
        async with self._outbox.transaction(cause=event) as tx:
            pinned = await pinned_campaign(tx, event)
            case, _ = await store.locked_case(tx, event.application_id)
            content = code_content_of(self._sealer.open(event.message, CodeMessage), pinned)
            if content and not case.over:
                saying = Saying("message.requested", str(event.id), deadline=event.expires_at)
                await self._say(tx, event, saying, content, waits=False)

    async def forget(self, event: ErasureRequested) -> None:
        async with self._outbox.transaction(cause=event) as tx:
            case, _ = await store.locked_case(tx, event.application_id)
            await store.keep_case(tx, event.application_id, rules.with_fact(case, event))
            await store.erase(tx, event.application_id, self._sealer.seal(Content(channels=())))
            about = event.model_dump(include={"application_id", "campaign_id", "campaign_version"})
            tx.tell(ErasureCompleted(**about, service="notifier"))

    async def _say(
        self, tx: Transaction, event: ApplicationEvent, saying: Saying, content: Content, *, waits: bool
    ) -> None:
        expires_at = rules.expiry_of(saying, tx.now)
        message_id = await store.add_message(tx, event, saying, self._sealer.seal(content), expires_at)
        if message_id:
            tx.do(SEND, message_id, at=expires_at if waits else None)
