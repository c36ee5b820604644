"""Which photos wait for a person, one photo with everything known about it, and the decision."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Literal
from uuid import UUID

from services.validator.desk.schools import campaigns_by_id
from services.validator.rules import Case, IllegalStepError, State, Verdict, may_accept, verdict_fact, with_decision
from services.validator.store import cases
from services.validator.store.tables import LOOKED
from shared.campaign import Campaign
from shared.campaigns import campaign_version, newest_campaign
from shared.failures import is_the_worlds
from shared.metrics import PHOTOS_WAITING, VERDICTS
from shared.outbox import Outbox, Transaction
from shared.photos import NoSuchObject, Objects
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
    """One photo with the judge's report; `report` is empty where the judge failed, `original_is_there` False where the
    store has lost the upload, `two_people` where this campaign has a first and a final review."""

    case: Case
    campaign: Campaign
    report: dict[str, Any]
    original_is_there: bool
    two_people: bool


class Desk:
    """Each member sees the schools that the staff file gives them; every look and decision leaves an audit row."""

    def __init__(self, outbox: Outbox, photos: Objects) -> None:
        self._outbox = outbox
        self._photos = photos

    async def waiting(self, member: Member) -> tuple[list[Waiting], int]:
        """The longest waiting first, and how many there are in all."""
        async with self._outbox.transaction() as tx:
            mine = await campaigns_by_id(tx, member)
            found = await cases.waiting(tx, mine.keys(), LISTED)
            total = await cases.how_many_waiting(tx, mine.keys())
        return [Waiting(case, mine[case.campaign_id]) for case in found], total

    async def next_photo(self, member: Member, left: UUID | None = None) -> UUID | None:
        """`left`: the one the member looked at and goes on from."""
        async with self._outbox.transaction() as tx:
            mine = await campaigns_by_id(tx, member)
            return await cases.next_waiting(tx, mine.keys(), member.name, left)

    async def look(self, member: Member, photo_id: UUID) -> Looked:
        """Raises Problem 404."""
        async with self._outbox.transaction() as tx:
            case, campaign = await _photo_for(tx, member, photo_id)
            pinned = await campaign_version(tx, case.campaign_id, case.campaign_version)
            await cases.note(tx, case, member.name, LOOKED)
        is_there = await self._photos.has(case.handed_in.original_key)
        return Looked(case, campaign, await self._report(case), is_there, pinned.review.people == 2)

    async def _report(self, case: Case) -> dict[str, Any]:
        if case.pictures.report_key is None:
            return {}
        try:
            report: dict[str, Any] = json.loads(await self._photos.get(case.pictures.report_key))
        except NoSuchObject:
            return {}
        return report

    async def decide(
        self,
        member: Member,
        photo_id: UUID,
        decision: Literal["accepted", "refused"],
        codes: tuple[Reason, ...],
        seen: State | None = None,
    ) -> Case:
        """Told exactly once: of two reviewers the first wins. `seen`: as which the reviewer saw the photo, so that a
        form from before the first review is not taken for the final one.

        Raises Problem 404, 409 (decided, or the same reviewer twice), 422 (codes).
        """
        async with self._outbox.transaction() as tx:
            before, campaign = await _photo_for(tx, member, photo_id)
            pinned = await campaign_version(tx, before.campaign_id, before.campaign_version)
            if seen is not None and seen is not before.state:
                raise _decided(before)
            try:
                case = with_decision(before, Verdict(decision, codes), member.name, pinned.review, tx.now)
            except IllegalStepError as error:
                raise _decided(before, error.reason) from None
            _refuse_nonsense(before, decision, codes)
            await cases.save(tx, case)
            first = " in the first review" if case.state is State.FINAL_REVIEW else ""
            await cases.note(tx, case, member.name, decision + first, codes)
            if fact := verdict_fact(case, campaign):
                tx.tell(fact)
        if fact:
            VERDICTS.labels(case.campaign_id, case.state, "person").inc()
        return case

    async def keep_counting(self) -> None:
        """For ever: how many photos wait for a person, by campaign, for whoever watches the metrics."""
        while True:
            try:
                async with self._outbox.transaction() as tx:
                    counts = await cases.waiting_by_campaign(tx)
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
    return [reason for reason in Reason if reason.stage in {"judge", "person"}]


def _decided(case: Case, reason: Reason = Reason.REVIEW_DECIDED) -> Problem:
    by = case.decided_by if case.first_by is None else f"{case.first_by}, {case.decided_by}"
    return Problem(HTTPStatus.CONFLICT, reason, f"{by} decided: {case.state}")


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


async def _photo_for(tx: Transaction, member: Member, photo_id: UUID) -> tuple[Case, Campaign]:
    """404 for another school's photo as for one that does not exist, or that a newer attempt has replaced."""
    case = await cases.photo_locked(tx, photo_id)
    campaign = await newest_campaign(tx, case.campaign_id) if case else None
    if case is None or campaign is None or not member.may_see(campaign.school.code):
        raise Problem(HTTPStatus.NOT_FOUND, Reason.NOT_YOURS, f"{member.name} has no photo {photo_id}")
    return case, campaign
