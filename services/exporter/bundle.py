"""One delivery to a school, as a ZIP that is never whole in memory: photos, index, who is missing, manifest.

    photos/<name>.jpg  index.xlsx  index.csv  missing.xlsx  missing.csv  manifest.json

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
from pathlib import Path, PurePosixPath
from uuid import UUID
from zipfile import BadZipFile, ZipFile

from pydantic import BaseModel, ConfigDict, ValidationError
from typing_extensions import Buffer
from zipstream import ZIP_STORED, ZipStream

from services.exporter import index, rules
from shared.campaign import Campaign
from shared.events import Entry
from shared.photos import Objects

MANIFEST = "manifest.json"
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


class ManifestEntry(BaseModel):
    """One file of the bundle; the photos' entries say which photo of which application it is."""

    model_config = ConfigDict(frozen=True)

    path: str
    bytes: int
    sha256: str
    application_id: UUID | None = None
    attempt: int | None = None
    revision: int | None = None


class Manifest(BaseModel):
    """What the bundle says of itself. A later bundle replaces an earlier one, application by application."""

    bundle_id: UUID
    version: int
    campaign: str
    school_code: str
    made_at: datetime
    counts: dict[str, int]  # "photos", "missing", and "missing: <why>" each
    entries: list[ManifestEntry]


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
        yield from archive.add(path, fetch(photo.standard_key), photo)
        rows.append(_index_row(plan, photo, archive.entries[-1]))
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


def verify(path: Path) -> list[str]:
    """What is wrong with a bundle, a line each; none: every file is there once, whole, and nothing else is."""
    try:
        with ZipFile(path) as archive:
            return _verify(archive)
    except (OSError, BadZipFile) as error:
        return [f"{path.name} is not a whole ZIP file ({error}); download it again"]


def _verify(archive: ZipFile) -> list[str]:
    names = archive.namelist()
    if MANIFEST not in names:
        return [f"{MANIFEST} is missing"]
    try:
        manifest = Manifest.model_validate_json(archive.read(MANIFEST))
    except ValidationError as error:
        return [f"{MANIFEST} cannot be read: {error.error_count()} mistakes"]
    listed = {entry.path: entry for entry in manifest.entries}
    delivered = Counter(entry.application_id for entry in manifest.entries if entry.application_id)
    wrong = [f"{name} is there {times} times" for name, times in Counter(names).items() if times > 1]
    wrong += [f"{name} is not a path inside the bundle" for name in names if not _is_inside(name)]
    wrong += [f"{name} is not in the manifest" for name in names if name not in listed and name != MANIFEST]
    wrong += [f"{name} is missing" for name in listed if name not in names]
    wrong += [f"application {each} has {times} photos" for each, times in delivered.items() if times > 1]
    if len(delivered) != manifest.counts.get("photos"):
        wrong.append(f"the manifest counts {manifest.counts.get('photos')} photos and lists {len(delivered)}")
    return wrong + [f"{name} is not what the manifest says" for name in names if _differs(archive, listed.get(name))]


def _is_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and "\\" not in name and ":" not in name


def _differs(archive: ZipFile, entry: ManifestEntry | None) -> bool:
    if entry is None:
        return False
    try:
        body = archive.read(entry.path)
    except BadZipFile:  # its own CRC is wrong
        return True
    return (len(body), hashlib.sha256(body).hexdigest()) != (entry.bytes, entry.sha256)


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
