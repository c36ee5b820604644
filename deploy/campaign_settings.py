"""Everything a campaign file may say, as a page: what, which values, the default, why. Out of the campaign model.

python -m deploy.campaign_settings write deploy/campaigns/README.md
python -m deploy.campaign_settings check deploy/campaigns/README.md    (a test runs it)
"""

import json
import sys
from pathlib import Path
from typing import Any

from shared.campaign import Campaign

HEAD = """# Campaign files

One TOML file is one collection of one school. `python -m services.intake.campaigns check FILE` explains every mistake;
`publish FILE` makes the version known. The tables below are written by `make settings` out of `shared/campaign/`.
"""
Schema = dict[str, Any]


def page() -> str:
    schema = Campaign.model_json_schema()
    named: Schema = schema["$defs"]
    parts = [HEAD, _table("", schema, named)]
    for path, words, part in _parts(schema, named):
        parts.append(f"## `[{path}]`\n\n{words}\n\n" + _table(f"{path}.", part, named))
    return "\n".join(parts)


def _parts(schema: Schema, named: Schema, above: str = "") -> list[tuple[str, str, Schema]]:
    """Every table of the file, the inner ones behind theirs: `photo`, `notification.sms` …; its key, words, schema."""
    found: list[tuple[str, str, Schema]] = []
    for key, field in schema["properties"].items():
        if inner := _policy(field, named):
            words = f"{_sentence(inner)} {_sentence(field)}".strip()
            found += [(above + key, words, inner), *_parts(inner, named, f"{above}{key}.")]
    return found


def _policy(field: Schema, named: Schema) -> Schema | None:
    """The policy that a field holds, one, perhaps one or several."""
    for each in (field, field.get("items", {}), *field.get("anyOf", ())):
        part: Schema = named.get(each.get("$ref", "").rpartition("/")[2], {})
        if "properties" in part:
            return part
    return None


def _table(path: str, schema: Schema, named: Schema) -> str:
    lines = ["| key | values | default | meaning |", "|---|---|---|---|"]
    for key, field in schema["properties"].items():
        if not _policy(field, named):
            default = _default(field, key in schema.get("required", ()))
            lines.append(f"| `{path}{key}` | {_values(field, named)} | {default} | {_sentence(field)} |")
    return "\n".join(lines) + "\n"


def _default(field: Schema, is_required: bool) -> str:
    if is_required:
        return "**required**"
    default = field.get("default")
    return "none" if default in (None, [], {}) else f"`{json.dumps(default, ensure_ascii=False)}`"


def _values(field: Schema, named: Schema) -> str:
    """What may stand there, in words."""
    if "$ref" in field:
        return _values(named[field["$ref"].rpartition("/")[2]], named)
    if "anyOf" in field:
        return " or ".join(_values(each, named) for each in field["anyOf"] if each.get("type") != "null")
    if "enum" in field or "const" in field:
        return " ".join(f"`{value}`" for value in field.get("enum", [field.get("const")]))
    match field.get("type"):
        case "array" if "prefixItems" in field:
            return "[" + ", ".join(_values(each, named) for each in field["prefixItems"]) + "]"
        case "array":
            return f"a list of: {_values(field['items'], named)}"
        case "object" if "properties" in field:
            return (
                "{ " + ", ".join(f"{key} = {_values(each, named)}" for key, each in field["properties"].items()) + " }"
            )
        case "object":
            key = _values(field.get("propertyNames", {}), named)
            return f"a table of: {key} = {_values(field['additionalProperties'], named)}"
        case "boolean":
            return "`true` `false`"
        case "integer" | "number":
            return _range(field)
        case _:
            return str(field.get("format", "text")) + (f" `{field['pattern']}`" if "pattern" in field else "")


def _sentence(field: Schema) -> str:
    return " ".join(field.get("description", "").split()).replace("|", "\\|")


def _range(field: Schema) -> str:
    low = field.get("minimum", field.get("exclusiveMinimum"))
    high = field.get("maximum", field.get("exclusiveMaximum"))
    if low is None and high is None:
        return "a number"
    above = "more than " if "exclusiveMinimum" in field else ""
    return f"{above}{low} to {high}" if high is not None else above + (f"{low}" if above else f"{low} or more")


def main(arguments: list[str]) -> int:
    match arguments:
        case ["write", file]:
            Path(file).write_text(page(), encoding="utf-8")
            return 0
        case ["check", file]:
            if Path(file).read_text(encoding="utf-8") == page():
                return 0
            sys.stderr.write(f"{file} is not what the campaign model says: run `make settings`\n")
            return 1
    sys.stderr.write(__doc__ or "")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
