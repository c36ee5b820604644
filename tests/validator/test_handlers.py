from dataclasses import replace
from itertools import permutations
from uuid import uuid4

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import select

from services.validator.store import case_table as cases
from shared.events import PhotoAccepted, PhotoQueued, PhotoReferred, PhotoRefused
from shared.outbox import AlreadyHandled, NotYet
from shared.reasons import Reason
from tests.portraits.album import compose
from tests.portraits.compose import Portrait
from tests.portraits.recipes import CASES, compliant, unsure
from tests.validator.judges import Judges, frame_of

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def good(faces: None) -> Portrait:
    return compose(compliant(0))


async def test_a_good_photo_is_queued_judged_and_accepted_with_its_pictures_in_the_store(
    judges: Judges, good: Portrait
) -> None:
    submitted = await judges.submission(good)
    accepted = await judges.judge(submitted)
    assert isinstance(accepted, PhotoAccepted)
    assert (accepted.attempt, accepted.revision, accepted.decided_by) == (1, 1, "judge")
    for key in (accepted.standard_key, accepted.overlay_key, accepted.report_key):
        assert key is not None
        assert key.startswith(f"{submitted.application_id}/{submitted.sha256}/")
        assert await judges.photos.get(key)


async def test_a_bad_photo_is_refused_with_its_codes_and_dates(judges: Judges, faces: None) -> None:
    refused = await judges.judge(await judges.submission(compose(CASES["off_centre"].recipe)))
    assert isinstance(refused, PhotoRefused)
    assert refused.codes == (Reason.GEO_CENTER,)
    assert refused.resubmit_by is not None
    assert refused.overlay_key is not None


async def test_a_doubtful_photo_is_referred(judges: Judges, faces: None) -> None:
    referred = await judges.judge(await judges.submission(compose(unsure(0))))
    assert isinstance(referred, PhotoReferred)
    assert referred.codes == (Reason.POSE_ROLL,)


async def test_a_photo_delivered_twice_is_queued_and_judged_once(judges: Judges, good: Portrait) -> None:
    submitted = await judges.submission(good)
    await judges.judge(submitted)
    with pytest.raises(AlreadyHandled):
        await judges.turns.queue_photo(submitted)
    queued, verdict = await judges.told(submitted.application_id)
    assert isinstance(queued, PhotoQueued)
    await judges.judging.judge_photo(queued)
    assert await judges.told(submitted.application_id) == [queued, verdict]


async def test_a_fact_before_its_campaign_waits(judges: Judges, good: Portrait) -> None:
    submitted = await judges.submission(good, campaign_version=2)
    with pytest.raises(NotYet):
        await judges.turns.queue_photo(submitted)
    assert await judges.told(submitted.application_id) == []


async def test_a_refused_picture_is_refused_again_without_a_look_but_another_frame_is_another_photo(
    judges: Judges, faces: None
) -> None:
    portrait = compose(CASES["off_centre"].recipe)
    first = await judges.submission(portrait)
    refused = await judges.judge(first)
    assert isinstance(refused, PhotoRefused)
    await judges.turns.queue_photo(await judges.submission(portrait, first.application_id, attempt=2))
    again = (await judges.told(first.application_id))[-1]
    assert isinstance(again, PhotoRefused)
    assert (again.attempt, again.codes) == (2, (Reason.DUP_REJECTED_IMAGE,))
    assert again.overlay_key == refused.overlay_key  # the first refusal's pictures say why

    frame = frame_of(portrait).model_copy(update={"width": frame_of(portrait).width - 30})
    moved = await judges.submission(portrait, first.application_id, attempt=3, frame=frame)
    assert Reason.DUP_REJECTED_IMAGE not in getattr(await judges.judge(moved), "codes", ())


async def test_somebody_elses_refused_picture_is_judged_like_any_other(judges: Judges, faces: None) -> None:
    portrait = compose(CASES["off_centre"].recipe)
    await judges.judge(await judges.submission(portrait))
    other = await judges.judge(await judges.submission(portrait))
    assert isinstance(other, PhotoRefused)
    assert other.codes == (Reason.GEO_CENTER,)


async def test_a_newer_attempt_takes_the_place_of_one_that_is_being_judged(judges: Judges, good: Portrait) -> None:
    old = await judges.submission(good)
    await judges.turns.queue_photo(old)
    (old_queued,) = await judges.told(old.application_id)
    new = await judges.submission(compose(compliant(1)), old.application_id, attempt=2)
    await judges.turns.queue_photo(new)
    assert isinstance(old_queued, PhotoQueued)
    await judges.judging.judge_photo(old_queued)
    verdicts = [fact for fact in await judges.told(old.application_id) if not isinstance(fact, PhotoQueued)]
    assert verdicts == []


async def test_three_attempts_in_every_order_end_with_the_newest(judges: Judges, good: Portrait) -> None:
    for order in permutations((1, 2, 3)):
        application_id = uuid4()
        for attempt in order:
            await judges.turns.queue_photo(await judges.submission(good, application_id, attempt))
        newest = (await judges.told(application_id))[-1]
        assert isinstance(newest, PhotoQueued)
        assert newest.attempt == 3
        async with judges.outbox.engine.connect() as connection:
            row = (await connection.execute(select(cases).where(cases.c.application_id == application_id))).one()
        assert (row.attempt, row.state) == (3, "queued")


async def test_a_photo_whose_original_is_gone_waits_for_a_person_and_not_for_ever(
    judges: Judges, good: Portrait
) -> None:
    submitted = await judges.submission(good)
    await judges.turns.queue_photo(submitted)
    await judges.photos.remove(submitted.original_key)
    (queued,) = await judges.told(submitted.application_id)
    assert isinstance(queued, PhotoQueued)
    await judges.judging.judge_photo(queued)
    referred = (await judges.told(submitted.application_id))[-1]
    assert isinstance(referred, PhotoReferred)
    assert (referred.codes, referred.standard_key) == ((Reason.JUDGE_FAILED,), None)


async def test_a_picture_that_nobody_could_see_may_be_sent_again(judges: Judges, good: Portrait) -> None:
    whole = await judges.submission(good)
    cut_off = replace(good, jpeg=good.jpeg[: len(good.jpeg) // 2] + b"\xff\xd9")
    for attempt in (1, 2):
        refused = await judges.judge(await judges.submission(cut_off, whole.application_id, attempt))
        assert isinstance(refused, PhotoRefused)
        assert refused.codes == (Reason.FILE_CORRUPT,)


async def test_every_verdict_is_counted_by_campaign_outcome_and_who_gave_it(judges: Judges, good: Portrait) -> None:
    def accepted() -> float:
        labels = {"campaign": "buct-2020", "outcome": "accepted", "by": "judge"}
        return REGISTRY.get_sample_value("gradphoto_verdicts_total", labels) or 0.0

    before = accepted()
    await judges.judge(await judges.submission(good))
    assert accepted() == before + 1
