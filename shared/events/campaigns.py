"""Facts about a collection and its roster."""

from shared.campaign import Campaign
from shared.events.event import Event


class CampaignPublished(Event):
    topic = "campaign.published.v1"

    campaign: Campaign

    @property
    def key(self) -> str:
        return self.campaign.ref


class RosterPublished(Event):
    """The whole roster of a campaign, sealed line by line in one object of the store."""

    topic = "roster.published.v1"

    campaign_id: str
    roster_version: int
    object_key: str
    entries: int

    @property
    def key(self) -> str:
        return self.campaign_id
