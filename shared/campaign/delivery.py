"""How the school gets the photos, and how long anything is kept."""

from typing import Annotated, Literal

from pydantic import Field

from shared.campaign.policy import Policy


class Delivery(Policy):
    """How the school gets the photos."""

    photo_name: Literal["student_no", "document_number", "application_id"] = "student_no"
    """What a photo's file is called."""
    prints: Literal["none", "collected", "brought", "posted"] = "none"
    """Paper photos: none, collected by the school (BUCT), brought to it (NCEPU, BIT) or posted to it (Xinhua)."""
    prints_each: Annotated[int, Field(ge=1, le=20)] = 8
    """Two-inch photos of one person."""


class Retention(Policy):
    """How long anything is kept of a person (PIPL 19, 47)."""

    days_after_delivery: Annotated[int, Field(ge=30, le=3 * 366)] = 365
    """Then everything is erased but a tombstone and what the law keeps."""
