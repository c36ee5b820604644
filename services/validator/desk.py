"""The reviewers' desk: which photos wait, one photo with everything known about it, and the decision."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Literal
from uuid import UUID

from services.validator import store
from services.validator.rules import (
    Case,
    Verdict,
    awaits_person,
    may_accept,
    verdict_fact,
    with_verdict,
)
from shared.campaign import Campaign
from shared.campaigns import newest_campaign
from shared.failures import is_the_worlds
from shared.metrics import PHOTOS_WAITING, VERDICTS
from shared.outbox import Outbox, Transaction
from shared.pages import campaigns_of
from shared.photos import Objects
from shared.problems import Problem
from shared.reasons import Reason
from shared.staff import Member

COUNT_SECONDS = 15
LISTED = 200  # nobody reads a longer list; the next photo comes by itself


@dataclass(frozen=True, slots=True)
class Waiting:
    """A photo that waits for a person, and the campaign it belongs to."""

    case: Case
    campaign: Campaign


@dataclass(frozen=True, slots=True)
class Looked:
    """One photo with the judge's report; `report` is empty where the judge failed."""

    case: Case
    campaign: Campaign
    report: dict[str, Any]


class Desk:
    """Each member sees the schools that the staff file gives them; every look and decision leaves an audit row."""

    def __init__(self, outbox: Outbox, photos: Objects) -> None:
        self._outbox = outbox
        self._photos = photos

    async def waiting(self, member: Member) -> tuple[list[Waiting], int]:
        """The longest waiting first, and how many there are in all."""
        async with self._outbox.transaction() as tx:
            mine = await _campaigns_of(tx, member)
            cases = await store.waiting(tx, mine.keys(), LISTED)
            total = await store.how_many_waiting(tx, mine.keys())
        return [Waiting(case, mine[case.campaign_id]) for case in cases], total

    async def next_photo(self, member: Member) -> UUID | None:
        async with self._outbox.transaction() as tx:
            mine = await _campaigns_of(tx, member)
            return await store.next_waiting(tx, mine.keys(), member.name)

    async def look(self, member: Member, photo_id: UUID) -> Looked:
        """Raises Problem 404."""
        async with self._outbox.transaction() as tx:
            case, campaign = await _photo_for(tx, member, photo_id)
            await store.note(tx, case, member.name, store.LOOKED)
        report = await self._photos.get(case.pictures.report_key) if case.pictures.report_key else b"{}"
        return Looked(case, campaign, json.loads(report))

    async def decide(
        self, member: Member, photo_id: UUID, decision: Literal["accepted", "refused"], codes: tuple[Reason, ...]
    ) -> Case:
        """Told exactly once: of two reviewers the first wins. Raises Problem 404, 409 (decided), 422 (codes)."""
        async with self._outbox.transaction() as tx:
            case, campaign = await _photo_for(tx, member, photo_id)
            if not awaits_person(case):
                by = f"{case.decided_by} decided: {case.state}"
                raise Problem(HTTPStatus.CONFLICT, Reason.REVIEW_DECIDED, by)
            _refuse_nonsense(case, decision, codes)
            case = with_verdict(case, Verdict(decision, codes), member.name, tx.now, case.pictures)
            await store.save(tx, case)
            await store.note(tx, case, member.name, decision, codes)
            tx.tell(verdict_fact(case, campaign))
        VERDICTS.labels(case.campaign_id, case.state, "person").inc()
        return case

    async def keep_counting(self) -> None:
        """For ever: how many photos wait for a person, by campaign, for whoever watches the metrics."""
        while True:
            try:
                async with self._outbox.transaction() as tx:
                    counts = await store.waiting_by_campaign(tx)
                PHOTOS_WAITING.clear()
                for campaign_id, count in counts.items():
                    PHOTOS_WAITING.labels(campaign_id).set(count)
            except Exception as error:
                if not is_the_worlds(error):
                    raise
            await asyncio.sleep(COUNT_SECONDS)

    def picture(self, object_key: str) -> AsyncIterator[bytes]:
        return self._photos.stream(object_key)


def reviewers_reasons() -> list[Reason]:
    """What a person may refuse a photo for."""
    return [
        reason for reason in Reason if reason.stage in {"judge", "person"} and reason is not Reason.DUP_REJECTED_IMAGE
    ]


def _refuse_nonsense(case: Case, decision: str, codes: tuple[Reason, ...]) -> None:
    wrong = ""
    if decision == "accepted" and not may_accept(case):
        wrong = "this picture could not be decoded: it has no standard photo and can only be refused"
    elif decision == "accepted" and codes:
        wrong = f"accepted with codes {codes}: a refusal has codes, an acceptance none"
    elif decision == "refused" and not codes:
        wrong = "refused without a code: the student must be told what to mend"
    elif strange := [code for code in codes if code not in reviewers_reasons()]:
        wrong = f"{strange} are not a reviewer's to give"
    if wrong:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, Reason.BAD_REQUEST, wrong)


async def _campaigns_of(tx: Transaction, member: Member) -> dict[str, Campaign]:
    return {each.id: each for each in await campaigns_of(tx, member)}


async def _photo_for(tx: Transaction, member: Member, photo_id: UUID) -> tuple[Case, Campaign]:
    """404 for another school's photo as for one that does not exist, or that a newer attempt has replaced."""
    case = await store.photo_locked(tx, photo_id)
    campaign = await newest_campaign(tx, case.campaign_id) if case else None
    if case is None or campaign is None or not member.may_see(campaign.school.code):
        raise Problem(HTTPStatus.NOT_FOUND, Reason.NOT_YOURS, f"{member.name} has no photo {photo_id}")
    return case, campaign
