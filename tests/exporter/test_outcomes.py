"""After the delivery: accepted, proofread, sent back, erased; and what is kept of it."""

import io
from datetime import timedelta

import pytest
from PIL import Image
from sqlalchemy import select

from services.exporter import prints, store
from services.exporter.outcomes import Outcomes, Report
from services.exporter.rules import Handover, Standing, handover, standing
from shared.events import ApplicationBounced, ErasureCompleted, Event
from shared.outbox.tables import errands, outbox
from shared.reasons import Reason
from tests.exporter.stand import Stand
from tests.exporter.stories import SEALER, Story, campaign, student


def jpeg() -> bytes:
    body = io.BytesIO()
    Image.new("RGB", (480, 640), (67, 142, 219)).save(body, "JPEG")
    return body.getvalue()


async def delivered(exporter: Stand, *stories: Story) -> None:
    for story in stories:
        await exporter.photos.put(f"{story.application_id}/standard.jpg", jpeg(), "image/jpeg")
        await exporter.hear(*story.complete(f"{story.application_id}/standard.jpg"))
    await exporter.write(await exporter.ask_for_bundle())


async def record(exporter: Stand, outcome: str, *numbers: str, code: Reason | None = None) -> Report:
    outcomes = Outcomes(exporter.outbox, SEALER)
    return await outcomes.record(campaign(), outcome, numbers, code, "北化老师")  # type: ignore[arg-type]  # a Literal


async def told(exporter: Stand, kind: type[Event]) -> list[Event]:
    async with exporter.engine.connect() as connection:
        rows = await connection.execute(select(outbox.c.body).where(outbox.c.topic == kind.topic))
        return [kind.model_validate_json(row.body) for row in rows]


@pytest.mark.parts
async def test_a_whole_delivery_is_accepted_and_some_of_it_comes_back(exporter: Stand) -> None:
    first, second = Story(student(1)), Story(student(2))
    await delivered(exporter, first, second)
    assert await record(exporter, "accepted") == Report(2, (), ())
    report = await record(exporter, "bounced", "2017000001", "9999", code=Reason.CHSI_QUALITY)
    assert report == Report(1, ("9999",), ())
    [bounced] = await told(exporter, ApplicationBounced)
    assert isinstance(bounced, ApplicationBounced)
    assert (bounced.application_id, bounced.codes) == (first.application_id, (Reason.CHSI_QUALITY,))
    assert bounced.resubmit_by - exporter.outbox.clock.now() > timedelta(days=6.9)
    assert standing(await exporter.case(first)) == Standing.BOUNCED
    assert handover(await exporter.case(second)) == Handover.ACCEPTED


@pytest.mark.parts
async def test_sent_back_twice_is_told_once_and_the_new_photo_replaces_the_old(exporter: Stand) -> None:
    story = Story(student(1))
    await delivered(exporter, story)
    await record(exporter, "bounced", "2017000001", code=Reason.CMP_FAIL)
    assert await record(exporter, "bounced", "2017000001", code=Reason.CMP_FAIL) == Report(0, ("2017000001",), ())
    await exporter.hear(story.submitted(2), story.accepted(2, 1, f"{story.application_id}/standard.jpg"))
    await exporter.write(await exporter.ask_for_bundle())
    assert len(await told(exporter, ApplicationBounced)) == 1
    assert (await exporter.case(story)).delivered == (2, 1)


@pytest.mark.parts
async def test_who_is_erased_leaves_a_tombstone_and_the_answer_says_what_is_kept(exporter: Stand) -> None:
    story, other = Story(student(1)), Story(student(2))
    await delivered(exporter, story)
    await exporter.hear(story.to_be_forgotten(), other.to_be_forgotten())
    answers = [each for each in await told(exporter, ErasureCompleted) if isinstance(each, ErasureCompleted)]
    assert [bool(each.kept) for each in answers] == [True, False]
    await exporter.hear(story.confirmed(), story.accepted(3))
    case = await exporter.case(story)
    assert (case.erased, case.identity, case.photo) == (True, None, None)


@pytest.mark.parts
async def test_a_bundle_is_removed_when_its_retention_is_over(exporter: Stand) -> None:
    await delivered(exporter, Story(student(1)))
    async with exporter.engine.connect() as connection:
        [errand] = await connection.execute(select(errands).where(errands.c.kind == "remove_bundle"))
        [row] = await connection.execute(select(store.bundles))
    assert errand.due_at - row.published_at > timedelta(days=364)
    assert await exporter.bundles.has(row.object_key)


def test_two_inch_photos_fill_a_six_inch_sheet_and_go_on_to_the_next() -> None:
    [eight] = prints.sheets(jpeg(), 8)
    assert [len(prints.sheets(jpeg(), copies)) for copies in (1, 8, 9, 20)] == [1, 1, 2, 3]
    with Image.open(io.BytesIO(eight)) as sheet:
        assert (sheet.size, sheet.info["dpi"]) == (prints.SHEET_PX, (300, 300))
        white = sum(sheet.convert("L").histogram()[250:])
    assert white / (prints.SHEET_PX[0] * prints.SHEET_PX[1]) < 0.2
