"""Whose fault is it?"""

import json

import pytest
from aiokafka.errors import KafkaConnectionError, MessageSizeTooLargeError
from pydantic import BaseModel, ValidationError
from sqlalchemy.exc import DBAPIError, IntegrityError
from urllib3.exceptions import MaxRetryError

from shared.failures import Unreadable, cause_without_data, is_the_messages, is_the_worlds


class Refused(Exception):
    sqlstate = "57P03"  # cannot connect now


class Twice(Exception):
    sqlstate = "23505"  # unique violation


WORLDS = [
    ConnectionRefusedError(),
    TimeoutError(),
    OSError("Multiple exceptions: [Errno 111]"),
    DBAPIError("SELECT 1", None, Refused()),
    DBAPIError("SELECT 1", None, Exception(), connection_invalidated=True),
    KafkaConnectionError(),
    MaxRetryError(None, "/photos"),  # type: ignore[arg-type]  # the pool is not looked at
]
OURS = [
    KeyError("x"),
    FileNotFoundError("model.onnx"),
    IntegrityError("INSERT", None, Twice()),
    MessageSizeTooLargeError(),
    ZeroDivisionError(),
]


@pytest.mark.parametrize("error", WORLDS, ids=repr)
def test_the_worlds_failures_are_waited_for(error: Exception) -> None:
    assert is_the_worlds(error)
    assert not is_the_messages(error)


@pytest.mark.parametrize("error", OURS, ids=repr)
def test_our_bugs_are_neither_the_worlds_nor_the_messages(error: Exception) -> None:
    assert not is_the_worlds(error)
    assert not is_the_messages(error)


def test_a_message_that_cannot_be_read_is_its_own_fault() -> None:
    assert is_the_messages(Unreadable("a list"))
    assert is_the_messages(json.JSONDecodeError("bad", "doc", 0))


def test_the_cause_names_the_field_and_the_line_and_never_the_value() -> None:
    class Claim(BaseModel):
        document_number: int

    with pytest.raises(ValidationError) as wrong:
        Claim.model_validate({"document_number": "11010519491231002X"})
    assert cause_without_data(wrong.value) == "Claim: document_number: int_parsing"
    with pytest.raises(ValueError, match="11010519491231002X") as ours:
        raise ValueError("11010519491231002X")
    assert cause_without_data(ours.value).startswith("ValueError at test_failures.py:")
