"""The end of an application: what goes, when, and what is answered."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from services.validator.store import audit, case_table
from services.validator.store.tables import alarms, fingerprints, refused_pictures, technical_checks
from shared.events import (
    ApplicationEvent,
    ApplicationLapsed,
    ApplicationWithdrawn,
    ErasureCompleted,
    ErasureRequested,
    PhotoAccepted,
    PhotoQueued,
)
from shared.outbox import Cause
from shared.photos import photo_key
from shared.reasons import Reason
from tests.portraits.album import compose
from tests.portraits.compose import Portrait
from tests.portraits.recipes import CASES, compliant
from tests.validator.judges import Judges, about, heard

pytestmark = [pytest.mark.timeout(300), pytest.mark.usefixtures("faces")]


@pytest.fixture
def good() -> Portrait:
    return compose(compliant(0))


def withdrawn(fact: ApplicationEvent) -> ApplicationWithdrawn:
    return heard(ApplicationWithdrawn(**about(fact)))


def to_erase(fact: ApplicationEvent, cause: Any = "student") -> ErasureRequested:
    return heard(ErasureRequested(**about(fact), cause=cause))


async def remembered(judges: Judges, application_id: UUID) -> dict[str, int]:
    """Table → rows about the application."""
    tables = (fingerprints, refused_pictures, technical_checks)
    async with judges.outbox.engine.connect() as connection:
        found = {
            table.name: len((await connection.execute(select(table).where(of_mine(table, application_id)))).all())
            for table in tables
        }
        mine = (alarms.c.one_application == application_id) | (alarms.c.other_application == application_id)
        return found | {"alarms": len((await connection.execute(select(alarms).where(mine))).all())}


def of_mine(table: Any, application_id: UUID) -> Any:
    return table.c.application_id == application_id


async def row_of(judges: Judges, application_id: UUID) -> dict[str, Any]:
    async with judges.outbox.engine.connect() as connection:
        row = (await connection.execute(select(case_table).where(of_mine(case_table, application_id)))).one()
    return row._asdict()


async def test_43_erasure_leaves_a_tombstone_no_object_and_one_answer(judges: Judges, good: Portrait) -> None:
    refused = await judges.submission(compose(CASES["dark"].recipe))
    await judges.judge(refused)
    application_id = refused.application_id
    await judges.judge(await judges.submission(compose(compliant(2)), application_id, attempt=2))
    other = await judges.submission(good)
    await judges.judge(other)
    await judges.run_errands()
    await judges.hear(to_erase(refused))
    await judges.hear(to_erase(refused))
    assert await judges.run_errands() == ["erase"]

    assert await judges.photos.keys(f"{application_id}/") == []
    assert set((await remembered(judges, application_id)).values()) == {0}
    row = await row_of(judges, application_id)
    kept = {name: value for name, value in row.items() if value not in (None, [], 0, False)}
    names = {"application_id", "campaign_id", "campaign_version", "state", "erasing"}
    assert kept.keys() == names
    assert row["state"] == "ended"
    answers = [fact for fact in await judges.told(application_id) if isinstance(fact, ErasureCompleted)]
    assert [answer.service for answer in answers] == ["validator"]
    assert answers[0].kept_until is not None
    assert await judges.photos.keys(f"{other.application_id}/"), "somebody else's pictures are gone"


async def test_the_audit_says_who_looked_for_three_years_and_not_what_was_found(judges: Judges, good: Portrait) -> None:
    submitted = await judges.submission(good)
    await judges.judge(submitted)
    async with judges.outbox.transaction(cause=Cause("a test", "1")) as tx:
        row = {"at": tx.now, "staff": "li", "application_id": submitted.application_id}
        await tx.execute(audit.insert(), row | {"photo_id": submitted.photo_id, "what": "refused", "codes": ["BLUR"]})
    await judges.hear(to_erase(submitted))
    await judges.run_errands()

    async def noted() -> list[Any]:
        async with judges.outbox.engine.connect() as connection:
            return list((await connection.execute(select(audit.c.staff, audit.c.codes))).all())

    assert await noted() == [("li", [])]
    assert await judges.run_errands(days=3 * 366 - 1) == []
    assert await judges.run_errands(days=3 * 366 + 1) == ["forget_audit"]
    assert await noted() == []


async def test_a_withdrawn_application_is_erased_at_once_though_nobody_asked_for_an_answer(
    judges: Judges, good: Portrait
) -> None:
    submitted = await judges.submission(good)
    await judges.judge(submitted)
    await judges.hear(withdrawn(submitted))
    await judges.run_errands()
    assert await judges.photos.keys(f"{submitted.application_id}/") == []
    assert isinstance((await judges.told(submitted.application_id))[-1], PhotoAccepted)


async def test_whoever_asks_after_the_withdrawal_is_answered(judges: Judges, good: Portrait) -> None:
    submitted = await judges.submission(good)
    for order in ((withdrawn, to_erase), (to_erase, withdrawn)):
        fresh = submitted.model_copy(update={"application_id": UUID(int=order[0] is withdrawn)})
        for fact in order:
            await judges.hear(fact(fresh))
        await judges.run_errands()
        assert [type(fact) for fact in await judges.told(fresh.application_id)] == [ErasureCompleted]
    await judges.hear(withdrawn(submitted))
    await judges.run_errands()
    await judges.hear(to_erase(submitted))
    await judges.run_errands()
    assert [type(fact) for fact in await judges.told(submitted.application_id)] == [ErasureCompleted]


async def test_a_lapsed_application_keeps_its_pictures_as_long_as_a_delivered_one_and_compares_none(
    judges: Judges, good: Portrait
) -> None:
    submitted = await judges.submission(good)
    await judges.judge(submitted)
    await judges.run_errands()
    lapsed = heard(ApplicationLapsed(**about(submitted), reason=Reason.PAY_LAPSED))
    await judges.hear(lapsed)
    await judges.hear(heard(lapsed))
    assert (await remembered(judges, submitted.application_id))["fingerprints"] == 0
    assert await judges.run_errands(days=364) == []
    assert await judges.photos.keys(f"{submitted.application_id}/")
    assert await judges.run_errands(days=366) == ["erase"]
    assert await judges.photos.keys(f"{submitted.application_id}/") == []


async def test_a_lapse_after_the_withdrawal_delays_nothing(judges: Judges, good: Portrait) -> None:
    submitted = await judges.submission(good)
    await judges.judge(submitted)
    await judges.run_errands()
    await judges.hear(withdrawn(submitted))
    await judges.hear(heard(ApplicationLapsed(**about(submitted), reason=Reason.WIN_CLOSED)))
    assert await judges.run_errands() == ["erase"]


async def test_a_photo_that_is_being_judged_while_its_owner_is_erased_leaves_nothing(
    judges: Judges, good: Portrait, monkeypatch: pytest.MonkeyPatch
) -> None:
    submitted = await judges.submission(good)
    await judges.hear(submitted)
    (queued,) = await judges.told(submitted.application_id)
    assert isinstance(queued, PhotoQueued)
    put = judges.judging._put

    async def erased_meanwhile(*arguments: Any) -> Any:
        await judges.hear(to_erase(submitted))
        await judges.run_errands()
        return await put(*arguments)

    monkeypatch.setattr(judges.judging, "_put", erased_meanwhile)
    await judges.judging.judge_photo(queued)
    assert await judges.photos.keys(f"{submitted.application_id}/")
    assert await judges.run_errands() == ["remove_pictures"]
    assert await judges.photos.keys(f"{submitted.application_id}/") == []
    assert [type(fact) for fact in await judges.told(submitted.application_id)] == [PhotoQueued, ErasureCompleted]


async def test_erasing_again_after_a_crash_between_store_and_database_is_the_same(
    judges: Judges, good: Portrait, monkeypatch: pytest.MonkeyPatch
) -> None:
    submitted = await judges.submission(good)
    await judges.hear(to_erase(submitted))
    transaction = judges.outbox.transaction

    def dies(*_: Any, **__: Any) -> Any:
        raise ConnectionError("the process died here")

    monkeypatch.setattr(judges.outbox, "transaction", dies)
    with pytest.raises(ConnectionError):
        await judges.run_errands()
    monkeypatch.setattr(judges.outbox, "transaction", transaction)
    key = photo_key(submitted.application_id, "late", "original.jpg")
    await judges.photos.put(key, b"late", "image/jpeg")
    assert await judges.run_errands() == ["erase"]
    assert await judges.photos.keys(f"{submitted.application_id}/") == []
    assert [type(fact) for fact in await judges.told(submitted.application_id)] == [ErasureCompleted]
