"""One JSON line per happening on standard output, with `application_id` wherever there is one; never personal data."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

# The shapes of a resident ID number and of a mainland mobile number: a last net, not a licence to log them.
PERSONAL = re.compile(r"(?<![\dA-Za-z-])(\d{17}[\dXx]|(?:\+86)?1[3-9]\d{9})(?![\dA-Za-z-])")
# Chatty at INFO, and httpx prints whole addresses with their secrets (research/gateways.md §1).
QUIET = ("httpx", "httpcore", "aiokafka", "faststream", "urllib3", "uvicorn.access", "wechatpayv3", "alembic")


def start_logs(service: str, level: str = "INFO") -> None:
    """Sets up structlog and routes the standard library's loggers through it."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _mask,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.EventRenamer("message"),
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.contextvars.bind_contextvars(service=service)


def _mask(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key, value in line.items():
        if isinstance(value, str):
            line[key] = PERSONAL.sub("[masked]", value)
    return line
