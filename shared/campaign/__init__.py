"""What a campaign file may say: one TOML file per collection, every policy in it, each with its default.

A version is immutable. An application pins one at consent: fee, consent and photo profile follow the pin; window,
deadlines and contacts follow the newest version. Sources of the defaults: the national standard
(教毕指〔2017〕99号, "std" + row of domain research §1.1) and the notices.
"""

from shared.campaign.campaign import Campaign
from shared.campaign.delivery import Delivery, Retention
from shared.campaign.files import BadCampaign, read_campaign
from shared.campaign.identity import Consent, DocumentType, IdentityPolicy
from shared.campaign.messages import PLACEHOLDERS, Channel, Fact, Notification, SmsTemplate, SubscribeTemplate
from shared.campaign.payment import Payment
from shared.campaign.photo import (
    DEVICES,
    SOURCES,
    Background,
    CheckAction,
    CheckName,
    ClothesColour,
    Limit,
    LimitName,
    PhotoProfile,
    Upload,
)
from shared.campaign.policy import Colour, PixelRange, Pixels, Policy, Text
from shared.campaign.review import Resubmission, Review, Sanctions
from shared.campaign.school import BEIJING, School, SupportContact, Window

__all__ = [
    "BEIJING",
    "DEVICES",
    "PLACEHOLDERS",
    "SOURCES",
    "Background",
    "BadCampaign",
    "Campaign",
    "Channel",
    "CheckAction",
    "CheckName",
    "ClothesColour",
    "Colour",
    "Consent",
    "Delivery",
    "DocumentType",
    "Fact",
    "IdentityPolicy",
    "Limit",
    "LimitName",
    "Notification",
    "Payment",
    "PhotoProfile",
    "PixelRange",
    "Pixels",
    "Policy",
    "Resubmission",
    "Retention",
    "Review",
    "Sanctions",
    "School",
    "SmsTemplate",
    "SubscribeTemplate",
    "SupportContact",
    "Text",
    "Upload",
    "Window",
    "read_campaign",
]
