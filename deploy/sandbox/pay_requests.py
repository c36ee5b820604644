"""What WeChat Pay accepts in an order and in a refund: lengths, characters and numbers as documented."""

from typing import Annotated, Self

from pydantic import AwareDatetime, BaseModel, Field, ValidationError

from deploy.sandbox.answers import PayError

NotifyUrl = Annotated[str, Field(max_length=255, pattern=r"^https?://[^?]+$")]
"""Really https only; the sandbox calls services on the same machine."""


class PayRequest(BaseModel):
    @classmethod
    def read(cls, body: dict[str, object]) -> Self:
        """Raises PayError 400 PARAM_ERROR, naming the first field that is wrong."""
        try:
            return cls.model_validate(body)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            raise PayError(400, "PARAM_ERROR", f"{where}: {first['msg']}") from None


class OrderAmount(BaseModel):
    total: int = Field(gt=0)
    currency: str = Field("CNY", pattern="^CNY$")


class Payer(BaseModel):
    openid: str = Field(min_length=1, max_length=128)


class OrderRequest(PayRequest):
    appid: str
    mchid: str
    description: str = Field(min_length=1, max_length=127)
    out_trade_no: str = Field(pattern=r"^[0-9A-Za-z_\-|*]{6,32}$")
    time_expire: AwareDatetime | None = None
    attach: str | None = Field(None, max_length=128)
    notify_url: NotifyUrl
    amount: OrderAmount
    payer: Payer


class RefundAmount(BaseModel):
    refund: int = Field(gt=0)
    total: int = Field(gt=0)
    currency: str = Field(pattern="^CNY$")


class RefundRequest(PayRequest):
    transaction_id: str | None = None
    out_trade_no: str | None = None
    out_refund_no: str = Field(pattern=r"^[0-9A-Za-z_\-|*@]{1,64}$")
    reason: str = Field("", max_length=80)
    notify_url: NotifyUrl | None = None
    amount: RefundAmount
