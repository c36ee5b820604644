"""Bundles written into a real store: whole or absent, said once, no bigger in memory for being bigger."""

import asyncio
import json
import signal
import sys
from dataclasses import replace
from pathlib import Path
from uuid import UUID
from zipfile import ZipFile

import pytest

from services.exporter.manifest import verify
from services.exporter.roster import RosterLine
from shared.outbox import AlreadyHandled, TryLater
from shared.photos import NoSuchObject
from tests.exporter.stand import Place, Stand
from tests.exporter.stories import SEALER, Story, student
from tests.exporter.tap import tap

pytestmark = pytest.mark.parts

JPEG = b"\xff\xd8\xff\xe0" + b"photo" * 8_000  # 40 kB, as the standard asks
DEADLINE_SECONDS = 30
MORE_MEMORY_KIB = 64 * 2**10


async def two_complete(exporter: Stand) -> tuple[Story, Story]:
    first, second = Story(student(1)), Story(student(2))
    for story in (first, second):
        await exporter.photos.put(f"{story.application_id}/standard.jpg", JPEG, "image/jpeg")
        await exporter.hear(*story.complete(f"{story.application_id}/standard.jpg"))
    return first, second


async def published(exporter: Stand, folder: Path) -> Path:
    bundle_id = await exporter.ask_for_bundle()
    await exporter.write(bundle_id)
    return await downloaded(exporter, bundle_id, folder)


async def downloaded(exporter: Stand, bundle_id: UUID, folder: Path) -> Path:
    row = await exporter.row(bundle_id)
    path = folder / f"v{row.version}.zip"
    path.write_bytes(await exporter.bundles.get(row.object_key))
    assert path.stat().st_size == row.size_bytes
    return path


def photos_in(path: Path) -> dict[str, bytes]:
    with ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist() if name.startswith("photos/")}


async def test_a_bundle_is_written_published_and_told(exporter: Stand, tmp_path: Path) -> None:
    first, second = await two_complete(exporter)
    waiting = Story(student(3))
    await exporter.hear(waiting.confirmed())
    await exporter.import_roster("buct-2020", [_line(story) for story in (first, second, waiting)])
    path = await published(exporter, tmp_path)
    assert verify(path) == []
    assert photos_in(path) == {"photos/2017000001.jpg": JPEG, "photos/2017000002.jpg": JPEG}
    told = await exporter.delivered()
    assert {each.application_id for each in told} == {first.application_id, second.application_id}
    with ZipFile(path) as archive:
        counts = json.loads(archive.read("manifest.json"))["counts"]
    assert counts == {"photos": 2, "missing": 1, "missing: 未上传照片": 1}


async def test_the_objects_name_holds_ids_only(exporter: Stand) -> None:
    await two_complete(exporter)
    bundle_id = await exporter.ask_for_bundle()
    await exporter.write(bundle_id)
    assert (await exporter.row(bundle_id)).object_key == f"buct-2020/{bundle_id}/1.zip"


async def test_a_second_bundle_replaces_and_tells_only_what_is_new(exporter: Stand, tmp_path: Path) -> None:
    first, second = await two_complete(exporter)
    await published(exporter, tmp_path)
    await exporter.photos.put("new.jpg", JPEG + b"new", "image/jpeg")
    await exporter.hear(first.accepted(2, 1, standard_key="new.jpg"))
    path = await published(exporter, tmp_path)
    assert path.name == "v2.zip"
    assert verify(path) == []
    assert photos_in(path) == {"photos/2017000001.jpg": JPEG + b"new", "photos/2017000002.jpg": JPEG}
    told = [(each.application_id, each.attempt) for each in await exporter.delivered()]
    assert sorted(told) == sorted([(first.application_id, 1), (second.application_id, 1), (first.application_id, 2)])


async def test_an_errand_that_runs_again_publishes_nothing_twice(exporter: Stand) -> None:
    await two_complete(exporter)
    bundle_id = await exporter.ask_for_bundle()
    await exporter.write(bundle_id)
    before = await exporter.row(bundle_id)
    with pytest.raises(AlreadyHandled):
        await exporter.write(bundle_id)
    assert await exporter.row(bundle_id) == before
    assert await exporter.bundles.has(before.object_key)
    assert len(await exporter.delivered()) == 2


async def test_two_processes_do_not_write_one_bundle(exporter: Stand, place: Place) -> None:
    await two_complete(exporter)
    bundle_id, other = await exporter.ask_for_bundle(), Stand(place)
    ends = await asyncio.gather(exporter.write(bundle_id), other.write(bundle_id), return_exceptions=True)
    assert {type(end) for end in ends} == {type(None), TryLater}
    await other.engine.dispose()


async def test_a_process_writes_one_bundle_after_the_other(exporter: Stand) -> None:
    await two_complete(exporter)
    asked = [await exporter.ask_for_bundle() for _ in range(12)]  # more than the pool that fetches has threads
    ends = await asyncio.gather(*(exporter.write(each) for each in asked), return_exceptions=True)
    assert sorted(type(end).__name__ for end in ends) == ["NoneType"] + ["TryLater"] * 11


async def test_a_photo_that_is_gone_stops_the_bundle_until_it_is_back(exporter: Stand, tmp_path: Path) -> None:
    story = Story()
    await exporter.hear(*story.complete("gone.jpg"))
    bundle_id = await exporter.ask_for_bundle()
    with pytest.raises(NoSuchObject, match="photos/gone"):
        await exporter.write(bundle_id)
    assert (await exporter.row(bundle_id)).published_at is None
    assert await exporter.delivered() == []
    await exporter.photos.put("gone.jpg", JPEG, "image/jpeg")
    await exporter.write(bundle_id)
    assert verify(await downloaded(exporter, bundle_id, tmp_path)) == []


async def test_a_photo_refused_while_the_bundle_is_written_is_not_delivered(exporter: Stand, tmp_path: Path) -> None:
    first, second = await two_complete(exporter)
    bundle_id = await exporter.ask_for_bundle()
    async with tap(exporter.place.s3_endpoint, shut_after_bytes=60_000) as way:
        slow = Stand(replace(exporter.place, s3_endpoint=way.endpoint))
        writing = asyncio.create_task(slow.write(bundle_id))
        await asyncio.wait_for(way.is_shut.wait(), DEADLINE_SECONDS)
        await exporter.hear(first.refused(1, 2))
        way.open()
        with pytest.raises(TryLater, match="changed"):
            await writing
        await slow.engine.dispose()
    assert not await exporter.bundles.has(f"buct-2020/{bundle_id}/1.zip")
    await exporter.write(bundle_id)
    assert list(photos_in(await downloaded(exporter, bundle_id, tmp_path))) == ["photos/2017000002.jpg"]
    assert [each.application_id for each in await exporter.delivered()] == [second.application_id]


async def test_killed_in_the_middle_the_bundle_is_absent_and_then_whole(exporter: Stand, tmp_path: Path) -> None:
    await exporter.photos.put("standard.jpg", JPEG, "image/jpeg")
    await exporter.remember((Story(student(number)) for number in range(300)), "standard.jpg")
    bundle_id = await exporter.ask_for_bundle()
    async with tap(exporter.place.s3_endpoint, shut_after_bytes=4_000_000) as way:
        victim = await process(replace(exporter.place, s3_endpoint=way.endpoint), bundle_id)
        await asyncio.wait_for(way.is_shut.wait(), DEADLINE_SECONDS)
        victim.kill()
        assert await victim.wait() == -signal.SIGKILL
    assert (await exporter.row(bundle_id)).published_at is None
    assert not await exporter.bundles.has(f"buct-2020/{bundle_id}/1.zip")
    assert await exporter.delivered() == []
    await exporter.write(bundle_id)
    path = await downloaded(exporter, bundle_id, tmp_path)
    assert verify(path) == []
    assert len(photos_in(path)) == len(await exporter.delivered()) == 300


@pytest.mark.timeout(240)
async def test_ten_times_the_photos_need_less_than_64_mib_more(exporter: Stand, place: Place) -> None:
    await exporter.photos.put("standard.jpg", JPEG, "image/jpeg")
    most_kib: dict[int, int] = {}
    for students in (100, 1_000):
        already = 100 if most_kib else 0
        await exporter.remember((Story(student(number)) for number in range(already, students)), "standard.jpg")
        bundle_id = await exporter.ask_for_bundle()
        measured = await process(place, bundle_id)
        output, _ = await measured.communicate()
        assert (await exporter.row(bundle_id)).photos == students
        most_kib[students] = int(output.splitlines()[-1])  # the log is before it
    assert most_kib[1_000] - most_kib[100] < MORE_MEMORY_KIB, most_kib


async def process(place: Place, bundle_id: UUID) -> asyncio.subprocess.Process:
    command = [sys.executable, "-m", "tests.exporter.stand", *place.words, str(bundle_id)]
    return await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)


def _line(story: Story) -> RosterLine:
    return RosterLine(entry_id=story.entry_id, entry=SEALER.seal(story.entry))
