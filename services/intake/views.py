"""What a student sees: campaigns and the state of the application, as JSON; Chinese where a person reads it."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel
from sqlalchemy import Row

from services.intake.rules import Application, MoneyRegion, PhotoRegion, stage
from shared.campaign import Campaign
from shared.events import Entry, PayParameters
from shared.links import Links
from shared.reasons import Reason
from shared.sealed import Sealer

STAGES = {
    "identify": "请填写校验信息",
    "matching": "正在匹配采集信息",
    "confirm": "请核对信息",
    "unmatched": "未匹配到采集信息",
    "upload": "请上传照片",
    "checking": "照片检测中",
    "in_review": "照片人工审核中",
    "refused": "照片未通过，请重新采集",
    "pay": "审核通过，请付款",
    "approved": "审核通过",
    "lapsed": "逾期未支付，采集已终止",
    "complete": "采集完成",
    "delivered": "采集完成，照片已交学校",
}


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
    backgrounds: list[str]
    fee_fen: int
    review_hours: int
    templates: list[str]  # to be asked for with wx.requestSubscribeMessage
    ask_to_notify_before_upload: bool
    support: list[str]


class ReasonView(BaseModel):
    code: str
    text: str


class EntryView(BaseModel):
    """What the student is asked to check against."""

    school: str
    school_code: str
    student_no: str
    name: str
    college: str
    major: str
    level: str


class PhotoView(BaseModel):
    attempt: int
    state: str
    reasons: list[ReasonView]
    resubmit_by: datetime | None
    advised_by: datetime | None
    original: str | None
    standard: str | None
    overlay: str | None


class MoneyView(BaseModel):
    state: str
    amount_fen: int | None
    unpaid_until: datetime | None
    order_no: str | None
    pay: PayParameters | None  # for wx.requestPayment
    reason: ReasonView | None


class HappeningView(BaseModel):
    at: datetime
    what: str
    details: dict[str, Any]


class ApplicationView(BaseModel):
    """`revision` grows with each change: ask again with `?wait=…&after=revision`."""

    id: str
    campaign_id: str
    campaign_version: int
    revision: int
    stage: str
    stage_text: str
    identity: str
    reason: ReasonView | None  # why no photo can be collected yet
    support: str | None
    entry: EntryView | None
    photo: PhotoView
    money: MoneyView
    timeline: list[HappeningView]


def campaign_view(campaign: Campaign, now: datetime) -> CampaignView:
    templates = dict.fromkeys(each.subscribe.template_id for each in campaign.notification if each.subscribe)
    people = [" ".join(filter(None, (who.name, who.phone, who.email, who.hours))) for who in campaign.contacts]
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
        backgrounds=[each.name for each in campaign.photo.backgrounds],
        fee_fen=campaign.payment.fee_fen,
        review_hours=campaign.review.expected_hours,
        templates=list(templates),
        ask_to_notify_before_upload=campaign.ask_to_notify_before_upload,
        support=people,
    )


class Views:
    """Opens what the student may read, and signs the links to the pictures."""

    def __init__(self, sealer: Sealer, links: Links) -> None:
        self._sealer = sealer
        self._links = links

    def application(
        self, application: Application, campaign: Campaign, timeline: list[Row[Any]], now: datetime
    ) -> ApplicationView:
        at = stage(application, now)
        unmatched = application.identity.state == "unmatched"
        return ApplicationView(
            id=str(application.id),
            campaign_id=application.campaign_id,
            campaign_version=application.campaign_version,
            revision=application.revision,
            stage=at,
            stage_text=STAGES[at],
            identity=application.identity.state,
            # One answer for every kind of "no": which it was is for staff (domain research §5.3, engineering C4).
            reason=_reason(Reason.ID_NOT_FOUND) if unmatched else None,
            support=campaign.support if unmatched or at == "lapsed" else None,
            entry=self._entry(application, campaign),
            photo=self._photo(application.photo),
            money=_money(application.money, now),
            timeline=[HappeningView(at=row.at, what=row.what, details=row.details) for row in timeline],
        )

    def _entry(self, application: Application, campaign: Campaign) -> EntryView | None:
        if application.identity.entry is None:
            return None
        entry = self._sealer.open(application.identity.entry, Entry)
        return EntryView(
            school=campaign.school.name,
            school_code=campaign.school.code,
            **entry.model_dump(include={"student_no", "name", "college", "major", "level"}),
        )

    def _photo(self, photo: PhotoRegion) -> PhotoView:
        return PhotoView(
            attempt=photo.attempt,
            state=photo.state,
            # A referral's codes are the judge's doubts, for the reviewer; the student is told only a decision.
            reasons=[_reason(code) for code in photo.codes] if photo.state == "refused" else [],
            resubmit_by=photo.resubmit_by,
            advised_by=photo.advised_by,
            original=self._link(photo.original_key),
            standard=self._link(photo.standard_key),
            overlay=self._link(photo.overlay_key),
        )

    def _link(self, key: str | None) -> str | None:
        return f"/v1/pictures/{self._links.sign(key)}" if key else None


def _money(money: MoneyRegion, now: datetime) -> MoneyView:
    state = money.state(now)
    payable = money.prepared if state == "prepared" else None
    return MoneyView(
        state=state,
        amount_fen=money.due.amount_fen if money.due else None,
        unpaid_until=money.due.unpaid_until if money.due else None,
        order_no=payable.order_no if payable else None,
        pay=payable.pay if payable else None,
        reason=_reason(money.refusal) if money.refusal else None,
    )


def _reason(reason: Reason) -> ReasonView:
    return ReasonView(code=reason.value, text=reason.text)
