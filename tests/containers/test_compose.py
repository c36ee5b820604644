"""Does docker-compose.yml say what it should, before anybody starts it?"""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from deploy.settings_table import READS, variables
from shared.settings import EXAMPLE, EXAMPLE_BASE64
from tests.containers import compose_file

SERVICES = compose_file.services()
# An image is a program's own when we build it; the desk runs from the judges' image.
OURS = {name: section for name, section in SERVICES.items() if section["image"].startswith("gradphoto/")}
PROGRAMS = {name: section for name, section in OURS.items() if name in READS}
NEVER_PUBLISHED = ("kafka", "postgres", "store", "validator")
# Set in the image itself, to where the models were built.
OF_THE_IMAGE = {"VALIDATOR_MODELS_DIR"}
SECRET = re.compile(r"(PASSWORD|SECRET|KEY|KEYS|TOKEN)$")


def settings_of(program: str) -> dict[str, Any]:
    return {name: field for settings in READS[program] for name, (_, field) in variables(settings).items()}


def env_example() -> dict[str, tuple[str, bool]]:
    """Name → its value, and whether it is switched on."""
    text = Path(".env.example").read_text(encoding="utf-8")
    found = re.findall(r"^(#?)([A-Z][A-Z0-9_]*)=(.*)$", text, re.MULTILINE)
    return {name: (value, not off) for off, name, value in found}


def test_the_file_fits_the_compose_specification() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    checked = subprocess.run([*command, str(compose_file.COMPOSE_FILE)], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize("program", READS)
def test_a_program_is_given_its_own_settings_and_no_others(program: str) -> None:
    given, known = set(PROGRAMS[program]["environment"]), settings_of(program)
    assert given <= set(known), f"no settings.py reads {given - set(known)}"
    assert set(known) - OF_THE_IMAGE <= given, f"cannot be set in a container: {set(known) - OF_THE_IMAGE - given}"


@pytest.mark.parametrize("step", sorted(OURS.keys() - PROGRAMS.keys()))
def test_a_step_is_given_only_settings_that_exist(step: str) -> None:
    every = {name for program in READS for name in settings_of(program)}
    assert set(OURS[step].get("environment", {})) <= every


def test_env_example_names_every_variable_of_the_file_and_no_other() -> None:
    of_compose_itself = {"COMPOSE_PROFILES", "COMPOSE_PROJECT_NAME"}
    assert set(env_example()) == compose_file.variables() | of_compose_itself


def test_env_example_shows_the_defaults_of_the_settings() -> None:
    for program in READS:
        for name, field in settings_of(program).items():
            value, is_on = env_example().get(name, ("", True))
            if value and not is_on and field.default is not None and not SERVICES[program]["environment"][name]:
                assert (
                    float(value) == field.default if isinstance(field.default, float) else value == str(field.default)
                )


def test_every_secret_of_env_example_is_one_that_production_refuses() -> None:
    for name, (value, is_on) in env_example().items():
        if is_on and SECRET.search(name) and name != "S3_ACCESS_KEY":
            assert EXAMPLE in value or EXAMPLE_BASE64 in value, name


def test_no_secret_is_in_the_file() -> None:
    for name, section in SERVICES.items():
        for variable, value in section.get("environment", {}).items():
            if SECRET.search(variable) and value is not None:
                assert str(value).startswith("${"), f"{name} is given {variable} in the file"
            assert not re.search(r"://[^@/:]+:(?!\$\{)[^@/]*@", str(value)), f"{name} is given a password in {variable}"


@pytest.mark.parametrize("service", SERVICES)
def test_an_image_has_a_tag_that_stays_what_it_is(service: str) -> None:
    name, _, tag = compose_file.image_of(service).rpartition(":")
    assert name, "an image without a tag is the newest of today"
    assert re.fullmatch(r"dev|v?\d+(\.\d+)*|RELEASE\.[\dTZ-]+", tag)
    assert tag != "dev" or service in OURS, "only what is built here may be called dev"


@pytest.mark.parametrize("service", SERVICES)
def test_a_container_has_a_limit_and_keeps_its_logs_small(service: str) -> None:
    section = SERVICES[service]
    assert section["mem_limit"]
    assert section["logging"]["options"]["max-size"]
    assert "container_name" not in section, "a fixed name can be had once: nothing could be scaled"
    if service in OURS:
        assert section["read_only"]
        assert section["cap_drop"] == ["ALL"]


@pytest.mark.parametrize("service", [name for name in SERVICES if name in READS or name in NEVER_PUBLISHED])
def test_a_server_is_watched_and_restarted(service: str) -> None:
    assert SERVICES[service]["healthcheck"]["test"]
    assert SERVICES[service]["restart"] == "unless-stopped"


@pytest.mark.parametrize("service", SERVICES)
def test_only_what_people_and_gateways_call_is_published_and_on_this_machine(service: str) -> None:
    ports = SERVICES[service].get("ports", [])
    assert not (ports and service in NEVER_PUBLISHED)
    for port in ports:
        assert port.startswith(("${PUBLISH_ADDRESS:-127.0.0.1}:${", "127.0.0.1:${"))


def test_nothing_starts_before_what_it_stands_on() -> None:
    for name, section in PROGRAMS.items():
        if name == "sandbox":
            continue
        migration = "migrate-validator" if name == "review" else f"migrate-{name}"
        for step in ("topics", "buckets", migration):
            assert section["depends_on"][step]["condition"] == "service_completed_successfully"
    for name, server in (("topics", "kafka"), ("buckets", "store"), ("migrate-intake", "postgres")):
        assert SERVICES[name]["depends_on"][server]["condition"] == "service_healthy"


def test_sandbox_watch_and_ui_are_switched_on_by_their_profiles_only() -> None:
    profiles = {name: section["profiles"] for name, section in SERVICES.items() if "profiles" in section}
    assert profiles == {
        "example-keys": ["sandbox"],
        "sandbox": ["sandbox"],
        "prometheus": ["watch"],
        "grafana": ["watch"],
        "kafka-ui": ["ui"],
    }
    assert env_example()["COMPOSE_PROFILES"] == ("sandbox", True)


def test_every_metric_of_the_dashboard_exists() -> None:
    text = Path("deploy/grafana/dashboards/gradphoto.json").read_text(encoding="utf-8")
    counted = set(re.findall(r"Counter\(\"(\w+)\"", Path("shared/metrics.py").read_text(encoding="utf-8")))
    measured = set(re.findall(r"(?:Gauge|Histogram)\(\s*\"(\w+)\"", Path("shared/metrics.py").read_text("utf-8")))
    named = {
        name
        for panel in json.loads(text)["panels"]
        for target in panel.get("targets", [])
        for name in re.findall(r"gradphoto_\w+", target["expr"])
    }
    known = {f"{name}_total" for name in counted} | measured | {f"{name}_bucket" for name in measured}
    assert named
    assert named <= known
