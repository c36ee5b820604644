"""Delivers notifications and receipts: tries again by the sender's schedule until the receiver takes one."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

import httpx

from deploy.sandbox.ledger import Attempt, Delivery, now
from shared.http import http_client

WECHAT_PAY_SECONDS = (15, 15, 30, 180, 600, 1200, *[1800] * 3, 3600, *[10_800] * 3, *[21_600] * 2)
"""WeChat Pay's pauses between tries: 24 h 4 m in all (domain research §3.7)."""
RECEIPT_SECONDS = (60, 300, 600)
ANSWER_SECONDS = 5
"""A notification answered later than this counts as not taken."""


@dataclass(frozen=True)
class Parcel:
    """What is delivered: `wrap` makes headers and body anew for each try, `taken` judges the answer."""

    url: str
    wrap: Callable[[], tuple[dict[str, str], str]]
    taken: Callable[[httpx.Response], bool]
    pauses: Sequence[float]


class Courier:
    """An async context manager; leaving it drops what is still under way."""

    def __init__(self, retry_scale: float) -> None:
        self._retry_scale = retry_scale
        self._under_way: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._client = http_client(timeout=ANSWER_SECONDS)
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
        await self._client.aclose()

    def send(self, delivery: Delivery, parcel: Parcel, delay_seconds: float = 0) -> asyncio.Task[None]:
        """Start delivering; the task ends when the parcel was taken or given up."""
        task = asyncio.create_task(self._deliver(delivery, parcel, delay_seconds))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return task

    async def _deliver(self, delivery: Delivery, parcel: Parcel, delay_seconds: float) -> None:
        await asyncio.sleep(delay_seconds)
        for pause in (0, *parcel.pauses):
            await asyncio.sleep(pause * self._retry_scale)
            attempt = await self._attempt(parcel)
            delivery.attempts.append(attempt)
            if attempt.taken:
                return
        delivery.given_up = True

    async def _attempt(self, parcel: Parcel) -> Attempt:
        headers, body = parcel.wrap()
        try:
            response = await self._client.post(parcel.url, content=body, headers=headers)
        except httpx.HTTPError as error:
            return Attempt(now(), None, taken=False, answer=type(error).__name__)
        return Attempt(now(), response.status_code, parcel.taken(response), response.text[:200])
