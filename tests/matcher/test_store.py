import asyncio
from dataclasses import replace
from datetime import timedelta

from services.matcher.prints import Prints
from services.matcher.rosters import RosterReader
from services.matcher.store import claims, rosters
from services.matcher.store.claims import Claim
from services.matcher.store.rosters import SealedLine
from shared.campaign import Campaign
from shared.database import migrate
from shared.documents import TYPES
from shared.events import IdentitySubmitted
from tests.matcher.desk import SEALER, Desk, submitted
from tests.matcher.people import HEADINGS, resident_id, row

DAY = timedelta(hours=24)


def lines(campaign: Campaign, *rows: list[object]) -> list[SealedLine]:
    prints = Prints(SEALER, campaign.id)
    return [prints.sealed(line) for line in RosterReader().take([list(HEADINGS), *rows])]  # type: ignore[list-item]


def claim_of(event: IdentitySubmitted, number_print: str) -> Claim:
    known = event.model_dump(include={"application_id", "campaign_id", "campaign_version", "submission"})
    return Claim(**known, identity=event.identity, number_print=number_print)


async def test_only_what_changed_is_written_and_keeps_its_id(desk: Desk, by_number: Campaign) -> None:
    async with desk.outbox.transaction() as tx:
        assert await rosters.replace_entries(tx, by_number.id, lines(by_number, row(1), row(2))) == 2
    before = {each["number_print"]: each for each in await desk.rows("entries")}
    async with desk.outbox.transaction() as tx:
        again = lines(by_number, row(1), row(2, 姓名="毛大大"), row(3))
        assert await rosters.replace_entries(tx, by_number.id, again) == 2
    after = {each["number_print"]: each for each in await desk.rows("entries")}
    assert len(after) == 3
    assert all(after[number]["entry_id"] == before[number]["entry_id"] for number in before)
    changed = [number for number in before if after[number] != before[number]]
    assert changed == [Prints(SEALER, by_number.id).of_number("resident_id", resident_id(2))]


async def test_an_entry_of_the_claimed_type_goes_before_others(desk: Desk, by_number: Campaign) -> None:
    passport, permit = (row(1, 证件类型="护照", 证件号码="12345678"), row(2, 证件类型="台胞证", 证件号码="12345678"))
    async with desk.outbox.transaction() as tx:
        await rosters.replace_entries(tx, by_number.id, lines(by_number, passport, permit))
    number_print = Prints(SEALER, by_number.id).of_number("passport", "12345678")
    async with desk.outbox.transaction() as tx:
        for document_type in ("passport", "taiwan_permit"):
            found = await rosters.find_entry(tx, by_number.id, number_print, document_type)
            assert found is not None
            assert found.document_type == document_type
        assert await rosters.find_entry(tx, by_number.id, number_print, TYPES["身份证"]) is not None


async def test_a_person_is_not_found_in_another_campaign(desk: Desk, by_number: Campaign, by_all: Campaign) -> None:
    async with desk.outbox.transaction() as tx:
        [line] = lines(by_number, row(1))
        await rosters.replace_entries(tx, by_number.id, [line])
        assert await rosters.find_entry(tx, by_all.id, line.number_print, line.document_type) is None
    assert Prints(SEALER, by_all.id).of_number("resident_id", resident_id(1)) != line.number_print


async def test_attempts_are_counted_until_their_hours_are_over(desk: Desk, by_number: Campaign) -> None:
    event = submitted(by_number, resident_id(1))
    async with desk.outbox.transaction() as tx:
        assert await claims.count_attempt(tx, event, "number", DAY) == (1, 1)
        assert await claims.count_attempt(tx, event, "another", DAY) == (1, 2)
        tx = replace(tx, now=tx.now + DAY - timedelta(seconds=1))
        assert await claims.count_attempt(tx, event, "number", DAY) == (2, 3)
        tx = replace(tx, now=tx.now + timedelta(seconds=1))
        assert await claims.count_attempt(tx, event, "number", DAY) == (1, 1)
        assert await claims.count_attempt(tx, event, "number", DAY) == (2, 2)


async def test_a_lower_submission_never_replaces_a_higher(desk: Desk, by_number: Campaign) -> None:
    second = submitted(by_number, resident_id(1), submission=2)
    first = submitted(by_number, resident_id(2), application_id=second.application_id, submission=1)
    async with desk.outbox.transaction() as tx:
        assert await claims.remember(tx, claim_of(second, "two"))
        assert not await claims.remember(tx, claim_of(first, "one"))
        assert not await claims.remember(tx, claim_of(second, "two"))
    [claim] = await desk.rows("claims")
    assert (claim["submission"], claim["number_print"]) == (2, "two")


async def test_migrations_run_again_change_nothing(desk: Desk, database_url: str) -> None:
    await asyncio.to_thread(migrate, "matcher", database_url)
    assert await desk.rows("entries") == []
