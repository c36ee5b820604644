"""What every decoder of capture codes is."""

from typing import Protocol

from pydantic import BaseModel, ConfigDict


class Decoded(BaseModel):
    """What a code says. `last_four`: of the document's number; `school_code`: the Ministry's five digits."""

    model_config = ConfigDict(frozen=True)

    student_no: str
    school_code: str
    masked_name: str
    last_four: str


class BadCode(Exception):
    """It is no code, or has expired: the student asks CHSI for a new one."""


class Decoder(Protocol):
    async def decode(self, code: str) -> Decoded:
        """Raises BadCode; TryLater when the unit does not answer. Asking twice is harmless."""
