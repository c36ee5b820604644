import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import numpy as np
import pytest
import structlog
from PIL import Image

from services.validator import trial
from services.validator.checks import noise
from tests.portraits.album import compose
from tests.portraits.recipes import CASES, compliant

CAMPAIGNS = Path("deploy/campaigns")
pytestmark = [pytest.mark.timeout(300), pytest.mark.usefixtures("faces", "models_dir")]


Answer = subprocess.CompletedProcess[str]


class Judged(Protocol):
    def __call__(self, *arguments: str) -> Answer: ...


def commanded(*arguments: str) -> Answer:
    """By the command line, which takes two seconds to begin."""
    command = [sys.executable, "-m", "services.validator.judge", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=os.environ | {"COLUMNS": "160"})


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Judged]:
    """The same in this process."""

    def answer(*arguments: str) -> Answer:
        monkeypatch.setattr(sys, "argv", ["judge", *arguments])
        try:
            code = trial.main()
        except SystemExit as end:
            code = int(end.code or 0)
        return subprocess.CompletedProcess(arguments, code, *capsys.readouterr())

    monkeypatch.setenv("COLUMNS", "160")
    logs = structlog.get_config()
    yield answer
    structlog.configure(**logs)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, faces: None) -> Path:
    folder = tmp_path_factory.mktemp("photos")
    (folder / "good.jpg").write_bytes(compose(compliant(0)).jpeg)
    (folder / "red.jpg").write_bytes(compose(CASES["red_background"].recipe).jpeg)
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff no picture")
    (folder / "notes.txt").write_text("no photo")
    return folder


def test_a_folder_gives_a_line_for_each_photo_a_summary_and_the_pictures(
    judged: Judged, folder: Path, tmp_path: Path
) -> None:
    written = tmp_path / "out"
    done = judged(str(folder), "--write", str(written))
    assert done.returncode == 1
    for shown in ("good.jpg", "BG_COLOR", "FILE_CORRUPT"):
        assert shown in done.stdout
    assert {"good.standard.jpg", "good.overlay.jpg", "red.overlay.jpg"} <= {file.name for file in written.iterdir()}


def test_the_json_says_every_value_and_nothing_else_is_printed(folder: Path) -> None:
    reports = json.loads(commanded(str(folder), "--json").stdout)
    by_file = {report["file"]: report for report in reports}
    assert set(by_file) == {"good.jpg", "red.jpg", "broken.jpg"}
    assert by_file["red.jpg"]["verdict"]["codes"] == ["BG_COLOR"]
    assert {"value", "limits", "score"} <= by_file["good.jpg"]["findings"][0].keys()


def test_one_photo_gives_its_findings_and_its_verdict_as_exit_code(folder: Path) -> None:
    done = commanded(str(folder / "red.jpg"))
    assert done.returncode == 1
    assert "eye_line" in done.stdout
    assert "background_colour" in done.stdout


def test_a_check_that_breaks_is_named_in_the_answer_and_no_log_stands_in_it(
    judged: Judged, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(noise, "check", broken)
    done = judged(str(folder / "good.jpg"), "--json")
    assert done.returncode == trial.EXIT_CODES["referred"]
    findings = json.loads(done.stdout)["findings"]
    assert [each["error"] for each in findings if each["check"] == "noise"] == ["ZeroDivisionError"]


def test_a_picture_that_cannot_be_framed_leaves_the_json_whole(judged: Judged, tmp_path: Path) -> None:
    Image.new("RGB", (900, 1200), "white").save(tmp_path / "wall.png")
    done = judged(str(tmp_path / "wall.png"), "--campaign", str(CAMPAIGNS / "xinhua-2022-spring.toml"), "--json")
    assert json.loads(done.stdout)["verdict"]["codes"] == ["FACE_NONE"]


@pytest.mark.parametrize("missing", [["nothing.jpg"], ["--campaign", "nothing.toml", "tests"]])
def test_what_is_not_there_is_said(judged: Judged, missing: list[str]) -> None:
    assert_unusable(judged(*missing), "nothing")


def assert_unusable(done: Answer, said: str) -> None:
    assert done.returncode == 3
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unusable_argument_or_folder_is_never_taken_for_a_verdict(
    judged: Judged, folder: Path, tmp_path: Path
) -> None:
    photo = str(folder / "good.jpg")
    assert_unusable(judged(photo, "--frame", "1,2"), "three whole numbers")
    assert_unusable(judged(photo, "--write", str(folder / "notes.txt")), "notes.txt")
    assert_unusable(judged(str(folder), "--write", str(folder)), "another folder")
    assert_unusable(judged(str(tmp_path)), "holds no")


def test_each_mistake_of_a_campaign_file_has_its_line(judged: Judged, folder: Path, tmp_path: Path) -> None:
    campaign = (CAMPAIGNS / "ncepu-2021-parttime.toml").read_text(encoding="utf-8")
    wrong = tmp_path / "wrong.toml"
    wrong.write_text(campaign.replace("fee_fen = 2000", 'fee_fen = "x"').replace("people = 1", "people = 9"), "utf-8")
    done = judged(str(folder), "--campaign", str(wrong))
    assert_unusable(done, "payment.fee_fen")
    assert len(done.stderr.splitlines()) == 2


def test_odd_names_and_files_that_cannot_be_read_cost_the_others_nothing(
    judged: Judged, folder: Path, tmp_path: Path
) -> None:
    photos, written = tmp_path / "照片 一班", tmp_path / "out"
    photos.mkdir()
    good = (folder / "good.jpg").read_bytes()
    for name in ("张 三.jpg", "张 三.JPEG", "[bold]李四.jpg"):
        (photos / name).write_bytes(good)
    (photos / "空.jpg").write_bytes(b"")
    (photos / "gone.jpg").symlink_to("nowhere")
    (photos / "folder.jpg").mkdir()
    done = judged(str(photos), "--write", str(written))
    assert_unusable(done, "gone.jpg: cannot be read")
    for shown in ("张 三.JPEG", "[bold]李四.jpg", "空.jpg"):
        assert shown in done.stdout
    standards = {file.name for file in written.iterdir() if file.name.endswith("standard.jpg")}
    assert standards == {"张 三.jpg.standard.jpg", "张 三.JPEG.standard.jpg", "[bold]李四.standard.jpg"}


def test_the_exit_codes_are_documented(judged: Judged) -> None:
    assert "3  something could not be used" in judged("--help").stdout


def test_a_campaign_that_replaces_backgrounds_does_so_here_too(judged: Judged, folder: Path, tmp_path: Path) -> None:
    """The photo is on blue; the campaign's colour is another."""
    campaign = (CAMPAIGNS / "xinhua-2022-spring.toml").read_text(encoding="utf-8")
    greyish = tmp_path / "grey.toml"
    greyish.write_text(campaign.replace("rgb = [100, 197, 255]", "rgb = [240, 240, 240]"), "utf-8")
    judged(str(folder / "good.jpg"), "--campaign", str(greyish), "--write", str(tmp_path))
    with Image.open(tmp_path / "good.standard.jpg") as standard:
        corner = np.asarray(standard)[:20, :20].astype(int)
    assert np.abs(corner - 240).max() <= 2
