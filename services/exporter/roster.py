"""Who is on the school's list, and where does each stand? The list lies in the store, sealed line by line."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.exporter import rules
from services.exporter.rules import Case, Standing
from shared.events import Entry
from shared.photos import Objects
from shared.sealed import Sealed


class RosterLine(BaseModel):
    """One line of the object that `roster.published` names."""

    model_config = ConfigDict(frozen=True)

    entry_id: UUID
    entry: Sealed[Entry]
    excluded: bool = False  # has a photo already (已有照片)


@dataclass(frozen=True)
class Person:
    """Somebody on the roster, or somebody who confirmed a line that has since gone from it."""

    entry: Sealed[Entry]
    case: Case | None
    standing: Standing

    @property
    def why_missing(self) -> str:
        return rules.why_missing(self.standing, self.case)


async def read_roster(rosters: Objects, object_key: str) -> list[RosterLine]:
    """Raises NoSuchObject, pydantic.ValidationError."""
    lines = (await rosters.get(object_key)).splitlines()
    return [RosterLine.model_validate_json(line) for line in lines if line.strip()]


def everybody(lines: Sequence[RosterLine], cases: Iterable[Case]) -> list[Person]:
    """The roster in its own order, then the others by application. What a student confirmed goes before what the
    roster says today."""
    chosen = rules.one_each(cases)
    people = [_person(line, chosen.pop(line.entry_id, None)) for line in lines]
    others = sorted(chosen.values(), key=lambda case: str(case.application_id))
    for case in others:
        assert case.identity
        people.append(Person(case.identity.entry, case, rules.standing(case)))
    return people


def _person(line: RosterLine, case: Case | None) -> Person:
    entry = case.identity.entry if case and case.identity else line.entry
    return Person(entry, case, rules.standing_on_roster(line.excluded, case))
