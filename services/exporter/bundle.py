"""One delivery to a school, as a ZIP that is never whole in memory: photos, index, who is missing, manifest.

    photos/<name>.jpg  index.xlsx  index.csv  missing.xlsx  missing.csv  manifest.json
    prints/<name>.jpg, where the campaign delivers paper

The manifest is last, because its hashes are made while the rest goes by. Nothing is compressed: JPEG does not shrink,
and stored it runs forty times faster (engineering.md D6). `python -m services.exporter.bundle verify FILE.zip` checks
a bundle against its manifest.
"""

import asyncio
import hashlib
import io
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from typing_extensions import Buffer
from zipstream import ZIP_STORED, ZipStream

from services.exporter import index, prints, rules
from services.exporter.manifest import MANIFEST, Manifest, ManifestEntry, verify
from shared.campaign import Campaign, Delivery
from shared.events import Entry
from shared.photos import Objects

MEDIA_TYPE = "application/zip"
READ_BYTES = 2**20

Fetch = Callable[[str], bytes]


@dataclass(frozen=True)
class Photo:
    """An accepted photo to deliver, and whose it is."""

    application_id: UUID
    attempt: int
    revision: int
    standard_key: str
    entry: Entry


@dataclass(frozen=True)
class Missing:
    """Somebody without a photo here, and why, in the school's words."""

    entry: Entry
    why: str


@dataclass(frozen=True)
class Plan:
    """What one bundle will hold. Text only: the photos are fetched one at a time."""

    bundle_id: UUID
    bundle_version: int
    campaign: Campaign
    made_at: datetime
    photos: tuple[Photo, ...]
    missing: tuple[Missing, ...]


@dataclass(frozen=True)
class Written:
    """The finished ZIP: its size and hash."""

    size_bytes: int
    sha256: str


async def write(plan: Plan, photos: Objects, bundles: Objects, object_key: str) -> Written:
    """Streams the ZIP into the store: read and sent by a thread, which asks this loop for one photo after another.

    Raises NoSuchObject when a photo is gone; then nothing appears in the store.
    """
    loop = asyncio.get_running_loop()

    def fetch(standard_key: str) -> bytes:
        return asyncio.run_coroutine_threadsafe(photos.get(standard_key), loop).result()

    stream = _Stream(zipped(plan, fetch))
    await bundles.put_stream(object_key, io.BufferedReader(stream, READ_BYTES), -1, MEDIA_TYPE)
    return Written(stream.size_bytes, stream.digest.hexdigest())


def zipped(plan: Plan, fetch: Fetch) -> Iterator[bytes]:
    """The bundle, piece by piece."""
    archive = _Archive()
    names = rules.photo_names({each.application_id: each.entry for each in plan.photos}, plan.campaign.delivery)
    rows: list[index.Row] = []
    for photo in sorted(plan.photos, key=lambda each: names[each.application_id]):
        path = f"photos/{names[photo.application_id]}.jpg"
        standard = fetch(photo.standard_key)
        yield from archive.add(path, standard, photo)
        rows.append(_index_row(plan, photo, archive.entries[-1]))
        for number, sheet in enumerate(_sheets(plan.campaign.delivery, standard), start=1):
            name = names[photo.application_id] if number == 1 else f"{names[photo.application_id]}-{number}"
            yield from archive.add(f"prints/{name}.jpg", sheet)
    missing = [index.missing_row(each.entry, each.why) for each in plan.missing]
    yield from archive.add("index.xlsx", index.xlsx("成果", index.INDEX_COLUMNS, rows))
    yield from archive.add("index.csv", index.csv_gb18030(index.INDEX_COLUMNS, rows))
    yield from archive.add("missing.xlsx", index.xlsx("未完成", index.MISSING_COLUMNS, missing))
    yield from archive.add("missing.csv", index.csv_gb18030(index.MISSING_COLUMNS, missing))
    yield from archive.end(_manifest(plan, archive.entries))


class _Archive:
    """A ZIP under way, and the manifest's lines of what has gone by."""

    def __init__(self) -> None:
        self._zip = ZipStream(compress_type=ZIP_STORED)
        self.entries: list[ManifestEntry] = []

    def add(self, path: str, body: bytes, photo: Photo | None = None) -> Iterator[bytes]:
        entry = ManifestEntry(
            path=path,
            bytes=len(body),
            sha256=hashlib.sha256(body).hexdigest(),
            application_id=photo and photo.application_id,
            attempt=photo and photo.attempt,
            revision=photo and photo.revision,
        )
        self.entries.append(entry)
        self._zip.add(body, path)
        yield from self._zip.all_files()

    def end(self, manifest: Manifest) -> Iterator[bytes]:
        self._zip.add(manifest.model_dump_json(indent=1, exclude_none=True).encode(), MANIFEST)
        yield from self._zip.finalize()


def _sheets(delivery: Delivery, standard: bytes) -> list[bytes]:
    return [] if delivery.prints == "none" else prints.sheets(standard, delivery.prints_each)


def _index_row(plan: Plan, photo: Photo, written: ManifestEntry) -> index.Row:
    school_code = plan.campaign.school.code
    return index.index_row(photo.entry, school_code, written.path, written.sha256, photo.application_id)


def _manifest(plan: Plan, entries: list[ManifestEntry]) -> Manifest:
    why = Counter(f"missing: {each.why}" for each in plan.missing)
    return Manifest(
        bundle_id=plan.bundle_id,
        version=plan.bundle_version,
        campaign=plan.campaign.ref,
        school_code=plan.campaign.school.code,
        made_at=plan.made_at,
        counts={"photos": len(plan.photos), "missing": len(plan.missing), **why},
        entries=entries,
    )


class _Stream(io.RawIOBase):
    """Pieces as a file to read from; counts and hashes what goes by."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._left = memoryview(b"")
        self.size_bytes = 0
        self.digest = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer, /) -> int:
        while not self._left:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self.size_bytes += len(piece)
            self.digest.update(piece)
            self._left = memoryview(piece)
        target = memoryview(buffer)
        taken = min(len(target), len(self._left))
        target[:taken] = self._left[:taken]
        self._left = self._left[taken:]
        return taken


def main(arguments: list[str]) -> int:
    match arguments:
        case ["verify", file]:
            wrong = verify(Path(file))
            sys.stdout.write("".join(f"{line}\n" for line in wrong) or "成果包完整：每个文件都与清单一致\n")
            return 1 if wrong else 0
    sys.stderr.write("usage: python -m services.exporter.bundle verify FILE.zip\n")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
