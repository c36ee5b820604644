"""Every setting as a Markdown table, out of the settings classes: the name, who reads it, its default, what it means.

python -m deploy.settings_table write README.md    puts it between the two marks
python -m deploy.settings_table check README.md    says when it no longer tells the truth (a test runs it)
"""

import ast
import inspect
import io
import sys
import tokenize
from pathlib import Path

from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from pydantic_settings import BaseSettings

from deploy.sandbox.settings import Settings as Sandbox
from services.exporter.settings import Settings as Exporter
from services.intake.settings import Settings as Intake
from services.matcher.settings import Settings as Matcher
from services.notifier.settings import Settings as Notifier
from services.payment.settings import Settings as Payment
from services.validator.settings import CutoutSettings, ReviewSettings
from services.validator.settings import Settings as Validator
from shared.settings import CommonSettings, KafkaSettings, SealSettings, StoreSettings, WeChatSettings

SHARED = (KafkaSettings, StoreSettings, SealSettings, CommonSettings)
# What each program reads, in the order of the table.
READS: dict[str, tuple[type[BaseSettings], ...]] = {
    "intake": (*SHARED, WeChatSettings, Intake),
    "matcher": (*SHARED, Matcher),
    "validator": (*SHARED, Validator, CutoutSettings),
    "review": (*SHARED, ReviewSettings),
    "payment": (*SHARED, Payment),
    "notifier": (*SHARED, WeChatSettings, Notifier),
    "exporter": (*SHARED, Exporter),
    "sandbox": (Sandbox,),
}
BEGIN, END = "<!-- settings: written by python -m deploy.settings_table -->", "<!-- end of settings -->"


def variables(settings: type[BaseSettings]) -> dict[str, tuple[str, FieldInfo]]:
    """Environment name → field name and field."""
    prefix = settings.model_config.get("env_prefix") or ""
    return {f"{prefix}{name}".upper(): (name, field) for name, field in settings.model_fields.items()}


def table() -> str:
    """The Markdown between the marks, without them."""
    readers: dict[str, list[str]] = {}
    rows: dict[str, str] = {}
    for program, classes in READS.items():
        for settings in classes:
            for variable, (name, field) in variables(settings).items():
                readers.setdefault(variable, []).append(program)
                rows[variable] = f"{_default(field)} | {_meaning(settings, name)}"
    everybody = sum(KafkaSettings in classes for classes in READS.values())
    lines = ["| setting | read by | default | meaning |", "|---|---|---|---|"]
    for variable, row in rows.items():
        who = "all services" if len(readers[variable]) == everybody else ", ".join(readers[variable])
        lines.append(f"| `{variable}` | {who} | {row} |")
    return "\n".join(lines) + "\n"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "**required**" + (", secret" if field.annotation is SecretStr else "")
    if field.default is PydanticUndefined:
        return "computed"
    if field.default in (None, "", SecretStr("")):
        return "unset"
    return f"`{field.default}`"


def _meaning(settings: type[BaseSettings], name: str) -> str:
    """The words beside the field in its source: a comment behind it, comments above it, or a string below it."""
    for owner in settings.__mro__:
        if name in inspect.get_annotations(owner):
            return _words_beside(inspect.getsource(owner), name).replace("|", "\\|")
    raise LookupError(f"{settings.__name__} has no field {name}")


def _words_beside(source: str, name: str) -> str:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    comments = {token.start[0]: token for token in tokens if token.type == tokenize.COMMENT}
    body = ast.parse(source).body[0]
    assert isinstance(body, ast.ClassDef)
    for statement, following in zip(body.body, [*body.body[1:], None], strict=True):
        if not (isinstance(statement, ast.AnnAssign) and getattr(statement.target, "id", "") == name):
            continue
        if behind := comments.get(statement.end_lineno or statement.lineno):
            return _text(behind)
        line, above = statement.lineno - 1, list[str]()
        while line in comments and comments[line].line.lstrip().startswith("#"):
            above.insert(0, _text(comments[line]))
            line -= 1
        if above:
            return " ".join(above)
        if isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant):
            return " ".join(str(following.value.value).split())
    return ""


def _text(comment: tokenize.TokenInfo) -> str:
    return comment.string.lstrip("# ")


def with_table(page: str) -> str:
    """The page with a new table. Raises ValueError when it has not both marks."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the page has no {BEGIN!r} … {END!r}: put both where the table belongs")
    return f"{before}{BEGIN}\n{table()}{END}{after}"


def main(arguments: list[str]) -> int:
    match arguments:
        case ["write", file]:
            page = Path(file)
            page.write_text(with_table(page.read_text(encoding="utf-8")), encoding="utf-8")
            return 0
        case ["check", file]:
            text = Path(file).read_text(encoding="utf-8")
            if with_table(text) == text:
                return 0
            sys.stderr.write(f"{file} has an old table of settings: run `make settings`\n")
            return 1
    sys.stderr.write(__doc__ or "")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
