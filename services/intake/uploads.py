"""An upload as `wx.uploadFile` sends it: multipart, spooled up to the cap, hashed while it comes."""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

from fastapi import Request
from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

FILE_PART = "photo"
FORM_BYTES = 16 * 2**10  # the fields around the file and the multipart's own lines
# A client that is cut off reads no answer, so what is too large is read on and thrown away, up to this.
READ_ON_BYTES = 32 * 2**20


class TooLarge(Exception):
    """The body is larger than the campaign's limit."""


class BadUpload(Exception):
    """Not a multipart form with the file and the fields; the text says what is missing."""


@dataclass(frozen=True)
class Upload:
    """What came: the file whole, its SHA-256 (hex), and the text fields beside it."""

    body: bytes
    sha256: str
    fields: dict[str, str]


class _HashingParser(MultiPartParser):
    """Starlette's parser, which also hashes the file as its bytes arrive."""

    def __init__(self, headers: Headers, stream: AsyncIterator[bytes]) -> None:
        super().__init__(headers, stream, max_files=1, max_fields=16, max_part_size=FORM_BYTES)  # type: ignore[arg-type]  # any async iterator is read
        self.sha256 = hashlib.sha256()

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        if self._current_part.file is not None:
            self.sha256.update(data[start:end])
        super().on_part_data(data, start, end)


async def read_upload(request: Request, max_bytes: int, file_part: str = FILE_PART) -> Upload:
    """Raises TooLarge or BadUpload."""
    stream = _capped(request.stream(), max_bytes + FORM_BYTES)
    parser = _HashingParser(request.headers, stream)
    try:
        form = await parser.parse()
    except (MultiPartException, KeyError, UnicodeDecodeError) as error:
        raise BadUpload(f"the body is no multipart form: {error}") from None
    try:
        file = form.get(file_part)
        if not isinstance(file, UploadFile):
            raise BadUpload(f"the form has no file part named {file_part!r}")
        fields = {name: value for name, value in form.items() if isinstance(value, str)}
        body = await file.read()
    finally:
        await form.close()
    if len(body) > max_bytes:
        raise TooLarge(f"{len(body)} bytes, allowed are {max_bytes}")
    return Upload(body, parser.sha256.hexdigest(), fields)


async def _capped(stream: AsyncIterator[bytes], cap: int) -> AsyncIterator[bytes]:
    seen = 0
    async for chunk in stream:
        seen += len(chunk)
        if seen > READ_ON_BYTES:
            break
        if seen <= cap:
            yield chunk
    if seen > cap:
        raise TooLarge(f"{seen} bytes or more, allowed are {cap}")
