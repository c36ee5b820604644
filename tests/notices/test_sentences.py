"""Is every sentence of the notices that asks something of the system shown by a test that exists, runs and can fail?"""

import ast
import tomllib
from functools import cache
from pathlib import Path

import pytest

NOTICES = sorted(Path("tests/notices").glob("*.toml"))
SKIPS = ("skip", "xfail")  # whatever is marked so, or skips itself, shows nothing
Test = ast.FunctionDef | ast.AsyncFunctionDef


def sentences(notice: Path) -> list[dict[str, str]]:
    return [
        {"section": each["section"], "says": each["says"], "shown": shown}
        for each in tomllib.loads(notice.read_text(encoding="utf-8"))["sentence"]
        for shown in each["shown"] or [""]
    ]


@cache
def collected_from(path: Path) -> dict[str, Test]:
    """What pytest would collect there; nothing from a file that it would not look at."""
    if not (path.is_file() and path.parts[0] == "tests" and path.name.startswith("test_")):
        return {}
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = [node for node in tree.body if isinstance(node, Test) and node.name.startswith("test_")]
    around = [node for node in tree.body if not isinstance(node, Test | ast.ClassDef)]
    return {} if any(map(skips, around)) else {node.name: node for node in found}


def skips(node: ast.AST) -> bool:
    return any(isinstance(each, ast.Attribute) and each.attr.startswith(SKIPS) for each in ast.walk(node))


def why_not_shown(shown: str) -> str | None:
    file, _, name = shown.partition("::")
    test = collected_from(Path(file)).get(name)
    if test is None:
        return "is no test"
    if skips(test):
        return "is skipped"
    return None if any(map(can_fail, ast.walk(test))) else "asserts nothing"


def can_fail(node: ast.AST) -> bool:
    return isinstance(node, ast.Assert) or (isinstance(node, ast.Attribute) and node.attr == "raises")


@pytest.mark.parametrize("notice", NOTICES, ids=lambda path: path.stem)
def test_each_sentence_is_shown_by_a_test(notice: Path) -> None:
    wrong = [
        f"{each['section']} {each['says']}: {each['shown']} {why}"
        for each in sentences(notice)
        if (why := why_not_shown(each["shown"]))
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("notice", NOTICES, ids=lambda path: path.stem)
def test_no_sentence_stands_twice(notice: Path) -> None:
    table = tomllib.loads(notice.read_text(encoding="utf-8"))["sentence"]
    said = [(each["section"], each["says"]) for each in table]
    assert len(set(said)) == len(said)


@pytest.mark.parametrize(
    ("shown", "why"),
    [
        ("", "is no test"),
        ("tests/notices/test_sentences.py::test_that_is_not_there", "is no test"),
        ("tests/notices/test_sentences.py::sentences", "is no test"),
        ("tests/notices/files.py::test_anything", "is no test"),
        ("tests/notices/test_sentences.py::test_all_four_notices_are_there", None),
    ],
)
def test_a_name_alone_shows_nothing(shown: str, why: str | None) -> None:
    assert why_not_shown(shown) == why


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("def test_it():\n    assert True", None),
        ("async def test_it():\n    with pytest.raises(ValueError):\n        pass", None),
        ("def test_it():\n    with open('a'):\n        pass", "asserts nothing"),
        ("def test_it():\n    pass", "asserts nothing"),
        ("@pytest.mark.skip\ndef test_it():\n    assert True", "is skipped"),
        ("@pytest.mark.xfail(strict=False)\ndef test_it():\n    assert True", "is skipped"),
        ("def test_it():\n    pytest.skip()\n    assert True", "is skipped"),
        ("pytestmark = pytest.mark.skipif(True)\ndef test_it():\n    assert True", "is no test"),
        ("class TestIt:\n    def test_it():\n        assert True", "is no test"),
    ],
)
def test_a_test_that_does_not_run_or_cannot_fail_shows_nothing(
    source: str, why: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("tests").mkdir()
    (Path("tests") / f"test_{hash(source)}.py").write_text(source, encoding="utf-8")
    assert why_not_shown(f"tests/test_{hash(source)}.py::test_it") == why


def test_all_four_notices_are_there() -> None:
    assert [path.stem for path in NOTICES] == ["bit", "buct", "ncepu", "xinhua"]
