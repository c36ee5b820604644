"""我的订单: what was handed in or is owed, one line for each application."""

from datetime import datetime

from pydantic import BaseModel

from services.intake.rules import Application, open_actions, stage
from services.intake.views.applications import ActionView
from services.intake.views.words import action_text, stage_text
from shared.campaign import Campaign
from shared.events import Entry

OFFERED = ("upload", "pay")  # 再编辑, 去支付


class OrderView(BaseModel):
    """As Xinhua's notice lists it (三-7). `order_no` is none where the campaign numbers no orders for
    people to read and the student has not yet gone to pay."""

    application_id: str
    campaign_id: str
    order_no: str | None
    name: str | None
    school: str
    major: str | None
    school_code: str
    document_number: str | None  # masked
    ordered_at: datetime
    amount_fen: int
    state: str
    state_text: str
    actions: list[ActionView]


def order_view(
    application: Application, campaign: Campaign, entry: Entry | None, ordered_at: datetime, now: datetime
) -> OrderView:
    """entry: none after an erasure."""
    money, at = application.money, stage(application, campaign, now)
    told = [each.order_no for each in (money.due, money.prepared) if each and each.order_no]
    numbers = sorted(money.standing) or told or sorted(money.paid)
    offered = [each for each in open_actions(application, campaign, now) if each in OFFERED]
    return OrderView(
        application_id=str(application.id),
        campaign_id=campaign.id,
        order_no=numbers[-1] if numbers else None,
        name=entry.name if entry else None,
        school=campaign.school.name,
        major=entry.major if entry else None,
        school_code=campaign.school.code,
        document_number=masked(entry.document_number) if entry else None,
        ordered_at=ordered_at,
        amount_fen=money.due.amount_fen if money.due else campaign.payment.fee_fen,
        state=at,
        state_text=stage_text(at, campaign),
        actions=[ActionView(action=each, text=action_text(each, application.photo.attempt)) for each in offered],
    )


def masked(document_number: str) -> str:
    """110105********002X; of a shorter number only the last three characters."""
    shown = 6 if len(document_number) >= 15 else 0
    tail = 4 if shown else 3
    hidden = max(len(document_number) - shown - tail, 0)
    return document_number[:shown] + "*" * hidden + document_number[shown + hidden :]
