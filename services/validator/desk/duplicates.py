"""Alarms: the same picture, or the same face, under two applications of a campaign.

An answer changes neither photo: whether somebody stands in for another is for the school to find out, not for a
picture. It is kept in the audit of both.
"""

from http import HTTPStatus
from uuid import UUID

from services.validator.desk.schools import campaigns_by_id
from services.validator.store import alarms
from services.validator.store.alarms import Alarm, Decision
from services.validator.store.tables import LOOKED
from shared.campaign import Campaign
from shared.outbox import Outbox, Transaction
from shared.problems import Problem
from shared.reasons import Reason
from shared.staff import Member

LISTED = 200


class Duplicates:
    """The list, one alarm with both pictures, and the answer."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    async def open_alarms(self, member: Member) -> tuple[list[tuple[Alarm, Campaign]], int]:
        """The oldest first, each with its campaign, and how many there are in all."""
        async with self._outbox.transaction() as tx:
            mine = await campaigns_by_id(tx, member)
            found = await alarms.open_alarms(tx, mine.keys(), LISTED)
            return [(each, mine[each.campaign_id]) for each in found], await alarms.how_many_open(tx, mine.keys())

    async def look(self, member: Member, alarm_id: UUID) -> tuple[Alarm, Campaign]:
        """Raises Problem 404."""
        async with self._outbox.transaction() as tx:
            alarm, campaign = await _alarm_for(tx, member, alarm_id)
            await alarms.note(tx, alarm, member.name, LOOKED)
        return alarm, campaign

    async def decide(self, member: Member, alarm_id: UUID, decision: Decision) -> None:
        """Raises Problem 404, 409 (answered already)."""
        async with self._outbox.transaction() as tx:
            alarm, _ = await _alarm_for(tx, member, alarm_id)
            if alarm.decision is not None:
                by = f"{alarm.decided_by} answered: {alarm.decision}"
                raise Problem(HTTPStatus.CONFLICT, Reason.REVIEW_DECIDED, by)
            await alarms.decide(tx, alarm, decision, member.name)


async def _alarm_for(tx: Transaction, member: Member, alarm_id: UUID) -> tuple[Alarm, Campaign]:
    alarm = await alarms.alarm_locked(tx, alarm_id)
    campaign = (await campaigns_by_id(tx, member)).get(alarm.campaign_id) if alarm else None
    if alarm is None or campaign is None:
        raise Problem(HTTPStatus.NOT_FOUND, Reason.NOT_YOURS, f"{member.name} has no alarm {alarm_id}")
    return alarm, campaign
