"""What every service promises, as files: OpenAPI for its HTTP, AsyncAPI for its topics.

python -m deploy.contracts write    after a change that is meant
python -m deploy.contracts check    names each file that no longer tells the truth (a test runs it)
"""

import asyncio
import json
import os
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from unittest.mock import patch

from faststream.specification import AsyncAPI

from deploy.local.environment import WEB, environment
from deploy.local.keys import load_keys
from deploy.local.servers import Servers
from shared.service import Service

FOLDER = Path(__file__).parent / "contracts"
VERSION = "1.0.0"
APPS = {name: f"services.{name}.app" for name in WEB} | {"review": "services.validator.review"}


def built_services() -> dict[str, Service]:
    """Every process, wired as in production and not started. Call it inside a running loop."""
    with tempfile.TemporaryDirectory() as folder, patch.dict(os.environ, _example_environment(Path(folder))):
        return {name: import_module(module).build() for name, module in APPS.items()}


def _example_environment(folder: Path) -> dict[str, str]:
    nowhere = SimpleNamespace(
        kafka_bootstrap="kafka:9092",
        s3_endpoint="http://store:9000",
        s3_access_key="key",
        s3_secret_key="secret",
        postgres_url=lambda database: f"postgresql+asyncpg://postgres@database/{database}",
    )
    urls = {name: f"http://{name}:80" for name in (*WEB, "sandbox")}
    return environment(cast(Servers, nowhere), load_keys(folder), urls, "", folder / "clock", {})


def contracts(services: dict[str, Service]) -> dict[str, str]:
    """File name → text."""
    files: dict[str, str] = {}
    for name, service in services.items():
        api = service.app.openapi()
        if api["paths"]:
            files[f"{name}.openapi.json"] = _text(api)
        topics = AsyncAPI(service.hearing.broker, title=f"Gradphoto {name}", version=VERSION)
        files[f"{name}.asyncapi.json"] = _text(json.loads(topics.to_specification().to_json()))
    return files


def differences(written: dict[str, str]) -> list[str]:
    """The files that are missing, wrong, or of no service."""
    there = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.json")}
    return sorted(name for name in written.keys() | there.keys() if written.get(name) != there.get(name))


def _text(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


async def main(arguments: list[str]) -> int:
    files = contracts(built_services())
    match arguments:
        case ["write"]:
            FOLDER.mkdir(exist_ok=True)
            for name in differences(files):
                (FOLDER / name).unlink(missing_ok=True)
                if name in files:
                    (FOLDER / name).write_text(files[name], encoding="utf-8")
                sys.stdout.write(f"{name}\n")
            return 0
        case ["check"]:
            wrong = differences(files)
            sys.stderr.write("".join(f"{name} no longer tells the truth\n" for name in wrong))
            return 1 if wrong else 0
    sys.stderr.write(__doc__ or "")
    return 2


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1:])))
