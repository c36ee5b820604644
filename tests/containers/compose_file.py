"""docker-compose.yml as the tests read it."""

import re
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

COMPOSE_FILE = Path("docker-compose.yml")
_VARIABLE = re.compile(r"\$\{(\w+)(?::?[-?]([^}]*))?\}")


def services() -> dict[str, dict[str, Any]]:
    """Service name → its section, with anchors and merges resolved and variables as written."""
    return dict(YAML(typ="safe", pure=True).load(COMPOSE_FILE.read_text(encoding="utf-8"))["services"])


def image_of(service: str) -> str:
    """The image that a service names when nobody overrides it."""
    return _VARIABLE.sub(lambda variable: variable[2] or "", services()[service]["image"])


def variables() -> set[str]:
    """Every name that the file takes from .env: in ${…}, or as a setting without a value."""
    written = {match[1] for match in _VARIABLE.finditer(COMPOSE_FILE.read_text(encoding="utf-8"))}
    passed = {
        name
        for section in services().values()
        for name, value in section.get("environment", {}).items()
        if value is None
    }
    return written | passed
