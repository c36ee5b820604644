"""Who plays which fate, and who each claims to be."""

from collections.abc import Iterator, Sequence
from typing import Any

from deploy.local.demo.fates import Fate
from deploy.local.demo.people import LEVELS, Person, stranger

Role = tuple[int, Fate, dict[str, Any], Person, Person]  # number, fate, campaign, who it is, who it claims to be


def roles_of(
    campaign: dict[str, Any], fates: Sequence[Fate], people: list[Person], first_number: int
) -> Iterator[Role]:
    """One student per role; those with a photo come from the end of the roster, the others from its start."""
    school = campaign["id"].split("-")[0]
    played = [fate for fate in fates if school in fate.campaigns for _ in range(fate.per_campaign)]
    free, with_photo = iter(people), iter(reversed(people))
    for number, fate in enumerate(played, start=first_number):
        person = next(with_photo if fate.claim == "has_photo" else free)
        yield number, fate, campaign, person, _claims(fate, person, campaign["school_code"], number)


def _claims(fate: Fate, person: Person, school_code: str, number: int) -> Person:
    match fate.claim:
        case "stranger":
            return stranger(school_code, number)
        case "wrong_name":
            other = person.entry.model_copy(update={"name": "欧阳不同"})
            return Person(other, person.has_photo, person.phone)
        case "close_name":
            other = person.entry.model_copy(update={"name": person.entry.name + "儿"})
            return Person(other, person.has_photo, person.phone)
        case "wrong_level":
            level = next(each for each in LEVELS if each != person.entry.level)
            return Person(person.entry.model_copy(update={"level": level}), person.has_photo, person.phone)
        case _:
            return person
