"""What a student sees, as JSON; Chinese where a person reads it."""

from services.intake.views.applications import ApplicationView, Views
from services.intake.views.campaigns import CampaignView, campaign_view
from services.intake.views.orders import OrderView, order_view

__all__ = ["ApplicationView", "CampaignView", "OrderView", "Views", "campaign_view", "order_view"]
