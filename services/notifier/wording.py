"""The words: a campaign's templates filled in, each field cut to what WeChat takes (domain research §3.5)."""

import re
from datetime import datetime, timedelta, timezone

from services.notifier.rules import Saying
from shared.campaign import Campaign, Channel, Notification, SmsTemplate, SubscribeTemplate
from shared.events import CodeMessage, Value

CHINA = timezone(timedelta(hours=8))  # one zone, no summer time since 1992
NOTHING_TO_SAY = "详见小程序"  # where a template asks for what the fact does not carry
LONGEST_REASON = 14  # with 等12项 behind it, it still fits a `thing`
CUT = {
    "thing": 20,
    "character_string": 32,
    "letter": 32,
    "symbol": 5,
    "number": 32,
    "phone_number": 17,
    "car_number": 8,
}


class SubscribeContent(Value):
    template_id: str
    page: str
    data: dict[str, str]


class SmsContent(Value):
    template_id: str
    parameters: tuple[str, ...]


class Content(Value):
    """What is handed to the gateways; kept sealed."""

    channels: tuple[Channel, ...]
    subscribe: SubscribeContent | None = None
    sms: SmsContent | None = None
    phone: str | None = None  # of a one-time code


def code_content_of(message: CodeMessage, campaign: Campaign) -> Content | None:
    """None: this campaign sends no codes."""
    notification = campaign.notification_of("message.requested")
    sms = notification and _sms(notification, _names(campaign) | {"code": message.code})
    return Content(channels=("sms",), sms=sms, phone=message.phone) if sms else None


def content_of(saying: Saying, campaign: Campaign) -> Content | None:
    """None: this campaign says nothing about the fact."""
    notification = campaign.notification_of(saying.fact)
    if notification is None:
        return None
    words = _words(saying, campaign)
    return Content(
        channels=notification.channels,
        subscribe=_subscribe(notification, words),
        sms=_sms(notification, words),
    )


def fitted(field: str, text: str) -> str:
    """The text cut to the field's type, which is its name without the number: thing1, phrase2, name3."""
    kind = field.rstrip("0123456789")
    if kind == "phrase":  # Chinese characters only
        return "".join(re.findall(r"[\u4e00-\u9fff]", text))[:5]
    if kind == "name":
        return text[:10] if re.search(r"[\u4e00-\u9fff]", text) else text[:20]
    longest = CUT.get(kind, len(text))
    if len(text) <= longest or kind != "thing":
        return text[:longest]
    whole_words, space, _ = text[: longest + 1].rpartition(" ")  # half a phone number would be worse than none
    return whole_words if space else text[: longest - 1] + "…"


def _words(saying: Saying, campaign: Campaign) -> dict[str, str]:
    """What the placeholders of campaign.PLACEHOLDERS stand for."""
    deadline = saying.deadline
    if saying.fact in ("photo.refused", "resubmission.due") and deadline is None:
        deadline = campaign.window.closes_at
    return {
        **_names(campaign),
        "reason": _reason(saying),
        "amount": NOTHING_TO_SAY if saying.amount_fen is None else f"{saying.amount_fen / 100:.2f}元",
        "deadline": NOTHING_TO_SAY if deadline is None else _moment(deadline),
        "code": NOTHING_TO_SAY,
    }


def _names(campaign: Campaign) -> dict[str, str]:
    """What every message may name: with the code, campaign.PLACEHOLDERS_OF_CODES."""
    return {"school": campaign.school.name, "title": campaign.title, "support": campaign.support}


def _reason(saying: Saying) -> str:
    match saying.reasons:
        case ():
            return NOTHING_TO_SAY
        case (only,):
            return only.text
        case (first, *others):
            return f"{first.text[:LONGEST_REASON]}等{len(others) + 1}项"
    raise AssertionError("a tuple has none, one or more")


def _moment(at: datetime) -> str:
    """As WeChat's `time` and `date` fields take it: 2020年6月12日 15:01."""
    there = at.astimezone(CHINA)
    return f"{there.year}年{there.month}月{there.day}日 {there:%H:%M}"


def _subscribe(notification: Notification, words: dict[str, str]) -> SubscribeContent | None:
    template: SubscribeTemplate | None = notification.subscribe
    if template is None:
        return None
    data = {field: fitted(field, text.format(**words)) for field, text in template.data.items()}
    return SubscribeContent(template_id=template.template_id, page=template.page, data=data)


def _sms(notification: Notification, words: dict[str, str]) -> SmsContent | None:
    template: SmsTemplate | None = notification.sms
    if template is None:
        return None
    parameters = tuple(text.format(**words) for text in template.parameters)
    return SmsContent(template_id=template.template_id, parameters=parameters)
