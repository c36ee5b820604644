"""A unit that CHSI has authorised, and the student's side of it: capture codes are made, and decoded for who has a key.

The real format is private. Here a code is an opaque string; it says a student number, a school, a masked name and four
characters, never a name or a number.
"""

import secrets
from datetime import timedelta

from fastapi import APIRouter, Header, HTTPException
from pydantic import BaseModel, Field

from deploy.sandbox.ledger import CaptureCode, Ledger, now
from deploy.sandbox.settings import Settings

CODE_BYTES = 24


class NewCode(BaseModel):
    """lives_seconds: negative for one that has expired."""

    student_no: str
    school_code: str = Field(pattern=r"^\d{5}$")
    name: str = Field(min_length=1)
    document_number: str = Field(min_length=4)
    lives_seconds: float = 600


class Code(BaseModel):
    code: str


class Decoded(BaseModel):
    student_no: str
    school_code: str
    masked_name: str
    last_four: str


def routes(settings: Settings, ledger: Ledger) -> APIRouter:
    router = APIRouter(tags=["capture codes"])

    @router.post("/play/capture-codes")
    async def show(asked: NewCode) -> Code:
        """What a student's page at CHSI shows. As there, a name keeps its first and last character."""
        code = secrets.token_urlsafe(CODE_BYTES)
        ledger.capture_codes[code] = CaptureCode(
            student_no=asked.student_no,
            school_code=asked.school_code,
            masked_name=_masked(asked.name),
            last_four=asked.document_number[-4:].upper(),
            expires_at=now() + timedelta(seconds=asked.lives_seconds),
        )
        return Code(code=code)

    @router.post("/capture/decode")
    async def decode(asked: Code, authorization: str = Header("")) -> Decoded:
        if not secrets.compare_digest(authorization, f"Bearer {settings.capture_key.get_secret_value()}"):
            raise HTTPException(401, "this unit's key is not known")
        found = ledger.capture_codes.get(asked.code)
        if found is None or found.expires_at < now():
            raise HTTPException(404, "no such code, or it has expired")
        return Decoded.model_validate(found, from_attributes=True)

    return router


def _masked(name: str) -> str:
    return name[0] + "*" * (len(name) - 2) + name[-1] if len(name) > 2 else name[0] + "*"
