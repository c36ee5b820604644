"""Do we remember right, when two of us remember at once?"""

import asyncio
from uuid import UUID

from services.notifier import store
from services.notifier.rules import Case, saying_of
from services.notifier.wording import Content
from shared.events import PhotoRefused
from tests.notifier.facts import SEALER, Student
from tests.notifier.world import World

CONTENT = SEALER.seal(Content(channels=("sms",)))


async def _said(world: World, event: PhotoRefused) -> UUID | None:
    async with world.outbox.transaction() as tx:
        await store.locked_case(tx, event.application_id)
        saying = saying_of(event)
        assert saying
        return await store.add_message(tx, event, saying, CONTENT, tx.now)


async def test_the_same_thing_said_by_ten_at_once_is_one_message(world: World) -> None:
    student = Student()
    said = await asyncio.gather(*(_said(world, student.refused(1, 1)) for _ in range(10)))
    assert len([message_id for message_id in said if message_id]) == 1


async def test_one_grant_is_spent_by_one_of_two_messages_and_can_be_given_back(world: World) -> None:
    student = Student()
    await world.hears(student.reachable("refused"))
    first, second = await _said(world, student.refused(1)), await _said(world, student.refused(2))
    assert first
    assert second
    async with world.outbox.transaction() as tx:
        spender, other = await store.locked_message(tx, first), await store.locked_message(tx, second)
        assert spender
        assert other
        await store.spend_grant(tx, spender, "refused")
        assert not await store.has_grant(tx, other, "refused")
        await store.spend_grant(tx, other, "refused")  # there is none: nothing happens
        await store.give_grant_back(tx, other)
        assert not await store.has_grant(tx, other, "refused")
        await store.give_grant_back(tx, spender)
        assert await store.has_grant(tx, other, "refused")


async def test_a_grant_counts_for_its_own_template_and_application_alone(world: World) -> None:
    student, another = Student(), Student()
    await world.hears(student.reachable("accepted"), another.reachable("refused"))
    message_id = await _said(world, student.refused())
    assert message_id
    async with world.outbox.transaction() as tx:
        message = await store.locked_message(tx, message_id)
        assert message
        assert not await store.has_grant(tx, message, "refused")


async def test_a_message_comes_back_as_it_was_said_until_it_has_ended(world: World) -> None:
    student = Student()
    event = student.refused(2, 3)
    message_id = await _said(world, event)
    assert message_id
    async with world.outbox.transaction() as tx:
        await store.keep_case(tx, student.application_id, Case(2, 3, payments=1))
        message = await store.locked_message(tx, message_id)
        assert message
        assert (message.fact_id, message.photo, message.content) == (event.id, (2, 3), CONTENT)
        assert (message.case, message.contact, message.trying) == (Case(2, 3, payments=1), None, None)
        await store.end(tx, message, "failed", cause="no channel")
        assert await store.locked_message(tx, message_id) is None
