"""Whose fault a failure is. The message's: a dead letter. The world's: wait. Nobody's: say so as a fact."""

import json

import aiokafka.errors
import minio.error
import urllib3.exceptions
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

# PostgreSQL's classes for "not now": connection lost, shutting down, starting up, too many clients.
# https://www.postgresql.org/docs/18/errcodes-appendix.html
WORLDS_SQLSTATES = ("08", "57P", "53")
# Two transactions met in the wrong order: run again. 40001 serialization failure, 40P01 deadlock.
RETRY_SQLSTATES = ("40",)

# OSErrors that are nobody's outage: a file of ours is not where it should be.
OUR_FILES = (FileNotFoundError, FileExistsError, IsADirectoryError, NotADirectoryError, PermissionError)


class Unreadable(Exception):
    """The message itself is broken: no retry will mend it."""


def is_the_worlds(error: BaseException) -> bool:
    """True when PostgreSQL, Kafka, the object store or the network was not there: waiting may help."""
    if isinstance(error, DBAPIError):
        sqlstate = str(getattr(error.orig, "sqlstate", None) or "")
        return (
            error.connection_invalidated
            or sqlstate.startswith(WORLDS_SQLSTATES + RETRY_SQLSTATES)
            or (isinstance(error, OperationalError | InterfaceError) and not sqlstate)
        )
    if isinstance(error, minio.error.S3Error):
        return bool(error.response.status >= 500) or error.code in ("SlowDown", "RequestTimeTooSkewed")
    if isinstance(error, aiokafka.errors.KafkaError):
        return bool(error.retriable)
    away = isinstance(error, OSError | urllib3.exceptions.HTTPError | minio.error.ServerError)
    return away and not isinstance(error, OUR_FILES)


def is_the_messages(error: BaseException) -> bool:
    """True when the message cannot be read: trying again gives the same."""
    return isinstance(error, Unreadable | ValidationError | json.JSONDecodeError | UnicodeDecodeError)


def cause_without_data(error: BaseException) -> str:
    """What failed and where, without the values that were in it (they may be personal)."""
    if isinstance(error, ValidationError):
        wrong = (f"{'.'.join(map(str, each['loc']))}: {each['type']}" for each in error.errors(include_input=False))
        return f"{error.title}: {'; '.join(wrong)}"
    if isinstance(error, Unreadable):
        return f"Unreadable: {error}"
    place = ""
    trace = error.__traceback__
    while trace:
        place = f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}"
        trace = trace.tb_next
    return f"{type(error).__name__} at {place}"
