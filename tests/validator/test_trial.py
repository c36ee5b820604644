import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.portraits.compose import compose
from tests.portraits.recipes import CASES, compliant

pytestmark = [pytest.mark.timeout(300), pytest.mark.usefixtures("faces", "models_dir")]


def judged(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "services.validator.judge", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=os.environ | {"COLUMNS": "160"})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, faces: None) -> Path:
    folder = tmp_path_factory.mktemp("photos")
    (folder / "good.jpg").write_bytes(compose(compliant(0)).jpeg)
    (folder / "red.jpg").write_bytes(compose(CASES["red_background"].recipe).jpeg)
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff no picture")
    (folder / "notes.txt").write_text("no photo")
    return folder


def test_a_folder_gives_a_line_for_each_photo_a_summary_and_the_pictures(folder: Path, tmp_path: Path) -> None:
    written = tmp_path / "out"
    done = judged(str(folder), "--write", str(written))
    assert done.returncode == 1
    for shown in ("good.jpg", "BG_COLOR", "FILE_CORRUPT"):
        assert shown in done.stdout
    assert {"good.standard.jpg", "good.overlay.jpg", "red.overlay.jpg"} <= {file.name for file in written.iterdir()}


def test_the_json_says_every_value_and_nothing_else_is_printed(folder: Path) -> None:
    reports = json.loads(judged(str(folder), "--json").stdout)
    by_file = {report["file"]: report for report in reports}
    assert set(by_file) == {"good.jpg", "red.jpg", "broken.jpg"}
    assert by_file["red.jpg"]["verdict"]["codes"] == ["BG_COLOR"]
    assert {"value", "limits", "score"} <= by_file["good.jpg"]["findings"][0].keys()


def test_one_photo_gives_its_findings_and_its_verdict_as_exit_code(folder: Path) -> None:
    done = judged(str(folder / "red.jpg"))
    assert done.returncode == 1
    assert "eye_line" in done.stdout
    assert "background_colour" in done.stdout


@pytest.mark.parametrize("missing", [["nothing.jpg"], ["--campaign", "nothing.toml", "tests"]])
def test_what_is_not_there_is_said(missing: list[str]) -> None:
    done = judged(*missing)
    assert done.returncode == 3
    assert "nothing" in done.stderr
    assert "Traceback" not in done.stderr
