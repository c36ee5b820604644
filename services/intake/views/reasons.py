"""A reason as the student reads it."""

from pydantic import BaseModel

from shared.reasons import Reason


class ReasonView(BaseModel):
    code: str
    text: str


def reason_view(reason: Reason) -> ReasonView:
    return ReasonView(code=reason.value, text=reason.text)
