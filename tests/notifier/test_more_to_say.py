"""Codes, compared identities, and who is to be forgotten: what besides verdicts and money is said, and what no more."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from services.notifier import store
from tests.notifier.facts import PHONE, SMS, Student, campaign
from tests.notifier.world import World

CODE = {"fact": "message.requested", "channels": ["sms"], "sms": {"template_id": "2100007", "parameters": ["{code}"]}}
OTHER_PHONE = "+8613900139000"


def by_sms(fact: str) -> dict[str, object]:
    return {"fact": fact, "channels": ["sms"], "sms": SMS}


async def test_a_code_goes_to_the_phone_it_proves_before_any_contact_is_known(world: World) -> None:
    await world.knows(campaign(CODE))
    await world.hears(Student().code_requested(OTHER_PHONE, "482913"))
    await world.does_errands()
    [sms] = (await world.received())["sms"]
    assert (sms["phone"], sms["params"]) == (OTHER_PHONE, ["482913"])


async def test_a_code_that_has_expired_is_not_sent(world: World) -> None:
    await world.knows(campaign(CODE))
    await world.hears(Student().code_requested(OTHER_PHONE, "482913", datetime.now(UTC) - timedelta(seconds=1)))
    await world.does_errands()
    assert await world.counts() == (0, 0)


async def test_who_waited_for_a_person_to_compare_is_told_and_nobody_else(world: World) -> None:
    await world.knows(campaign(by_sms("identity.matched")))
    at_once, waited = Student(), Student()
    await world.hears(at_once.reachable(), waited.reachable(), at_once.identity_matched())
    await world.hears(waited.identity_referred(), waited.identity_matched())
    await world.does_errands()
    assert await world.counts() == (0, 1)


async def test_a_bounced_photo_is_told_with_its_reason(world: World) -> None:
    await world.knows(campaign(by_sms("application.bounced")))
    student = Student()
    await world.hears(student.reachable(), student.bounced())
    await world.does_errands()
    [sms] = (await world.received())["sms"]
    assert sms["params"][1] == "学信网检测不合格，请重拍"


async def test_after_a_withdrawal_only_the_refund_is_told(world: World) -> None:
    await world.knows(campaign(by_sms("photo.refused"), by_sms("payment.refunded")))
    student = Student()
    await world.hears(student.reachable(), student.withdrawn(), student.refused(), student.refunded())
    await world.does_errands()
    [said] = await world.messages()
    assert said.fact == "payment.refunded"
    assert await world.counts() == (0, 1)


async def test_who_is_to_be_forgotten_is_forgotten_and_what_waited_is_not_sent(world: World) -> None:
    await world.knows(campaign(by_sms("photo.refused")))
    student = Student()
    await world.hears(student.reachable("refused"), student.refused(), student.to_be_forgotten())
    await world.does_errands()
    assert await world.counts() == (0, 0)
    assert [topic for topic, _ in await world.told()] == ["erasure.completed.v1", "message.failed.v1"]
    async with world.outbox.engine.connect() as connection:
        [row] = await connection.execute(select(store.applications))
        assert row.contact is None
        assert list(await connection.execute(select(store.grants))) == []
    await world.hears(student.reachable(revision=2))
    async with world.outbox.engine.connect() as connection:
        [row] = await connection.execute(select(store.applications))
        assert row.contact is None, "a contact that comes late is not kept"
    assert PHONE not in str([row.content for row in await world.messages()])
