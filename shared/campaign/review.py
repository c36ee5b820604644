"""Who looks at a photo after the judge, and what follows a "no"."""

from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field

from shared.campaign.policy import Policy


class Review(Policy):
    """What people do besides the judge."""

    people: Annotated[int, Field(ge=0, le=2)] = 0
    """0: only what the judge is unsure of; 1: every photo; 2: a first and a final review (初审、终审: Xinhua)."""
    sample_percent: Annotated[int, Field(ge=0, le=100)] = 0
    """Of what the judge accepts, so much is seen by a person too."""
    expected_hours: Annotated[int, Field(ge=1, le=24 * 366)] = 24
    """What the student is told to wait; 24 hours to 20 working days were seen."""
    may_withdraw: bool = False
    """The student may take a photo back while it waits for a person."""
    may_appeal: bool = True
    """The student may ask for a person against an automatic refusal, once per attempt (PIPL 24)."""
    technical_check: bool = False
    """After the window every accepted photo is looked at again for beautifying (Xinhua)."""


class Resubmission(Policy):
    """After a refusal: the days advised are shown and recalled, the days enforced refuse."""

    advised_days: Annotated[int, Field(ge=1, le=366)] | None = None
    """What the school asks for (Xinhua's notice: 2)."""
    enforced_days: Annotated[int, Field(ge=1, le=366)] | None = None
    """After so many days the application lapses (Xinhua's notice: 7); without: when the window closes."""
    attempts_max: Annotated[int, Field(ge=1, le=1000)] | None = None
    """Photos one applicant may hand in; without: as many as the time allows."""

    def advised_by(self, refused_at: datetime) -> datetime | None:
        return refused_at + timedelta(days=self.advised_days) if self.advised_days else None

    def enforced_by(self, refused_at: datetime) -> datetime | None:
        return refused_at + timedelta(days=self.enforced_days) if self.enforced_days else None


class Sanctions(Policy):
    """What a photo revoked after the technical check costs besides the application."""

    ban_for_term: bool = False
    """No further collection in this term (Xinhua)."""
