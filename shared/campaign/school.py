"""Whose collection it is, when it is open, and whom a student may ask."""

from datetime import date, datetime, time
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, StringConstraints, model_validator

from shared.campaign.policy import Policy, Text

BEIJING = ZoneInfo("Asia/Shanghai")
MIDNIGHT = time(0)  # as an end: 24:00, which a TOML file cannot say


class School(Policy):
    """The school that ordered the collection."""

    name: Text
    """As the Ministry writes it."""
    code: Annotated[str, StringConstraints(pattern=r"^\d{5}$")]
    """The Ministry's five digits."""
    aliases: tuple[Text, ...] = ()
    """Other names students search by; pinyin and initials need not be listed."""


class Window(Policy):
    """When photos may be submitted."""

    opens_at: AwareDatetime
    """The first moment, with its time zone."""
    closes_at: AwareDatetime
    """The first moment that is too late."""
    daily_hours: tuple[time, time] | None = None
    """From and to, Beijing time, where a school opens by day only; 00:00 as the end is midnight. Without them day and
    night."""
    closed_on: tuple[date, ...] = ()
    """Days in between on which nothing is taken, such as public holidays (Beijing dates)."""

    @model_validator(mode="after")
    def _runs_forward(self) -> Self:
        if self.closes_at <= self.opens_at:
            raise ValueError(f"closes_at（{self.closes_at}）应晚于 opens_at（{self.opens_at}）")
        if self.daily_hours and MIDNIGHT != self.daily_hours[1] <= self.daily_hours[0]:
            raise ValueError(f"daily_hours 的结束 {self.daily_hours[1]} 应晚于开始 {self.daily_hours[0]}")
        return self

    def is_open(self, now: datetime) -> bool:
        if not self.opens_at <= now < self.closes_at:
            return False
        in_beijing = now.astimezone(BEIJING)
        if in_beijing.date() in self.closed_on:
            return False
        begins, ends = self.daily_hours or (MIDNIGHT, MIDNIGHT)
        return begins <= in_beijing.time() and (ends == MIDNIGHT or in_beijing.time() < ends)


class SupportContact(Policy):
    """Somebody who helps; the first of the list is shown wherever a step fails."""

    name: Text
    """As a student would ask for them."""
    phone: Text | None = None
    """With its area code."""
    email: Text | None = None
    """For those who do not telephone."""
    hours: Text | None = None
    """When somebody answers, in words."""
