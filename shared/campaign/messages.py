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
                raise ValueError(f"channel {channel!r} of {self.fact!r} needs a [notification.{channel}] table")
        texts = [
            *(self.subscribe.data.values() if self.subscribe else ()),
            *(self.sms.parameters if self.sms else ()),
        ]
        for text in texts:
            if unknown := _placeholders(text) - PLACEHOLDERS:
                raise ValueError(f"{text!r} names {sorted(unknown)}; allowed are {sorted(PLACEHOLDERS)}")
        return self


def _placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}
