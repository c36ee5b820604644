from itertools import permutations

import pytest

from services.exporter.roster import RosterLine
from services.exporter.rules import Fact, Standing, standing
from shared.events import Entry, IdentityConfirmed, PhotoAccepted, RosterPublished
from shared.outbox import NotYet
from tests.exporter.stand import Stand
from tests.exporter.stories import SEALER, Story, campaign, student, told

pytestmark = pytest.mark.parts


async def test_what_is_heard_is_remembered(exporter: Stand) -> None:
    story = Story()
    await exporter.hear(*story.complete("a/b/standard.jpg"), story.refunded("order-0", still_settled=True))
    case = await exporter.case(story)
    assert isinstance(case.identity, IdentityConfirmed)
    assert SEALER.open(case.identity.entry, Entry) == story.entry
    assert isinstance(case.photo, PhotoAccepted)
    assert (case.photo.attempt, case.photo.revision, case.photo.standard_key) == (1, 1, "a/b/standard.jpg")
    assert (list(case.paid_orders), list(case.refunded_orders)) == (["order-1"], ["order-0"])
    assert (case.takes_fee, case.lapsed, case.delivered) == (True, None, None)


async def test_facts_in_every_order_and_twice_end_the_same(exporter: Stand) -> None:
    stories = []
    for order in permutations(range(4)):
        story = Story()
        facts: list[Fact] = [story.confirmed(), story.referred(1, 1), story.accepted(1, 2), story.paid()]
        told_so = [facts[at] for at in order]
        await exporter.hear(*told_so, *reversed(told_so))
        stories.append(story)
    assert {standing(await exporter.case(story)) for story in stories} == {Standing.COMPLETE}


async def test_a_fact_before_its_campaign_copy_waits(exporter: Stand) -> None:
    fact = Story(campaign_id="unknown").confirmed()
    with pytest.raises(NotYet, match="campaign unknown@1"):
        await exporter.hear(fact)
    await exporter.know(campaign("unknown"))
    await exporter.hear(fact)
    assert len(await exporter.handlers.people_of("unknown")) == 1


async def test_the_newest_roster_counts_however_late_an_older_one_comes(exporter: Stand) -> None:
    old, new = Story(student(1)), Story(student(2))
    await exporter.import_roster("buct-2020", [_line(new)], version=2)
    await exporter.import_roster("buct-2020", [_line(old)], version=1)
    people = await exporter.handlers.people_of("buct-2020")
    assert [SEALER.open(each.entry, Entry).student_no for each in people] == [new.entry.student_no]


async def test_a_roster_told_twice_is_one_roster(exporter: Stand) -> None:
    event = told(RosterPublished(campaign_id="buct-2020", roster_version=1, object_key="gone", entries=1))
    await exporter.hear(event, event)
    async with exporter.engine.connect() as connection:
        rows = await connection.exec_driver_sql("SELECT object_key FROM rosters")
        assert [row[0] for row in rows] == ["gone"]


async def test_no_personal_data_lies_open_in_the_database(exporter: Stand) -> None:
    story = Story(student(name="欧阳毛毛", document_number="110105194912310029"))
    await exporter.hear(*story.complete())
    async with exporter.engine.connect() as connection:
        rows = (await connection.exec_driver_sql("SELECT row_to_json(a)::text FROM applications a")).scalars().all()
    assert "欧阳毛毛" not in rows[0]
    assert "110105194912310029" not in rows[0]
    assert story.entry.student_no not in rows[0]


def _line(story: Story, excluded: bool = False) -> RosterLine:
    return RosterLine(entry_id=story.entry_id, entry=SEALER.seal(story.entry), excluded=excluded)
