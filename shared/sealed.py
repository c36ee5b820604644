"""Personal data at rest and in flight: AES-256-GCM boxes, and HMACs to look a number up without knowing it.

A box names the key it was sealed with, so keys rotate: the first key of `SEAL_KEYS` seals, all of them open.
"""

import base64
import hashlib
import hmac
import os
from typing import Generic, TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import BaseModel, ConfigDict

NONCE_BYTES = 12  # NIST SP 800-38D's recommended length for GCM

T = TypeVar("T", bound=BaseModel)


class CannotOpen(Exception):
    """The box was sealed with a key we do not hold, for another purpose, or was altered."""


class Sealed(BaseModel, Generic[T]):
    """A `T` that only a holder of the key can read; safe in topics, tables and logs."""

    model_config = ConfigDict(frozen=True)

    key_id: str
    box: str  # base64 of nonce + ciphertext


class Sealer:
    """Seals and opens personal data.

    keys: key id → 32 bytes, the first one seals. lookup_key: for `fingerprint`.
    """

    def __init__(self, keys: dict[str, bytes], lookup_key: bytes) -> None:
        self._ciphers = {key_id: AESGCM(key) for key_id, key in keys.items()}
        self._current = next(iter(keys))
        self._lookup_key = lookup_key

    def seal(self, plain: T) -> Sealed[T]:
        nonce = os.urandom(NONCE_BYTES)
        text = plain.model_dump_json().encode()
        box = nonce + self._ciphers[self._current].encrypt(nonce, text, _purpose(type(plain)))
        return Sealed(key_id=self._current, box=base64.b64encode(box).decode())

    def open(self, sealed: Sealed[T], into: type[T]) -> T:
        """Raises CannotOpen."""
        cipher = self._ciphers.get(sealed.key_id)
        if cipher is None:
            raise CannotOpen(f"no key {sealed.key_id!r}; add it to SEAL_KEYS")
        box = base64.b64decode(sealed.box)
        try:
            text = cipher.decrypt(box[:NONCE_BYTES], box[NONCE_BYTES:], _purpose(into))
        except InvalidTag:
            raise CannotOpen(f"this box holds no {into.__name__}, or was altered") from None
        return into.model_validate_json(text)

    def fingerprint(self, *parts: str) -> str:
        """An HMAC-SHA-256 (hex) of the parts: equal parts have equal fingerprints, and nobody can go back."""
        return hmac.new(self._lookup_key, "\x1f".join(parts).encode(), hashlib.sha256).hexdigest()


def _purpose(kind: type[BaseModel]) -> bytes:
    """Bound into the box, so that one kind of personal data cannot be passed off as another."""
    return kind.__name__.encode()
