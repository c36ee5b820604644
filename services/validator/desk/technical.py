"""The technical check: every accepted photo once more after the window, and a person's word on what looks retouched.

The judges do the looking, as errands; nothing is revoked by a machine.
"""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal
from uuid import UUID

from services.validator.desk.schools import campaigns_by_id
from services.validator.rules import Case, IllegalStepError, verdict_fact, why_no_technical_check, with_revoked
from services.validator.store import cases, technical
from services.validator.store.tables import LOOKED
from services.validator.store.technical import TechnicalCheck
from shared.campaign import Campaign
from shared.campaigns import newest_campaign
from shared.metrics import VERDICTS
from shared.outbox import Outbox, Transaction
from shared.problems import Problem
from shared.reasons import Reason
from shared.staff import Member

LISTED = 200


@dataclass(frozen=True, slots=True)
class CampaignCheck:
    """How far the check of one campaign is: state → photos. `why_not`: why it cannot be started now."""

    campaign: Campaign
    counts: dict[str, int]
    why_not: Reason | None

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def checked(self) -> int:
        return self.total - self.counts.get("waiting", 0)


@dataclass(frozen=True, slots=True)
class Suspect:
    """One photo that looks retouched, or that could not be judged again (no findings)."""

    check: TechnicalCheck
    case: Case
    campaign: Campaign


class Technical:
    """Start it, see how far it is, decide what it found."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    async def campaigns(self, member: Member) -> list[CampaignCheck]:
        """Those that ask for the check."""
        async with self._outbox.transaction() as tx:
            mine = await campaigns_by_id(tx, member)
            counts = await technical.progress(tx, mine.keys())
            return [
                CampaignCheck(each, counts.get(each.id, {}), why_no_technical_check(each, tx.now))
                for each in mine.values()
                if each.review.technical_check
            ]

    async def start(self, member: Member, campaign_id: str) -> int:
        """How many photos wait for it. Raises Problem 404, 409 (too early)."""
        async with self._outbox.transaction() as tx:
            if campaign_id not in await campaigns_by_id(tx, member):
                raise Problem(HTTPStatus.NOT_FOUND, Reason.NO_CAMPAIGN, f"{member.name} has no {campaign_id!r}")
            return await start_check(tx, campaign_id)

    async def suspects(self, member: Member) -> list[TechnicalCheck]:
        async with self._outbox.transaction() as tx:
            return await technical.suspects(tx, (await campaigns_by_id(tx, member)).keys(), LISTED)

    async def look(self, member: Member, photo_id: UUID) -> Suspect:
        """Raises Problem 404."""
        async with self._outbox.transaction() as tx:
            suspect = await _suspect_for(tx, member, photo_id)
            await cases.note(tx, suspect.case, member.name, LOOKED)
        return suspect

    async def decide(self, member: Member, photo_id: UUID, decision: Literal["kept", "revoked"]) -> Case:
        """Revoked once, or kept. Raises Problem 404, 409 (decided, or not accepted any more)."""
        async with self._outbox.transaction() as tx:
            suspect = await _suspect_for(tx, member, photo_id)
            check, case = suspect.check, suspect.case
            if check.state != "suspect":
                raise Problem(HTTPStatus.CONFLICT, Reason.REVIEW_DECIDED, f"{check.decided_by} decided: {check.state}")
            if decision == "revoked":
                case = _revoked(case, member, tx)
                await cases.save(tx, case)
                fact = verdict_fact(case, suspect.campaign)
                assert fact is not None
                tx.tell(fact)
            await technical.decide(tx, photo_id, decision, member.name)
            await cases.note(tx, case, member.name, f"technical check: {decision}")
        if decision == "revoked":
            VERDICTS.labels(case.campaign_id, case.state, "person").inc()
        return case


async def start_check(tx: Transaction, campaign_id: str) -> int:
    """Every accepted photo that was not checked yet becomes an errand of the judges; how many. Raises Problem 404, 409.

    Started again it takes only what has been accepted since.
    """
    campaign = await newest_campaign(tx, campaign_id)
    if campaign is None:
        raise Problem(HTTPStatus.NOT_FOUND, Reason.NO_CAMPAIGN, f"there is no campaign {campaign_id!r}")
    if reason := why_no_technical_check(campaign, tx.now):
        closes = f"technical_check {campaign.review.technical_check}, window closes at {campaign.window.closes_at}"
        raise Problem(HTTPStatus.CONFLICT, reason, f"{campaign.ref} cannot be checked now: {closes}")
    photos = await technical.begin(tx, campaign_id)
    for photo_id in photos:
        tx.do("check_again", photo_id)
    return len(photos)


def _revoked(case: Case, member: Member, tx: Transaction) -> Case:
    try:
        return with_revoked(case, member.name, tx.now)
    except IllegalStepError as error:
        raise Problem(HTTPStatus.CONFLICT, error.reason, str(error)) from None


async def _suspect_for(tx: Transaction, member: Member, photo_id: UUID) -> Suspect:
    """404 also when a newer attempt has taken its place."""
    case = await cases.photo_locked(tx, photo_id)
    check = await technical.check_locked(tx, photo_id) if case else None
    campaign = (await campaigns_by_id(tx, member)).get(case.campaign_id) if case else None
    if case is None or check is None or campaign is None:
        raise Problem(HTTPStatus.NOT_FOUND, Reason.NOT_YOURS, f"{member.name} has no checked photo {photo_id}")
    return Suspect(check, case, campaign)
