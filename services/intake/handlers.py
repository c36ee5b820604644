"""What does it hear? Facts that move an application's regions; the student's long poll is woken by the commit."""

from typing import Any

from services.intake import cases
from services.intake.rules import PaymentFact, with_fact
from services.intake.store import applications as store
from shared.events import (
    ApplicationBounced,
    ApplicationDelivered,
    ApplicationEvent,
    ErasureCompleted,
    MessageEvent,
    PhotoReferred,
    PhotoUnprepared,
    PhotoVerdict,
)
from shared.outbox import Outbox

_MONEY = {"amount_fen", "order_no", "reason", "final", "reminder", "still_settled"}


class Handlers:
    """Each locks the application, asks a rule, remembers."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    async def show(self, event: ApplicationEvent) -> None:
        async with self._outbox.transaction(cause=event) as tx:
            before = await cases.locked(tx, event.application_id)
            await cases.change(tx, before, with_fact(before, event), event.topic, _about(event))

    async def show_message(self, event: MessageEvent) -> None:
        """In the timeline only: a message moves nothing."""
        async with self._outbox.transaction(cause=event) as tx:
            application = await cases.locked(tx, event.application_id)
            await store.happened(tx, application.id, event.topic, {"fact": event.fact, "channel": event.channel})


def _about(event: ApplicationEvent) -> dict[str, Any]:
    """For the student's timeline; why an identity was refused, and what the judge doubted, is for staff."""
    match event:
        case PhotoReferred():
            shown = {"attempt", "decided_by"}
        case PhotoVerdict() | PhotoUnprepared() | ApplicationBounced():
            shown = {"attempt", "decided_by", "codes"}
        case ApplicationDelivered():
            shown = {"bundle_id"}
        case ErasureCompleted():
            shown = {"service", "kept"}
        case _:
            shown = _MONEY if isinstance(event, PaymentFact) else set()
    return event.model_dump(mode="json", include=shown)
