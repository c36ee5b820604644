"""What a bundle says of itself, and whether it is true."""

import hashlib
from collections import Counter
from datetime import datetime
from pathlib import Path, PurePosixPath
from uuid import UUID
from zipfile import BadZipFile, ZipFile

from pydantic import BaseModel, ConfigDict, ValidationError

MANIFEST = "manifest.json"


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
