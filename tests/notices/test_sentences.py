"""Is every sentence of the notices that asks something of the system shown by a test that exists?"""

import ast
import tomllib
from pathlib import Path

import pytest

NOTICES = sorted(Path("tests/notices").glob("*.toml"))


def names_in(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in tree.body if isinstance(node, kinds) and node.name.startswith("test_")}


@pytest.mark.parametrize("notice", NOTICES, ids=lambda path: path.stem)
def test_each_sentence_is_shown_by_a_test(notice: Path) -> None:
    sentences = tomllib.loads(notice.read_text(encoding="utf-8"))["sentence"]
    missing = []
    for each in sentences:
        assert each["shown"], each["says"]
        for shown in each["shown"]:
            file, _, test = shown.partition("::")
            if not Path(file).is_file() or test not in names_in(Path(file)):
                missing.append(f"{each['section']} {each['says']}: {shown}")
    assert not missing, "\n".join(missing)


def test_all_four_notices_are_there() -> None:
    assert [path.stem for path in NOTICES] == ["bit", "buct", "ncepu", "xinhua"]
