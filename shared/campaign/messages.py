"""What is said to the applicant about which fact, on which channel."""

from string import Formatter
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from shared.campaign.policy import Policy, Text

Channel = Literal["subscribe", "sms"]
Fact = Literal[
    "message.requested",
    "identity.referred",
    "identity.matched",
    "photo.accepted",
    "photo.refused",
    "photo.revoked",
    "resubmission.due",
    "payment.due",
    "payment.reminder",
    "payment.closed",
    "payment.succeeded",
    "payment.refunded",
    "application.lapsed",
    "application.delivered",
    "application.bounced",
]
PLACEHOLDERS = frozenset({"school", "title", "reason", "amount", "deadline", "support", "code"})
PLACEHOLDERS_OF_CODES = frozenset({"school", "title", "support", "code"})


class SubscribeTemplate(Policy):
    """A WeChat subscribe message."""

    template_id: Text
    """As WeChat's console shows it."""
    page: Text = "pages/application/application"
    """What a tap opens."""
    data: dict[str, Text]
    """The template's fields (thing1, phrase2 …) and their text with {placeholders}."""


class SmsTemplate(Policy):
    """An SMS."""

    template_id: Text
    """As the SMS console shows it."""
    parameters: tuple[Text, ...] = ()
    """In the template's order, with {placeholders}."""


class Notification(Policy):
    """What is said about one fact; a fact without one says nothing."""

    fact: Fact
    """What happened."""
    channels: Annotated[tuple[Channel, ...], Field(min_length=1)]
    """Tried in this order until one has taken it."""
    subscribe: SubscribeTemplate | None = None
    """Needed where `channels` names it."""
    sms: SmsTemplate | None = None
    """Needed where `channels` names it."""

    @model_validator(mode="after")
    def _channels_have_templates(self) -> Self:
        for channel in self.channels:
            if getattr(self, channel) is None:
                raise ValueError(f"channels 里有 {channel}，缺少 [notification.{channel}] 一节（{self.fact}）")
        for texts in self.texts().values():
            for text in texts:
                if unknown := placeholders(text) - PLACEHOLDERS:
                    allowed = "、".join(f"{{{name}}}" for name in sorted(PLACEHOLDERS))
                    raise ValueError(f"“{text}”里的 {{{min(unknown)}}} 不认识；可用 {allowed}")
        return self

    def texts(self) -> dict[Channel, tuple[str, ...]]:
        """Everything with placeholders in it."""
        return {
            "subscribe": tuple(self.subscribe.data.values()) if self.subscribe else (),
            "sms": self.sms.parameters if self.sms else (),
        }


def placeholders(text: str) -> set[str]:
    """The names in braces. Raises ValueError where a brace is alone, or holds more than a name."""
    try:
        parts = list(Formatter().parse(text))
    except ValueError:
        raise ValueError(f"“{text}”里的花括号没有成对") from None
    if any(form or conversion for _, _, form, conversion in parts):
        raise ValueError(f"“{text}”的花括号里只能写一个名字，如 {{title}}")
    return {name for _, name, _, _ in parts if name is not None}
