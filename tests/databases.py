"""Databases of one test each: empty, or in a service's newest shape."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

from deploy.local.servers import Servers
from shared.database import migrate


class Databases:
    """Migrates once per service and run; every test has a copy of that."""

    def __init__(self, parts: Servers) -> None:
        self._parts = parts
        self._migrated: dict[str, str] = {}  # service → database

    @asynccontextmanager
    async def empty(self) -> AsyncIterator[str]:
        """Its address, for SQLAlchemy; dropped afterwards."""
        name = _name("empty")
        await self._parts.create_databases([name])
        yield self._parts.postgres_url(name)
        await self._parts.drop_database(name)

    @asynccontextmanager
    async def migrated(self, service: str) -> AsyncIterator[str]:
        """The address of one with the service's tables, which are empty; dropped afterwards."""
        if service not in self._migrated:
            original = _name(service)
            await self._parts.create_databases([original])
            await asyncio.to_thread(migrate, service, self._parts.postgres_url(original))
            self._migrated[service] = original
        name = _name(service)
        await self._parts.copy_database(self._migrated[service], name)
        yield self._parts.postgres_url(name)
        await self._parts.drop_database(name)


def _name(kind: str) -> str:
    return f"test_{kind}_{uuid4().hex}"
