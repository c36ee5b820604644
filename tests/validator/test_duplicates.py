"""The same picture, or the same face, under another application: an alarm, never a verdict."""

from itertools import permutations
from uuid import uuid4

import pytest
from sqlalchemy import select

from services.validator.descriptor import bring
from services.validator.desk import Duplicates
from services.validator.settings import ModelSettings
from services.validator.store import audit
from services.validator.store.alarms import Alarm, Fingerprint, fingerprint, keep_fingerprint
from shared.campaign import Campaign
from shared.events import ApplicationWithdrawn, PhotoAccepted, PhotoSubmitted
from shared.outbox import Errand
from shared.problems import Problem
from shared.staff import Member
from tests.portraits.album import compose
from tests.portraits.recipes import compliant
from tests.validator.judges import Judges, about, heard

pytestmark = [pytest.mark.timeout(300), pytest.mark.usefixtures("faces")]

LI = Member(name="li", roles=("reviewer",), password_hash="")
BIT = Member(name="bit", roles=("reviewer",), schools=("10007",), password_hash="")


async def accepted(judges: Judges, number: int, version: int = 1) -> PhotoSubmitted:
    submitted = await judges.submission(compose(compliant(number)), campaign_version=version)
    assert isinstance(await judges.judge(submitted), PhotoAccepted)
    return submitted


async def raised(judges: Judges) -> list[Alarm]:
    await judges.run_errands()
    alarms, total = await Duplicates(judges.outbox).open_alarms(LI)
    assert total == len(alarms)
    return [alarm for alarm, _ in alarms]


async def test_the_same_picture_in_another_application_raises_one_alarm_and_holds_neither(judges: Judges) -> None:
    """Both were accepted by `accepted`: numbers 0 and 1 are the same packaged shot, placed and lit differently."""
    one, other = await accepted(judges, 0), await accepted(judges, 1)
    (alarm,) = await raised(judges)
    assert {alarm.one_application, alarm.other_application} == {one.application_id, other.application_id}
    assert {alarm.one_photo, alarm.other_photo} == {one.photo_id, other.photo_id}
    assert alarm.kind == "same_picture"
    for key in (alarm.one_key, alarm.other_key):
        assert await judges.photos.get(key)


async def test_different_people_and_ones_own_attempts_raise_none(judges: Judges) -> None:
    first = await accepted(judges, 0)
    again = await judges.submission(compose(compliant(1)), first.application_id, attempt=2)
    await judges.judge(again)
    await accepted(judges, 2)
    assert await raised(judges) == []


async def test_of_two_judged_at_once_the_later_errand_sees_both_in_either_order(judges: Judges) -> None:
    for order in permutations((0, 1)):
        photos = [await accepted(judges, number) for number in (0, 1)]
        errands = [Errand(uuid4(), "look_for_duplicates", str(photo.photo_id), {}, 1) for photo in photos]
        async with judges.outbox.engine.begin() as connection:
            await connection.exec_driver_sql("UPDATE errands SET done_at = now()")
            for errand in errands:
                await connection.exec_driver_sql(
                    f"INSERT INTO errands (id, kind, subject, due_at, details) VALUES ('{errand.id}', '{errand.kind}',"
                    f" '{errand.subject}', now(), '{{}}')"
                )
        for place in order:
            await judges.second_looks.look_for_duplicates(errands[place])
        mine = {photo.application_id for photo in photos}
        found = [each for each in await raised(judges) if {each.one_application, each.other_application} == mine]
        assert len(found) == 1


async def test_an_answer_is_kept_with_an_audit_row_for_both_and_given_once(judges: Judges) -> None:
    one, other = await accepted(judges, 0), await accepted(judges, 1)
    (alarm,) = await raised(judges)
    desk = Duplicates(judges.outbox)
    await desk.look(LI, alarm.id)
    await desk.decide(LI, alarm.id, "same_person")
    with pytest.raises(Problem, match="li answered: same_person"):
        await desk.decide(LI, alarm.id, "different_people")
    assert await raised(judges) == []
    async with judges.outbox.engine.connect() as connection:
        rows = (await connection.execute(select(audit).order_by(audit.c.id))).all()
    whats = ["same_picture: looked", "same_picture: same_person"]
    for application_id in (one.application_id, other.application_id):
        assert [row.what for row in rows if row.application_id == application_id] == whats
    await accepted(judges, 0)  # a third one with the picture: a question of its own with each of the two
    assert len(await raised(judges)) == 2


async def test_another_schools_reviewer_sees_no_alarm(judges: Judges) -> None:
    await accepted(judges, 0)
    await accepted(judges, 1)
    (alarm,) = await raised(judges)
    desk = Duplicates(judges.outbox)
    assert await desk.open_alarms(BIT) == ([], 0)
    with pytest.raises(Problem) as refused:
        await desk.look(BIT, alarm.id)
    assert refused.value.body.status == 404


async def test_a_picture_that_is_everywhere_raises_few_alarms(judges: Judges) -> None:
    submitted = await accepted(judges, 0)
    async with judges.outbox.transaction() as tx:
        for _ in range(20):
            copy = Fingerprint(uuid4(), uuid4(), "buct-2020", await hash_of(judges, submitted), None, "key")
            await keep_fingerprint(tx, copy)
    assert len(await raised(judges)) == 3


async def hash_of(judges: Judges, submitted: PhotoSubmitted) -> int:
    async with judges.outbox.transaction() as tx:
        found = await fingerprint(tx, submitted.photo_id)
    assert found is not None
    return found.picture_hash


async def test_an_alarm_goes_with_either_application(judges: Judges) -> None:
    one, _ = await accepted(judges, 0), await accepted(judges, 1)
    assert len(await raised(judges)) == 1
    await judges.hear(heard(ApplicationWithdrawn(**about(one))))
    assert await raised(judges) == []


async def test_faces_are_described_only_where_the_campaign_compares_them(judges: Judges, campaign: Campaign) -> None:
    bring(ModelSettings().models_dir)
    compares = campaign.photo.model_copy(update={"compare_faces": True})
    version = await judges.publish(campaign, photo=compares.model_dump())
    silent, seen = await accepted(judges, 0), await accepted(judges, 1, version)
    same, stranger = await accepted(judges, 4, version), await accepted(judges, 2, version)
    async with judges.outbox.transaction() as tx:
        faces = {each.photo_id: await fingerprint(tx, each.photo_id) for each in (silent, seen, same, stranger)}
    assert [len(face.face or ()) if face else None for face in faces.values()] == [0, 128, 128, 128]
    pairs = {(a.kind, frozenset((a.one_photo, a.other_photo))) for a in await raised(judges)}
    assert ("same_face", frozenset((seen.photo_id, same.photo_id))) in pairs
    assert not any(stranger.photo_id in pair for _, pair in pairs)
