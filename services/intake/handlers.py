"""What does it hear? Facts that move an application's regions; the student's long poll is woken by the commit."""

from typing import Any

from services.intake import store
from services.intake.rules import Application, PaymentFact, with_match, with_payment, with_verdict
from shared.events import (
    ApplicationDelivered,
    ApplicationEvent,
    ApplicationLapsed,
    IdentityMatched,
    IdentityRefused,
    MessageEvent,
    PaymentClosed,
    PhotoVerdict,
)
from shared.outbox import NotYet, Outbox, Transaction


class Handlers:
    """Each locks the application, asks a rule, remembers."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    async def show_match(self, event: IdentityMatched | IdentityRefused) -> None:
        async with self._outbox.transaction(cause=event) as tx:
            before = await _locked(tx, event)
            after = before.model_copy(update={"identity": with_match(before.identity, event)})
            await store.save(tx, before, after, event.topic)

    async def show_verdict(self, event: PhotoVerdict) -> None:
        async with self._outbox.transaction(cause=event) as tx:
            before = await _locked(tx, event)
            after = before.model_copy(update={"photo": with_verdict(before.photo, event)})
            codes = [code.value for code in getattr(event, "codes", ())]
            about = {"attempt": event.attempt, "decided_by": event.decided_by, "codes": codes}
            await store.save(tx, before, after, event.topic, about)

    async def show_payment(self, event: PaymentFact) -> None:
        async with self._outbox.transaction(cause=event) as tx:
            before = await _locked(tx, event)
            after = before.model_copy(update={"money": with_payment(before.money, event)})
            await store.save(tx, before, after, event.topic, _of_money(event))
            if isinstance(event, PaymentClosed) and event.final and not before.money.lapsed:
                tx.tell(ApplicationLapsed(**_same_application(event), reason=event.reason))

    async def show_message(self, event: MessageEvent) -> None:
        """In the timeline only: a message moves nothing."""
        async with self._outbox.transaction(cause=event) as tx:
            application = await _locked(tx, event)
            await store.happened(tx, application.id, event.topic, {"fact": event.fact, "channel": event.channel})

    async def show_delivery(self, event: ApplicationDelivered) -> None:
        async with self._outbox.transaction(cause=event) as tx:
            before = await _locked(tx, event)
            after = before.model_copy(update={"delivered": True})
            await store.save(tx, before, after, event.topic, {"bundle_id": str(event.bundle_id)})


async def _locked(tx: Transaction, event: ApplicationEvent) -> Application:
    """Every fact speaks of an application that intake made; one that is not there yet was told by another database."""
    application = await store.locked(tx, event.application_id)
    if application is None:
        raise NotYet(f"application {event.application_id}")
    return application


def _same_application(event: ApplicationEvent) -> dict[str, Any]:
    return event.model_dump(include={"application_id", "campaign_id", "campaign_version"})


def _of_money(event: PaymentFact) -> dict[str, Any]:
    shown = {"amount_fen", "order_no", "reason", "final", "reminder", "still_settled"}
    return event.model_dump(mode="json", include=shown)
