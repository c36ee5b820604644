"""A campaign file, read with its mistakes in words."""

import tomllib
from datetime import date
from pathlib import Path

from pydantic import ValidationError

from shared.campaign.campaign import Campaign


class BadCampaign(Exception):
    """The file cannot be published; `lines` say which key, what stands there and what is allowed."""

    def __init__(self, name: str, lines: list[str]) -> None:
        super().__init__(f"{name}: " + "; ".join(lines))
        self.lines = lines


def read_campaign(path: Path) -> Campaign:
    """Raises BadCampaign with one line per mistake: the key, the value, what is allowed."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadCampaign(path.name, [f"is not TOML: {error}"]) from None
    except OSError as error:
        raise BadCampaign(path.name, [f"cannot be read: {error.strerror}"]) from None
    try:
        return Campaign.model_validate(table)
    except ValidationError as errors:
        raise BadCampaign(path.name, [_in_words(error) for error in errors.errors()]) from None


def _in_words(error: object) -> str:
    assert isinstance(error, dict)
    key = ".".join(str(part) for part in error["loc"]) or "the file"
    value = error.get("input")
    shown = "" if isinstance(value, dict | list) or error["type"] == "missing" else f" (found {_short(value)})"
    return f"{key}: {error['msg']}{shown}"


def _short(value: object) -> str:
    text = value.isoformat() if isinstance(value, date) else repr(value)
    return text if len(text) <= 60 else text[:57] + "…"
