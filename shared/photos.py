"""The object store, by key: MinIO or any other S3. Photos travel between services by key, never as bytes.

Objects are write-once and named by application and SHA-256: two workers on one photo write the same bytes to the
same place, and erasing one student touches nobody else's. `python -m shared.photos create` makes the buckets.
"""

import asyncio
import io
import sys
from collections.abc import AsyncIterator
from functools import partial
from typing import BinaryIO
from urllib.parse import urlsplit
from uuid import UUID

import urllib3
from minio import Minio
from minio.error import S3Error

from shared.settings import StoreSettings

PHOTOS, ROSTERS, BUNDLES = "photos", "rosters", "bundles"
IDCARDS = "idcards"  # pictures of documents: they live minutes
BUCKETS = (PHOTOS, ROSTERS, BUNDLES, IDCARDS)
PART_BYTES = 8 * 2**20  # a stream of unknown length is sent in parts of this size: it bounds the memory of an export
CHUNK_BYTES = 256 * 2**10
TIMEOUT_SECONDS = 30


class NoSuchObject(Exception):
    """The store has nothing under this key."""


def photo_key(application_id: UUID, sha256: str, what: str) -> str:
    """what: original.jpg, standard.jpg, overlay.jpg, report.json. `sha256` is the original's."""
    return f"{application_id}/{sha256}/{what}"


class Objects:
    """One bucket. minio-py is synchronous, so every call runs in a thread."""

    def __init__(self, settings: StoreSettings, bucket: str) -> None:
        self._client = _client(settings)
        self.bucket = settings.bucket_prefix + bucket

    async def put(self, key: str, body: bytes, content_type: str) -> None:
        await self.put_stream(key, io.BytesIO(body), len(body), content_type)

    async def put_stream(self, key: str, body: BinaryIO, length: int, content_type: str) -> None:
        """length −1: unknown; sent in parts, the memory stays at a few parts."""
        # One part at a time: minio-py's three at once held 24 MiB more and were not faster than a bundle is read.
        send = partial(self._client.put_object, part_size=PART_BYTES, num_parallel_uploads=1)
        await asyncio.to_thread(send, self.bucket, key, body, length, content_type)

    async def get(self, key: str) -> bytes:
        """Raises NoSuchObject."""
        return b"".join([chunk async for chunk in self.stream(key)])

    async def stream(self, key: str) -> AsyncIterator[bytes]:
        """Raises NoSuchObject before the first chunk."""
        try:
            answer = await asyncio.to_thread(self._client.get_object, self.bucket, key)
        except S3Error as error:
            if error.code == "NoSuchKey":
                raise NoSuchObject(f"{self.bucket}/{key}") from None
            raise
        try:
            while chunk := await asyncio.to_thread(answer.read, CHUNK_BYTES):
                yield chunk
        finally:
            answer.close()
            answer.release_conn()

    async def has(self, key: str) -> bool:
        try:
            await asyncio.to_thread(self._client.stat_object, self.bucket, key)
        except S3Error as error:
            if error.code == "NoSuchKey":
                return False
            raise
        return True

    async def remove(self, key: str) -> None:
        """It does not matter whether it was there."""
        await asyncio.to_thread(self._client.remove_object, self.bucket, key)

    async def keys(self, prefix: str = "") -> list[str]:
        """Everything in the bucket whose key begins so."""
        listed = await asyncio.to_thread(lambda: list(self._client.list_objects(self.bucket, prefix, recursive=True)))
        return [str(each.object_name) for each in listed]

    def create(self) -> bool:
        """True if the bucket was not there."""
        if self._client.bucket_exists(self.bucket):
            return False
        self._client.make_bucket(self.bucket)
        return True


def _client(settings: StoreSettings) -> Minio:
    address = urlsplit(settings.endpoint)
    timeout = urllib3.Timeout(connect=5, read=TIMEOUT_SECONDS)
    return Minio(
        address.netloc,
        access_key=settings.access_key,
        secret_key=settings.secret_key.get_secret_value(),
        secure=address.scheme == "https",
        # One retry: longer waiting is the business of whoever asked (shared/broker.py waits, a student is told).
        http_client=urllib3.PoolManager(timeout=timeout, retries=urllib3.Retry(1), maxsize=16),
    )


if __name__ == "__main__":
    if sys.argv[1:] != ["create"]:
        sys.exit("usage: python -m shared.photos create")
    made = [bucket for bucket in BUCKETS if Objects(StoreSettings(), bucket).create()]
    sys.stdout.write(f"buckets made: {', '.join(made) or 'none, all were there'}\n")
