"""Is the README's table of settings what the settings classes say?"""

import inspect
from importlib import import_module
from pathlib import Path

import pytest
from pydantic_settings import BaseSettings

from deploy.settings_table import BEGIN, END, READS, table, variables, with_table

FILES = [*Path("services").glob("*/settings.py"), Path("shared/settings.py"), Path("deploy/sandbox/settings.py")]
# Read by nobody directly: their fields come with the class that inherits or holds them.
PARTS_OF_OTHERS = {"ServiceSettings", "Connections", "ModelSettings", "CacheSettings", "BaseSettings"}


def test_every_settings_class_is_in_the_table() -> None:
    read = {settings for classes in READS.values() for settings in classes}
    for file in FILES:
        module = import_module(".".join(file.with_suffix("").parts))
        for name, found in inspect.getmembers(module, inspect.isclass):
            if issubclass(found, BaseSettings) and name not in PARTS_OF_OTHERS:
                assert found in read, f"{file} {name}"


def test_every_setting_has_its_line() -> None:
    lines = table()
    for settings in {settings for classes in READS.values() for settings in classes}:
        for variable in variables(settings):
            assert f"| `{variable}` |" in lines


def test_the_words_are_those_of_the_source() -> None:
    lines = dict(line.split("` |", 1) for line in table().splitlines() if line.startswith("| `"))
    assert lines["| `INTAKE_TOKEN_KEY"].endswith("| signs the students' bearer tokens |")  # a comment behind
    assert "cores this process may use" in lines["| `VALIDATOR_PROCESSES"]  # a comment above
    assert "notification schedule" in lines["| `SANDBOX_RETRY_SCALE"]  # a string below
    assert lines["| `KAFKA_PARTITIONS"].startswith(" all services | `6` |")


def test_a_page_without_the_marks_is_not_touched() -> None:
    with pytest.raises(ValueError, match="has no"):
        with_table("# a page")
    assert with_table(f"before\n{BEGIN}\nold\n{END}\nafter") == f"before\n{BEGIN}\n{table()}{END}\nafter"


def test_the_readme_has_the_table_of_today() -> None:
    page = Path("README.md").read_text(encoding="utf-8")
    assert with_table(page) == page, "run `make settings`"
