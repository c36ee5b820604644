"""How far is a campaign, and who is missing?"""

from collections import Counter
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from services.exporter import store
from services.exporter.api.desk import Desk
from services.exporter.roster import Person
from services.exporter.rules import Standing
from shared.events import Entry
from shared.pages import campaign_for
from shared.sealed import Sealer
from shared.staff import Member


class MissingPerson(BaseModel):
    """Somebody whom the school may want to call; no document number."""

    student_no: str
    name: str
    college: str
    major: str
    standing: Standing
    why: str


class Progress(BaseModel):
    """counts: a number for every standing, zeros too."""

    campaign: str
    counts: dict[Standing, int]
    missing: list[MissingPerson]


def router(desk: Desk) -> APIRouter:
    router = APIRouter()
    SchoolMember = Annotated[Member, Depends(desk.member())]

    @router.get("/campaigns/{campaign_id}/progress")
    async def progress(campaign_id: str, member: SchoolMember) -> Progress:
        async with desk.outbox.transaction() as tx:
            campaign = await campaign_for(tx, campaign_id, member)
            await store.note_look(tx, member.name, "people listed", campaign_id)
        people = await desk.handlers.people_of(campaign_id)
        missing = [opened(each, desk.sealer) for each in people if each.standing != Standing.COMPLETE]
        return Progress(campaign=campaign.ref, counts=counts_of(people), missing=missing)

    return router


def counts_of(people: list[Person]) -> dict[Standing, int]:
    found = Counter(each.standing for each in people)
    return {each: found[each] for each in Standing}


def opened(person: Person, sealer: Sealer) -> MissingPerson:
    entry = sealer.open(person.entry, Entry)
    return MissingPerson(
        student_no=entry.student_no,
        name=entry.name,
        college=entry.college,
        major=entry.major,
        standing=person.standing,
        why=person.why_missing,
    )
