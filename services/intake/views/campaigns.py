"""What is being collected, as a page shows it before anybody signs in."""

from datetime import datetime, time

from pydantic import BaseModel

from shared.campaign import Campaign


class CampaignView(BaseModel):
    id: str
    version: int
    title: str
    school: str
    school_code: str
    audience: str
    levels: list[str]
    opens_at: datetime
    closes_at: datetime
    daily_hours: list[time] | None  # from and to, where the school opens by day only
    is_open: bool
    identity_strategy: str
    document_types: list[str]
    consent_version: str
    notice: str
    upload_types: list[str]
    upload_min_bytes: int
    upload_max_bytes: int
    upload_min_width_px: int
    upload_min_height_px: int
    upload_exact_pixels: bool
    upload_only_3_to_4: bool
    upload_sources: list[str]
    upload_devices: list[str]
    processing: str  # frame_by_hand: the upload is the acceptance; else the student looks at a prepared picture first
    backgrounds: list[str]
    payment_moment: str
    fee_fen: int
    retake_fee_fen: int
    review_hours: int
    may_withdraw: bool
    may_appeal: bool
    resubmit_advised_days: int | None
    resubmit_enforced_days: int | None
    attempts_max: int | None
    prints: str
    templates: list[str]  # to be asked for with wx.requestSubscribeMessage
    ask_to_notify_before_upload: bool
    collections: list[str]  # where one registers: group (asks for the 特征码), individual
    last_four: bool  # besides a capture code
    feature_code: bool  # 特征码 is asked for: of a group, or besides a capture code
    reminder: str | None  # to be answered with 我知道了 before the upload
    support: list[str]


def campaign_view(campaign: Campaign, now: datetime) -> CampaignView:
    templates = dict.fromkeys(each.subscribe.template_id for each in campaign.notification if each.subscribe)
    return CampaignView(
        id=campaign.id,
        version=campaign.version,
        title=campaign.title,
        school=campaign.school.name,
        school_code=campaign.school.code,
        audience=campaign.audience,
        levels=list(campaign.levels),
        opens_at=campaign.window.opens_at,
        closes_at=campaign.window.closes_at,
        daily_hours=list(campaign.window.daily_hours) if campaign.window.daily_hours else None,
        is_open=campaign.window.is_open(now),
        identity_strategy=campaign.identity.strategy,
        document_types=list(campaign.identity.document_types),
        consent_version=campaign.consent.version,
        notice=campaign.consent.notice,
        upload_types=list(campaign.upload.types),
        upload_min_bytes=campaign.upload.min_bytes,
        upload_max_bytes=campaign.upload.max_bytes,
        upload_min_width_px=campaign.upload.min_width_px,
        upload_min_height_px=campaign.upload.min_height_px,
        upload_exact_pixels=campaign.upload.exact_pixels,
        upload_only_3_to_4=campaign.upload.only_3_to_4,
        upload_sources=list(campaign.upload.sources),
        upload_devices=list(campaign.upload.devices),
        processing=campaign.processing,
        backgrounds=[each.name for each in campaign.photo.backgrounds],
        payment_moment=campaign.payment.moment,
        fee_fen=campaign.payment.fee_fen,
        retake_fee_fen=campaign.payment.retake_fee_fen,
        review_hours=campaign.review.expected_hours,
        may_withdraw=campaign.review.may_withdraw,
        may_appeal=campaign.review.may_appeal,
        resubmit_advised_days=campaign.resubmission.advised_days,
        resubmit_enforced_days=campaign.resubmission.enforced_days,
        attempts_max=campaign.resubmission.attempts_max,
        prints=campaign.delivery.prints,
        templates=list(templates),
        ask_to_notify_before_upload=campaign.ask_to_notify_before_upload,
        collections=list(campaign.identity.collection),
        last_four=campaign.identity.last_four,
        feature_code=campaign.identity.feature_code is not None,
        reminder=campaign.reminder,
        support=support_of(campaign),
    )


def support_of(campaign: Campaign) -> list[str]:
    """Whom to ask, with the opening hours."""
    return [" ".join(filter(None, (who.name, who.phone, who.email, who.hours))) for who in campaign.contacts]
