"""Passwords, hashed with argon2id off the event loop; a guess at nobody's takes as long as one at somebody's."""

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error

AT_ONCE = 2  # each takes 64 MiB (RFC 9106's second recommendation): a flood of sign-ins must not take them all


class Passwords:
    def __init__(self) -> None:
        self._hasher = PasswordHasher()
        self._nobodys_hash = self._hasher.hash("nobody")
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def hash(self, password: str) -> str:
        async with self._turns:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def fits(self, password: str, password_hash: str | None) -> bool:
        """None: nobody has registered; False, in the same time."""
        async with self._turns:
            return await asyncio.to_thread(self._verify, password, password_hash)

    def _verify(self, password: str, password_hash: str | None) -> bool:
        try:
            self._hasher.verify(password_hash or self._nobodys_hash, password)
        except Argon2Error:
            return False
        return password_hash is not None
