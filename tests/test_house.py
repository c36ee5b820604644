"""The architecture tests itself: rooms, directions, cards, topics, policies."""

import ast
import gc
import json
import re
import sys
from fnmatch import fnmatch
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from faststream import AckPolicy

from deploy.contracts import built_services, contracts, differences
from shared.broker import Hearing
from shared.events import EVENTS
from shared.service import Service
from shared.topics import SERVICES

SERVICE_ROOMS = {"__init__.py", "app.py", "settings.py", "handlers", "rules", "store", "migrations"}
BANNED = {"utils", "helpers", "common", "core", "base", "manager"}
# Rules are functions of values: these modules of shared hold nothing but values.
VALUES = {"shared.events", "shared.campaign", "shared.documents", "shared.machine", "shared.reasons", "shared.sealed"}
SOURCES = [path for top in ("services", "shared", "deploy") for path in sorted(Path(top).rglob("*.py"))]
SAMPLES = sorted(Path("tests/data/events").glob("*/*.json"))


@pytest.fixture(scope="module")
async def services() -> dict[str, Service]:
    """Every service, wired as app.py wires it and not started."""
    return built_services()


@cache
def tree_of(path: Path) -> ast.Module:
    """Parsed without the garbage collector: what it destroys meanwhile confuses CPython 3.11's parser (gh-106905)."""
    gc.disable()
    try:
        return ast.parse(path.read_text(encoding="utf-8"))
    finally:
        gc.enable()


def imports_of(path: Path) -> set[str]:
    tree = tree_of(path)
    modules = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            modules |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
    return modules


def room_of(path: Path) -> str:
    return path.parts[2].removesuffix(".py") if len(path.parts) > 2 else ""


@pytest.mark.parametrize("path", SOURCES, ids=str)
def test_imports_run_one_way(path: Path) -> None:
    imported = imports_of(path)
    top = path.parts[0]
    ours = [each for each in imported if each.split(".")[0] in ("services", "shared", "deploy", "tests")]
    if top == "shared":
        assert all(each.startswith("shared") for each in ours), ours
    if top == "services" and len(path.parts) > 2:
        home = f"services.{path.parts[1]}"
        strangers = [each for each in ours if not each.startswith(("shared", home)) and each != "services"]
        assert not strangers, f"a service imports only itself and shared: {strangers}"
        room = room_of(path)
        above = {"rules": ("app", "handlers", "api", "store"), "store": ("app", "handlers", "api")}
        above |= {"handlers": ("app", "api"), "api": ("app",)}
        for forbidden in above.get(room, ()):
            assert not any(each.startswith(f"{home}.{forbidden}") for each in ours), f"{room} imports {forbidden}"


@pytest.mark.parametrize("service", SERVICES)
def test_rules_know_only_values(service: str) -> None:
    files = [path for path in SOURCES if path.parts[:2] == ("services", service) and room_of(path) == "rules"]
    assert files, f"services/{service} has no rules"
    for path in files:
        for module in imports_of(path):
            first = module.split(".")[0]
            pure = first in sys.stdlib_module_names - {"asyncio", "os", "socket", "time"}
            own = module.startswith(f"services.{service}.rules")
            assert pure or own or ".".join(module.split(".")[:2]) in VALUES, f"{path} imports {module}"


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_has_the_same_rooms(service: str) -> None:
    rooms = {path.name for path in Path("services", service).iterdir() if path.name != "__pycache__"}
    missing = {room for room in SERVICE_ROOMS if room not in rooms and f"{room}.py" not in rooms}
    assert not missing
    assert not {room.removesuffix(".py") for room in rooms} & BANNED


@pytest.mark.parametrize("service", SERVICES)
async def test_the_card_says_what_the_service_hears_and_says(service: str, services: dict[str, Service]) -> None:
    tree = tree_of(Path("services", service, "__init__.py"))
    card = ast.get_docstring(tree) or ""
    assert len(tree.body) == 1, "a card has no code"
    assert len(card.splitlines()) <= 8, "a card has at most eight lines"
    lines = dict(re.findall(r"^(job|hears|says|remembers): (.*(?:\n +.*)*)", card, re.MULTILINE))
    assert set(lines) == {"job", "hears", "says", "remembers"}, card
    processes = [services[service], *([services["review"]] if service == "validator" else [])]
    always = {"campaign.published"}  # every service but the desk keeps copies
    heard = {ear.event.topic.removesuffix(".v1") for process in processes for ear in process.hearing.ears}
    said = {topic.removesuffix(".v1") for process in processes for topic in said_by(process.hearing)}
    for verb, wired in (("hears", heard), ("says", said)):
        named = [word.strip() for word in lines[verb].replace("\n", " ").split(",")]
        for topic in wired - always:
            assert any(fnmatch(topic, name) for name in named), f"{verb}: {topic} is not on the card"
        for name in named:
            assert any(fnmatch(topic, name) for topic in wired), f"{verb}: the card names {name}"


def said_by(hearing: Hearing) -> set[str]:
    return {str(publisher.topic) for publisher in hearing.broker.publishers}  # type: ignore[attr-defined]  # Kafka's has it


async def test_every_topic_has_a_class_a_sayer_a_hearer_and_a_sample(services: dict[str, Service]) -> None:
    heard = {ear.event.topic for service in services.values() for ear in service.hearing.ears}
    said = {topic for service in services.values() for topic in said_by(service.hearing)}
    assert said == set(EVENTS), "said by nobody, or without a class"
    assert heard == set(EVENTS), "heard by nobody"
    assert {path.parent.name for path in SAMPLES} == set(EVENTS)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.parent.name)
def test_a_golden_event_is_read_for_ever(sample: Path) -> None:
    body = json.loads(sample.read_text(encoding="utf-8"))
    event = EVENTS[sample.parent.name].model_validate(body)
    assert says_at_least(event.model_dump(mode="json"), body), "what an old event says must still be there"
    later = body | {"a_field_of_a_later_version": 1}
    assert EVENTS[sample.parent.name].model_validate(later) == event, "a later version may say more"


def says_at_least(new: Any, old: Any) -> bool:
    """Everything of `old`, whatever `new` says besides."""
    if isinstance(old, dict):
        return isinstance(new, dict) and all(key in new and says_at_least(new[key], old[key]) for key in old)
    if isinstance(old, list):
        return len(new) == len(old) and all(map(says_at_least, new, old))
    return bool(new == old)


async def test_every_subscriber_has_its_group_its_offset_and_its_policy(services: dict[str, Service]) -> None:
    for name, service in services.items():
        for ear in service.hearing.ears:
            assert ear.group == f"{name}.{ear.event.topic}"
            assert ear.subscriber.topic_names_for_subscribe == [ear.event.topic]
            assert ear.subscriber.ack_policy is AckPolicy.NACK_ON_ERROR
            assert ear.subscriber._connection_args["auto_offset_reset"] == "earliest"
            assert ear.subscriber._connection_args["enable_auto_commit"] is False
            assert ear.subscriber._listener is ear.gate


@pytest.mark.parametrize("path", SOURCES, ids=str)
def test_only_settings_read_the_environment(path: Path) -> None:
    if path.parts[0] == "deploy" or path.name == "settings.py":
        return
    tree = tree_of(path)
    for node in ast.walk(tree):
        read = isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv")
        assert not read, f"{path}:{node.lineno} reads the environment"  # type: ignore[attr-defined]


def test_nothing_offers_to_try_a_handler_from_a_web_page() -> None:
    """FastStream's AsyncAPI page publishes to any topic and stops subscribers (engineering.md A8): we have none."""
    assert not any("asyncapi_path" in path.read_text(encoding="utf-8") for path in SOURCES)


async def test_the_contract_files_tell_the_truth(services: dict[str, Service]) -> None:
    wrong = differences(contracts(services))
    assert not wrong, f"run `python -m deploy.contracts write` and look at the difference: {wrong}"


@pytest.mark.parametrize("service", SERVICES)
def test_the_migrations_make_the_tables_that_the_store_names(service: str) -> None:
    """Columns by name; the types are tried by every test that migrates its database."""
    text = "".join(path.read_text(encoding="utf-8") for path in Path("services", service, "migrations").rglob("*.py"))
    module = import_module(f"services.{service}.store")
    for table in module.metadata.tables.values():
        assert f'"{table.name}"' in text, table.name
        for column in table.columns:
            assert f'"{column.name}"' in text, f"{table.name}.{column.name}"
