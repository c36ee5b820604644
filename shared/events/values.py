"""The values inside facts; what only the holder of a key may read comes first."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


class Value(BaseModel):
    """Something that has no identity of its own; what it does not know it ignores (a later version may say more)."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Identity(Value):
    """What the applicant claims to be, as typed."""

    name: str | None = None
    document_type: str = "resident_id"
    document_number: str = ""
    level: str | None = None
    collection: Literal["group", "individual"] = "group"
    capture_code: str | None = None
    last_four: str | None = None


class IdCard(Value):
    """What was read from a picture of a document; what could not be read is None. `sex`: 男 or 女."""

    name: str | None = None
    document_number: str | None = None
    sex: str | None = None
    born_on: date | None = None


class Entry(Value):
    """One line of the school's roster: who is entitled to take part."""

    name: str
    document_type: str
    document_number: str
    student_no: str
    college: str = ""
    major: str = ""
    level: str = ""


class Contact(Value):
    """How to reach the applicant; phone in E.164."""

    openid: str
    phone: str | None = None


class CodeMessage(Value):
    """A one-time code on its way to a phone (E.164)."""

    phone: str
    code: str


class Payer(Value):
    """Whose WeChat pays."""

    openid: str


class Frame(Value):
    """The crop chosen by hand: left, top and width in pixels of the upright original; always 3:4."""

    x: int
    y: int
    width: Annotated[int, Field(gt=0)]

    @property
    def height(self) -> int:
        return round(self.width * 4 / 3)


class Grant(Value):
    """One agreement to one subscribe message: WeChat lets us send once per grant."""

    grant_id: UUID
    template_id: str


class PayParameters(Value):
    """What `wx.requestPayment` takes, named as WeChat names it (WeChat Pay v3, JSAPI)."""

    appId: str
    timeStamp: str
    nonceStr: str
    package: str
    signType: Literal["RSA"]
    paySign: str
