"""What is brought once per user: whole or not at all, by one clone at a time."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest

from deploy.local.parts import Advance, Part, PartFailed, bring, cache_dir, kafka_jars, minio_binary


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "gradphoto"


def test_the_cache_is_the_users(cache: Path) -> None:
    assert cache_dir() == cache


def test_a_part_that_is_missing_says_what_to_do() -> None:
    for missing in (kafka_jars, minio_binary):
        with pytest.raises(PartFailed, match="run `make parts` first"):
            missing()


def test_two_clones_at_once_install_a_part_once(cache: Path) -> None:
    installs, both_asked = [], Event()

    def install(folder: Path, _: Advance) -> None:
        assert both_asked.wait(10)
        installs.append(folder)
        (folder / "file").write_text("whole")

    part = Part("part-1", "a part", 1, install)
    with ThreadPoolExecutor(2) as clones:
        brought = [clones.submit(bring, part, lambda _steps: None) for _ in range(2)]
        both_asked.set()
        for each in brought:
            each.result(timeout=10)
    assert len(installs) == 1
    assert (cache / "part-1" / "file").read_text() == "whole"


def test_an_install_that_fails_leaves_nothing(cache: Path) -> None:
    def install(folder: Path, _: Advance) -> None:
        (folder / "half").write_text("…")
        raise PartFailed("the network went away")

    with pytest.raises(PartFailed):
        bring(Part("part-1", "a part", 1, install), lambda _steps: None)
    assert [path.name for path in cache.iterdir()] == ["part-1.lock"]
