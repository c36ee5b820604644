"""What became of the photos after the delivery: the school or CHSI took them, proofread them, or sent some back."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from services.exporter import rules, store
from services.exporter.rules import Case
from shared.campaign import Campaign
from shared.events import ApplicationBounced, Entry
from shared.outbox import Outbox, Transaction
from shared.reasons import Reason
from shared.sealed import Sealer

Outcome = Literal["accepted", "verified", "bounced"]
# Why a delivered photo comes back: CHSI's two checks, and the school's right to refuse what it was given.
BOUNCES = (Reason.CHSI_QUALITY, Reason.CMP_FAIL, Reason.NOT_SELF, Reason.EDIT_BEAUTY, Reason.MANUAL_OTHER)
RESUBMIT_DAYS = 7


@dataclass(frozen=True)
class Report:
    """changed: how many; unknown: student numbers that were never delivered; unfit: delivered, but the state machine
    does not lead there from where they are."""

    changed: int
    unknown: tuple[str, ...]
    unfit: tuple[str, ...]


class Outcomes:
    """Written down by the school's staff, one student number a line; for whole bundles, nobody is named."""

    def __init__(self, outbox: Outbox, sealer: Sealer) -> None:
        self._outbox = outbox
        self._sealer = sealer

    async def record(
        self, campaign: Campaign, outcome: Outcome, student_nos: Iterable[str], code: Reason | None, member: str
    ) -> Report:
        async with self._outbox.transaction() as tx:
            delivered = self._by_student(await store.cases_of(tx, campaign.id, lock=True))
            named = list(dict.fromkeys(student_nos)) or list(delivered)
            known = {each: delivered[each] for each in named if each in delivered}
            changed = {each: rules.with_handover(case, outcome) for each, case in known.items()}
            moved = [case for case in changed.values() if case]
            await store.mark_handed(tx, moved)
            if code:
                await self._bounce(tx, campaign, moved, code)
            await store.note_look(tx, member, f"outcome {outcome} of {len(moved)}", campaign.id)
        unknown = tuple(each for each in named if each not in delivered)
        return Report(len(moved), unknown, tuple(each for each, case in changed.items() if case is None))

    def _by_student(self, cases: Iterable[Case]) -> dict[str, Case]:
        found = {}
        for case in cases:
            if case.delivered and case.identity:
                entry = self._sealer.open(case.identity.entry, Entry)
                found[entry.student_no or str(case.application_id)] = case
        return found

    async def _bounce(self, tx: Transaction, campaign: Campaign, cases: Iterable[Case], code: Reason) -> None:
        days = campaign.resubmission.enforced_days or RESUBMIT_DAYS
        for case in cases:
            assert case.identity and case.handed  # noqa: PT018 - both come with the delivery
            (attempt, revision), _ = case.handed
            about = case.identity.model_dump(include={"application_id", "campaign_id", "campaign_version"})
            back = {"attempt": attempt, "revision": revision, "codes": (code,)}
            tx.tell(ApplicationBounced(**about, **back, resubmit_by=tx.now + timedelta(days=days)))
