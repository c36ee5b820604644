"""On which line of a campaign file each key stands: the TOML reader itself does not tell."""

import tomllib
from collections.abc import Iterator, Mapping

Key = tuple[str | int, ...]
STATEMENT_LINES_MAX = 500  # of one value written over several lines; nobody's notice is longer


def lines_of(text: str) -> dict[Key, int]:
    """From 1, by key: ("notification", 0, "sms", "template_id"). text: valid TOML.

    A table stands where its header does, what a list or an inline table holds where its statement begins. Each
    statement is TOML by itself, so the reader says where it ends.
    """
    found: dict[Key, int] = {}
    last_of_list: dict[Key, int] = {}
    table: Key = ()
    for line, statement in _statements(text):
        said = tomllib.loads(statement)
        if statement.lstrip().startswith("["):
            table = _table(said, last_of_list)
            keys = [table]
        else:
            keys = [table + key for key in _keys(said)]
        for key in keys:
            for length in range(1, len(key) + 1):
                found.setdefault(key[:length], line)
    return found


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Each statement, comment and empty line with the line it begins on; nothing more after one that never ends."""
    statement, begun = "", 1
    for number, line in enumerate(text.split("\n"), 1):
        begun = begun if statement else number
        statement += line + "\n"
        try:
            tomllib.loads(statement)
        except tomllib.TOMLDecodeError:
            if number - begun > STATEMENT_LINES_MAX:
                return
            continue
        yield begun, statement
        statement = ""


def _table(header: Mapping[str, object], last_of_list: dict[Key, int]) -> Key:
    """[photo.checks] and [[notification]]; inside a list, its newest table is meant."""
    table: Key = ()
    inner: object = header
    while isinstance(inner, dict) and inner:
        [(name, inner)] = inner.items()
        table += (name,)
        if isinstance(inner, list):
            last_of_list[table] = last_of_list.get(table, -1) + 1
            inner = None
        if table in last_of_list:
            table += (last_of_list[table],)
    return table


def _keys(value: object) -> Iterator[Key]:
    """Every key in the value, the outer ones first."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in inside:
        yield (name,)
        yield from ((name, *key) for key in _keys(inner))
