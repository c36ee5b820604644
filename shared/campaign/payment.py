"""Who owes what, when."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from shared.campaign.policy import Policy

Fen = Annotated[int, Field(ge=0, le=1_000_000)]


class Payment(Policy):
    """Who owes what, when. Amounts in fen."""

    moment: Literal["before_upload", "at_order", "after_upload", "after_approval", "offline", "none"]
    """When the fee falls due: before the photo, with the order (Xinhua) or after the upload, both before the review
    (NCEPU), after the approval (BUCT, BIT), to somebody on the spot, or never."""
    fee_fen: Fen = 0
    """The fee; ¥13.5 to ¥60 were seen, ¥20 most often."""
    retake_fee_fen: Fen = 0
    """For every attempt after the free ones, where each is paid before its review; 0: a refusal never costs again."""
    free_attempts: Annotated[int, Field(ge=1, le=1000)] = 1
    """How many attempts the first fee covers where a retake costs."""
    refund_when: tuple[Literal["withdrawn", "lapsed", "revoked", "erased"], ...] = ("withdrawn", "lapsed", "erased")
    """Which ends give the fee back; a double payment always goes back."""
    description: Annotated[str, StringConstraints(max_length=127)] = "毕业图像采集"
    """What the student reads on the bill (WeChat Pay v3: at most 127 characters)."""
    grace_days: Annotated[int, Field(ge=1, le=366)] = 3
    """Unpaid for so long, the application lapses."""
    remind_after_hours: tuple[Annotated[int, Field(ge=1, le=24 * 366)], ...] = (24, 48)
    """When an unpaid fee is recalled."""
    order_minutes: Annotated[int, Field(ge=5, le=7 * 24 * 60)] = 30
    """An order is closed after this; a new one may be asked for."""
    order_prefix: Annotated[str, StringConstraints(pattern=r"^\d{4}$")] | None = None
    """Four digits before the time in an order's number, as in 0000-20200714160054374 (Xinhua)."""

    @model_validator(mode="after")
    def _has_a_fee(self) -> Self:
        if self.moment == "none" and self.fee_fen:
            raise ValueError(f"fee_fen 应为 0，因为 moment 为 none（不收费）；现为 {self.fee_fen}")
        if self.moment != "none" and not self.fee_fen:
            raise ValueError(
                f"fee_fen 应大于 0（单位：分，20 元写 2000），因为 moment 为 {self.moment}；不收费请设 moment 为 none"
            )
        if self.retake_fee_fen and self.moment not in ("at_order", "after_upload"):
            raise ValueError(f"retake_fee_fen 只用于 moment 为 at_order 或 after_upload，现为 {self.moment}")
        return self

    @property
    def is_before_review(self) -> bool:
        """Nobody looks at a photo before its fee is paid."""
        return self.moment in ("before_upload", "at_order", "after_upload")

    def fees_owed(self, charged_attempt: int) -> int:
        """How many payments must stand for the nth attempt that counts (a bounce's or a withdrawal's does not)."""
        if self.moment == "none":
            return 0
        return 1 + (max(charged_attempt - self.free_attempts, 0) if self.retake_fee_fen else 0)

    def fee_of(self, number: int) -> int:
        """Of the nth payment, in fen."""
        return self.fee_fen if number == 1 else self.retake_fee_fen
