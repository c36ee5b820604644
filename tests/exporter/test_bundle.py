import csv
import hashlib
import io
import json
import subprocess
import sys
from pathlib import Path
from uuid import uuid4
from zipfile import ZIP_STORED, ZipFile

import pytest

from services.exporter.bundle import Missing, Photo, Plan, zipped
from services.exporter.manifest import verify
from tests.exporter.stories import NOW, campaign, student

JPEGS = {f"key-{number}": b"\xff\xd8" + bytes([number]) * 30_000 for number in range(3)}


def plan(photos: int = 3) -> Plan:
    return Plan(
        bundle_id=uuid4(),
        bundle_version=2,
        campaign=campaign(),
        made_at=NOW,
        photos=tuple(Photo(uuid4(), 1, 1, f"key-{number}", student(number)) for number in range(photos)),
        missing=(Missing(student(8), "待支付"), Missing(student(9), "未上传照片")),
    )


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "bundle.zip"
    path.write_bytes(b"".join(zipped(plan(), JPEGS.__getitem__)))
    return path


def rebuilt(path: Path, **changed: bytes | None) -> Path:
    """The same ZIP with some entries' bytes changed, or left out (None)."""
    changes = {name.replace("__", "."): body for name, body in changed.items()}
    copy = path.with_name("copy.zip")
    with ZipFile(path) as old, ZipFile(copy, "w") as new:
        for name in old.namelist():
            body = changes.get(name.removeprefix("photos/"), old.read(name))
            if body is not None:
                new.writestr(name, body)
    return copy


def test_a_bundle_holds_photos_index_missing_and_last_the_manifest(file: Path) -> None:
    with ZipFile(file) as archive:
        assert archive.namelist() == [
            *(f"photos/201700000{number}.jpg" for number in range(3)),
            *("index.xlsx", "index.csv", "missing.xlsx", "missing.csv", "manifest.json"),
        ]
        assert {info.compress_type for info in archive.infolist()} == {ZIP_STORED}
        assert archive.read("photos/2017000001.jpg") == JPEGS["key-1"]


def test_the_manifest_says_what_each_file_is(file: Path) -> None:
    with ZipFile(file) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        for entry in manifest["entries"]:
            body = archive.read(entry["path"])
            assert (entry["bytes"], entry["sha256"]) == (len(body), hashlib.sha256(body).hexdigest())
    assert manifest["counts"] == {"photos": 3, "missing": 2, "missing: 待支付": 1, "missing: 未上传照片": 1}
    assert (manifest["version"], manifest["campaign"], manifest["school_code"]) == (2, "buct-2020@1", "10010")


def test_the_index_names_each_photo_with_its_hash(file: Path) -> None:
    with ZipFile(file) as archive:
        rows = list(csv.DictReader(io.StringIO(archive.read("index.csv").decode("gb18030"))))
        for row in rows:
            assert row["SHA-256"] == hashlib.sha256(archive.read(row["文件名"])).hexdigest()
        assert [row["学号"] for row in rows] == ["2017000000", "2017000001", "2017000002"]
        missing = list(csv.DictReader(io.StringIO(archive.read("missing.csv").decode("gb18030"))))
        assert [(row["学号"], row["原因"]) for row in missing] == [
            ("2017000008", "待支付"),
            ("2017000009", "未上传照片"),
        ]


def test_a_bundle_of_nobody_is_whole_too(tmp_path: Path) -> None:
    path = tmp_path / "empty.zip"
    path.write_bytes(b"".join(zipped(plan(photos=0), JPEGS.__getitem__)))
    assert verify(path) == []


def test_a_whole_bundle_has_nothing_wrong(file: Path) -> None:
    assert verify(file) == []
    assert verify(rebuilt(file)) == []


def test_verify_finds_a_changed_photo(file: Path) -> None:
    assert verify(rebuilt(file, **{"2017000001__jpg": b"other"})) == [
        "photos/2017000001.jpg is not what the manifest says"
    ]


def test_verify_finds_a_missing_photo(file: Path) -> None:
    assert verify(rebuilt(file, **{"2017000001__jpg": None})) == ["photos/2017000001.jpg is missing"]


def test_verify_finds_what_does_not_belong(file: Path) -> None:
    with ZipFile(file, "a") as archive:
        archive.writestr("../outside.jpg", b"x")
    assert verify(file) == ["../outside.jpg is not a path inside the bundle", "../outside.jpg is not in the manifest"]


@pytest.mark.filterwarnings("ignore:Duplicate name")  # zipfile warns about what this test makes on purpose
def test_verify_finds_a_file_that_is_there_twice(file: Path) -> None:
    with ZipFile(file, "a") as archive:
        archive.writestr("photos/2017000001.jpg", JPEGS["key-1"])
    assert verify(file) == ["photos/2017000001.jpg is there 2 times"]


def test_verify_finds_a_second_photo_of_one_application(file: Path) -> None:
    with ZipFile(file) as archive:
        manifest = json.loads(archive.read("manifest.json"))
    manifest["entries"][1]["application_id"] = manifest["entries"][0]["application_id"]
    wrong = verify(rebuilt(file, manifest__json=json.dumps(manifest).encode()))
    assert wrong[0] == f"application {manifest['entries'][0]['application_id']} has 2 photos"


def test_verify_finds_flipped_bits_and_a_half_download(file: Path) -> None:
    body = bytearray(file.read_bytes())
    body[body.index(b"\xff\xd8\x01") + 100] ^= 1
    file.write_bytes(body)
    assert verify(file) == ["photos/2017000001.jpg is not what the manifest says"]
    file.write_bytes(body[: len(body) // 2])
    assert "download it again" in verify(file)[0]


def test_verify_is_a_command(file: Path) -> None:
    command = [sys.executable, "-m", "services.exporter.bundle", "verify"]
    whole = subprocess.run([*command, file], capture_output=True, text=True, check=False)
    broken = subprocess.run([*command, rebuilt(file, index__csv=None)], capture_output=True, text=True, check=False)
    assert (whole.returncode, whole.stdout) == (0, "成果包完整：每个文件都与清单一致\n")
    assert (broken.returncode, broken.stdout) == (1, "index.csv is missing\n")
