"""Hear, remember, tell, do (README, "The four tables"): nothing lost, nothing doubled, whatever is killed."""

from shared.outbox.cause import AlreadyHandled, Cause, Errand
from shared.outbox.errands import Errands, TryLater
from shared.outbox.parked import NotYet, Parking
from shared.outbox.pruning import keep_pruning
from shared.outbox.relay import Relay
from shared.outbox.tables import metadata
from shared.outbox.transaction import Outbox, Transaction

__all__ = [
    "AlreadyHandled",
    "Cause",
    "Errand",
    "Errands",
    "NotYet",
    "Outbox",
    "Parking",
    "Relay",
    "Transaction",
    "TryLater",
    "keep_pruning",
    "metadata",
]
