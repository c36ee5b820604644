"""The life of an application, 44 transitions (domain research §7(b)), joined from what each service's rules hold."""

import re
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import pytest

from services.exporter import rules as exporter
from services.intake.rules import rows as intake
from services.matcher import rules as matcher
from services.payment import rules as payment
from services.validator.rules import machine as validator
from shared.machine import Row, after

ROWS: dict[str, tuple[Row, ...]] = {
    "intake": intake.ROWS,
    "matcher": matcher.ROWS,
    "validator": validator.ROWS,
    "payment": payment.ROWS,
    "exporter": exporter.ROWS,
}
FOLLOWED: dict[str, tuple[Row, ...]] = {
    "intake": intake.FOLLOWED,
    "validator": validator.FOLLOWED,
    "exporter": exporter.FOLLOWED,
}
OWNERS = {
    "intake": {1, 2, 3, 9, 10, 12, 14, 15, 17, 18, 26, 29, 42, 43},
    "matcher": {4, 5, 6, 7, 8, 11},
    "validator": {16, 24, 25, 27, 28, 30, 36, 44},
    "payment": {13, 19, 20, 21, 22, 23, 31, 33, 40, 41},
    "exporter": {32, 34, 35, 37, 38, 39},
}
# How the notices go through it (domain §7b), refusals, bounces and what may go wrong with them. A photo framed by hand
# is uploaded and accepted in one (18); 24 is its turn, and once more the judge's doubt or a planned review.
WALKS = {
    "BUCT": (1, 3, 4, 9, 12, 18, 24, 30, 31, 20, 21, 32, 34, 35, 37, 39),
    "BUCT, refused once": (1, 3, 4, 9, 18, 24, 28, 18, 24, 24, 30, 31, 20, 21, 32, 34, 35),
    "BUCT, not on the list": (1, 3, 5, 11, 9),
    "BUCT, a photo exists already": (1, 3, 7),
    "BIT, the entry is wrong": (1, 3, 4, 10, 3),
    "BIT, never paid": (1, 3, 4, 9, 12, 18, 24, 30, 31, 20, 22, 33),
    "NCEPU": (1, 3, 4, 9, 15, 18, 19, 20, 21, 24, 24, 30, 32, 34, 35, 37),
    "NCEPU, refused once, no second fee": (1, 3, 4, 9, 18, 19, 20, 21, 24, 28, 18, 24, 24, 30, 32),
    "NCEPU, closed and paid late": (1, 3, 4, 9, 18, 19, 20, 22, 23),
    "NCEPU, paid twice": (1, 3, 4, 9, 18, 19, 20, 21, 41, 40),
    "Xinhua": (1, 2, 3, 4, 9, 14, 16, 17, 14, 16, 18, 19, 20, 21, 24, 24, 27, 30, 32, 34, 35, 37),
    "Xinhua, cut out in vain": (1, 2, 3, 4, 9, 14, 15, 17, 14, 16, 18),
    "Xinhua, the same picture again": (1, 2, 3, 4, 9, 14, 16, 18, 19, 20, 21, 24, 28, 14, 16, 18, 25),
    "Xinhua, too late": (1, 2, 3, 4, 9, 14, 16, 18, 19, 20, 21, 24, 28, 29),
    "Xinhua, revoked and banned": (1, 2, 3, 4, 9, 14, 16, 18, 19, 20, 21, 24, 30, 32, 34, 35, 36),
    "Xinhua, banned": (1, 2, 3, 8),
    "a close name": (1, 3, 6, 11, 9),
    "capture code, paid first": (1, 3, 4, 9, 13, 20, 21, 14, 16, 18, 24, 30, 32),
    "taken back while it waits": (1, 3, 4, 9, 14, 16, 18, 24, 26, 14, 16, 18, 24, 30),
    "appealed": (1, 3, 4, 9, 18, 24, 28, 44, 30),
    "sent back by CHSI": (1, 3, 4, 9, 18, 24, 30, 31, 20, 21, 32, 34, 35, 38, 18, 24, 30, 32),
    "withdrawn and erased": (1, 3, 4, 9, 42),
    "kept long enough": (1, 3, 4, 9, 43),
}
# What a row begins anew: every picture is prepared for itself, every fee has its order.
BEGUN: dict[int, StrEnum] = {
    14: validator.Preparing.UPLOADED,
    13: payment.OrderState.PLACING,
    19: payment.OrderState.PLACING,
    31: payment.OrderState.PLACING,
}
# What intake shows of rows that others own: it hears of them (services/intake/rules/changes.py).
SHOWN: dict[int, StrEnum] = {
    4: intake.IdentityState.MATCHED,
    5: intake.IdentityState.UNMATCHED,
    11: intake.IdentityState.MATCHED,
    16: intake.PhotoState.PREPARED,
    25: intake.PhotoState.REFUSED,
    28: intake.PhotoState.REFUSED,
    30: intake.PhotoState.ACCEPTED,
    36: intake.PhotoState.REVOKED,
    38: intake.PhotoState.REFUSED,
}


def rows() -> Iterator[tuple[str, Row]]:
    for held in (ROWS, FOLLOWED):
        for service, each in held.items():
            yield from ((service, row) for row in each)


def region(state: StrEnum) -> type[StrEnum]:
    return type(state)


def test_every_transition_has_its_one_owner() -> None:
    assert {service: {row.number for row in held} for service, held in ROWS.items()} == OWNERS
    assert sorted(number for numbers in OWNERS.values() for number in numbers) == list(range(1, 45))


def test_who_follows_a_row_does_not_own_it() -> None:
    for service, held in FOLLOWED.items():
        assert not {row.number for row in held} & OWNERS[service]


@pytest.mark.parametrize("number", range(1, 45))
def test_a_transition_leads_where_its_row_says_and_from_nowhere_else(number: int) -> None:
    for service, row in rows():
        if row.number != number:
            continue
        held = (*ROWS[service], *FOLLOWED.get(service, ()))
        for state in region(row.after):
            led = after(held, state, row.event)
            allowed = {each.after for each in held if each.event == row.event and state in each.before}
            assert led in allowed if allowed else led is None, f"{service} {number}: {row.event} in {state}"


@pytest.mark.parametrize("name", WALKS)
def test_the_notices_walk_through_it(name: str) -> None:
    """Each owner's region stands where it begins, and each step of the way is allowed where the last one led."""
    stands = {region(row.after): next(iter(region(row.after))) for _, row in rows()}
    for number in WALKS[name]:
        steps = [row for _, row in rows() if row.number == number]
        moved = [row for row in steps if stands[region(row.after)] in row.before]
        assert moved, f"{number} is not allowed with {sorted(str(state) for state in stands.values())}"
        stands |= {region(row.after): row.after for row in reversed(moved)}
        for other in (SHOWN.get(number), BEGUN.get(number)):
            if other:
                stands[region(other)] = other


def test_the_walks_use_every_transition() -> None:
    assert {number for walk in WALKS.values() for number in walk} == set(range(1, 45))


NUMBERED = re.compile(r"^(?:async )?def test_(?:rows?_)?((?:\d+_(?:and_)?)+)", re.MULTILINE)


@pytest.mark.parametrize("service", OWNERS)
def test_every_transition_has_a_test_by_its_number_beside_its_owner(service: str) -> None:
    """Those play the real rules and handlers; the rows above are only what these must not drift from."""
    tests = (path.read_text(encoding="utf-8") for path in Path("tests", service).glob("test_*.py"))
    numbers = {
        int(number) for test in tests for found in NUMBERED.findall(test) for number in re.findall(r"\d+", found)
    }
    assert OWNERS[service] - numbers == set()
