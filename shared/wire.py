"""A fact on the wire: CloudEvents 1.0, Kafka binding, binary mode. Reading one never raises past its own door."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from aiokafka import ConsumerRecord
from faststream.kafka import KafkaMessage
from faststream.message import StreamMessage

from shared.failures import Unreadable

UNREADABLE = "x-unreadable"


async def parse(record: ConsumerRecord[Any, Any], original: Callable[[Any], Awaitable[KafkaMessage]]) -> KafkaMessage:
    """Never raises: a null or non-UTF-8 header would be skipped, then dead-lettered again at each start (G3)."""
    headers: dict[str, str] = {}
    for name, value in record.headers:
        try:
            headers[name] = value.decode()
        except (AttributeError, UnicodeDecodeError):
            headers[UNREADABLE] = f"header {name!r} is null or not UTF-8"
    readable = [(name, value.encode()) for name, value in headers.items()]
    message = await original(replace(record, headers=readable))
    message.raw_message = record
    return message


async def decode(msg: StreamMessage[Any], original: Callable[[Any], Awaitable[Any]]) -> Any:
    """The body, with the fact's id and time out of the CloudEvents headers. Raises Unreadable."""
    body = await original(msg)
    if not isinstance(body, dict):
        raise Unreadable(f"the body is not a JSON object (content-type {msg.content_type!r})")
    try:
        return body | {"id": msg.headers["ce_id"], "occurred_at": msg.headers["ce_time"]}
    except KeyError as missing:
        raise Unreadable(f"no header {missing}") from None
