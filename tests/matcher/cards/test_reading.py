"""Drawn documents as phones photograph them, read by the real models in the real pool."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest
from PIL import Image

from services.matcher.cards.pool import CardPool
from services.matcher.readings import Readings
from shared.events import IdCard, IdCardRead, IdCardRefused, IdCardUploaded
from shared.outbox import AlreadyHandled
from shared.photos import IDCARDS, Objects
from shared.reasons import Reason
from shared.settings import StoreSettings
from tests.matcher.cards.documents import Person, back, front, passport, photographed
from tests.matcher.desk import SEALER, Desk

PERSON = IdCard(name="毛小小", document_number="110105199412310026", sex="女", born_on=date(1994, 12, 31))
FOREIGNER = IdCard(name="SMITH JOHN PAUL", document_number="E12345678", sex="男", born_on=date(1994, 1, 1))
pytestmark = pytest.mark.timeout(180)  # the first picture loads the models, on a machine that others use too


@pytest.fixture(scope="module")
async def pool() -> AsyncIterator[CardPool]:
    async with CardPool(processes=1, seconds_per_picture=60) as pool:
        yield pool


@pytest.mark.parametrize(
    ("how", "card", "read"),
    [
        ({}, front(), PERSON),
        ({"turn": 15}, front(), PERSON),
        ({"turn": 90}, front(), PERSON),
        ({"turn": 180}, front(), PERSON),
        ({"turn": 270}, front(), PERSON),
        ({"bright": 0.25}, front(), PERSON),
        ({"blur": 3}, front(), PERSON),
        ({"width_px": 700}, front(), PERSON),
        ({}, passport(), FOREIGNER),
        ({"turn": 180}, passport(), FOREIGNER),
        ({"bright": 0.3}, passport(), FOREIGNER),
        ({}, back(), Reason.ID_CARD_UNREAD),
        ({"blur": 12}, front(), Reason.ID_CARD_UNREAD),
        ({}, front(Person(sex="男")), Reason.ID_CARD_DIFF),
        ({}, front(Person(born=(1994, 12, 30))), Reason.ID_CARD_DIFF),
        ({}, front(Person(number="110105199412310028")), PERSON.model_copy(update={"document_number": None})),
    ],
)
async def test_a_document_is_read_however_it_lies(
    pool: CardPool, how: dict[str, float], card: Image.Image, read: IdCard | Reason
) -> None:
    assert await pool.read(photographed(card, **how)) == read


@pytest.mark.parametrize("file", [b"", b"%PDF-1.7", b"\xff\xd8\xff\xe0 and then nothing"])
async def test_what_is_no_picture_is_unread(pool: CardPool, file: bytes) -> None:
    assert await pool.read(file) is Reason.ID_CARD_UNREAD


async def test_a_reader_that_hangs_twice_leaves_the_picture_unread() -> None:
    async with CardPool(processes=1, seconds_per_picture=0.01) as impatient:
        assert await impatient.read(photographed(front())) is Reason.ID_CARD_UNREAD


class Reader:
    """Readings on a real store, with the errand that a picture gave rise to."""

    def __init__(self, desk: Desk, pictures: Objects, pool: CardPool) -> None:
        self.desk, self.pictures = desk, pictures
        self.readings = Readings(desk.outbox, SEALER, pictures, pool)

    async def upload(self, picture: bytes | None) -> IdCardUploaded:
        about: dict[str, Any] = {"application_id": uuid4(), "campaign_id": "xinhua-2022-spring", "campaign_version": 1}
        event = IdCardUploaded(**about, reading=2, object_key=f"{uuid4()}.jpg")
        if picture:
            await self.pictures.put(event.object_key, picture, "image/jpeg")
        event = event.model_copy(update={"id": uuid4(), "occurred_at": datetime.now(UTC)})
        await self.readings.read_when_free(event)
        return event


@pytest.fixture
async def reader(desk: Desk, store_settings: StoreSettings, pool: CardPool) -> Reader:
    pictures = Objects(store_settings, IDCARDS)
    pictures.create()
    return Reader(desk, pictures, pool)


async def test_a_picture_is_read_answered_once_and_gone(reader: Reader) -> None:
    event = await reader.upload(photographed(front()))
    with pytest.raises(AlreadyHandled):
        await reader.readings.read_when_free(event)
    [errand] = await reader.desk.errands("read_card")
    await reader.readings.read_card(errand)
    with pytest.raises(AlreadyHandled):
        await reader.readings.read_card(errand)
    [answer] = await reader.desk.told(IdCardRead)
    assert (answer.application_id, answer.reading) == (event.application_id, 2)
    assert SEALER.open(answer.card, IdCard) == PERSON
    [removal] = await reader.desk.errands("remove_card")
    await reader.readings.remove_card(removal)
    assert not await reader.pictures.has(event.object_key)
    assert "毛小小" not in await reader.desk.everything_remembered()


@pytest.mark.parametrize("picture", [photographed(back()), None], ids=["a back", "gone already"])
async def test_a_picture_that_says_nothing_is_refused(reader: Reader, picture: bytes | None) -> None:
    await reader.upload(picture)
    [errand] = await reader.desk.errands("read_card")
    await reader.readings.read_card(errand)
    assert [each.reason for each in await reader.desk.told(IdCardRefused)] == [Reason.ID_CARD_UNREAD]
