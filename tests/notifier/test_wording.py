import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from deploy.sandbox.wechat import FIELD_RULES
from services.notifier.rules import saying_of
from services.notifier.wording import Content, code_content_of, content_of, fitted
from shared.campaign import read_campaign
from shared.campaign.messages import PLACEHOLDERS_OF_CODES
from shared.events import ApplicationEvent, CodeMessage
from shared.reasons import Reason
from tests.notifier.facts import REFUSED, REMINDER, Student, campaign

CAMPAIGNS = Path(__file__).parents[2] / "deploy" / "campaigns"
STUDENT = Student()


def _content(event: ApplicationEvent, *notification: dict[str, Any]) -> Content | None:
    saying = saying_of(event)
    assert saying
    return content_of(saying, campaign(*notification))


@pytest.mark.parametrize(
    ("field", "text", "fits"),
    [
        ("thing1", "北京化工大学", "北京化工大学"),
        ("thing1", "照片社 010-58691620 9:30-17:00", "照片社 010-58691620"),
        ("thing1", "北京理工大学研究生线上毕业图像信息采集通知", "北京理工大学研究生线上毕业图像信息采集…"),
        ("phrase2", "审核未通过了", "审核未通过"),
        ("phrase2", "未过A1", "未过"),
        ("name3", "阿卜杜热合曼·阿卜杜热合曼江", "阿卜杜热合曼·阿卜杜"),
        ("name3", "Alexander Maximilian Smith", "Alexander Maximilian"),
        ("character_string4", "x" * 40, "x" * 32),
        ("amount5", "20.00元", "20.00元"),
        ("time6", "2020年6月12日 15:01", "2020年6月12日 15:01"),
    ],
)
def test_a_field_holds_no_more_than_wechat_takes(field: str, text: str, fits: str) -> None:
    assert fitted(field, text) == fits


def test_a_code_may_be_sent_with_whatever_is_known_of_its_campaign() -> None:
    parameters = [f"{{{name}}}" for name in sorted(PLACEHOLDERS_OF_CODES)]
    notification = {
        "fact": "message.requested",
        "channels": ["sms"],
        "sms": {"template_id": "1", "parameters": parameters},
    }
    content = code_content_of(CodeMessage(phone="+8613900139000", code="482913"), campaign(notification))
    assert content
    assert content.sms
    assert content.sms.parameters[:2] == ("482913", "北京化工大学")


def test_a_refusal_names_its_reason_and_how_many_there_are() -> None:
    one = _content(STUDENT.refused(1, 1, Reason.BLUR), REFUSED)
    three = _content(STUDENT.refused(1, 1, Reason.GEO_FACE_WIDTH, Reason.BLUR, Reason.BG_COLOR), REFUSED)
    assert one
    assert one.subscribe
    assert one.subscribe.data == {"thing1": "北京化工大学", "phrase2": "未通过", "thing3": "照片模糊不清晰"}
    assert three
    assert three.subscribe
    assert three.subscribe.data["thing3"] == "脸部大小不合格等3项"


def test_a_reminder_says_how_much_until_when_in_chinas_time() -> None:
    content = _content(STUDENT.due(datetime(2020, 6, 12, 7, 1, tzinfo=UTC), reminder=1), REMINDER)
    assert content
    assert content.sms
    assert content.sms.parameters == ("20.00元", "2020年6月12日 15:01")


def test_a_refusal_without_a_date_of_its_own_ends_with_the_window() -> None:
    until = {**REFUSED, "sms": {"template_id": "1", "parameters": ["{deadline}"]}}
    content = _content(STUDENT.refused(), until)
    assert content
    assert content.sms
    assert content.sms.parameters == ("2020年5月31日 00:00",)


def test_a_fact_the_campaign_does_not_map_says_nothing() -> None:
    assert _content(STUDENT.accepted(), REFUSED) is None


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_fits_a_thing_alone_and_with_others_behind_it(reason: Reason) -> None:
    for others in ([], [Reason.BLUR] * 11):
        content = _content(STUDENT.refused(1, 1, reason, *others), REFUSED)
        assert content
        assert content.subscribe
        assert not content.subscribe.data["thing3"].endswith("…")
        assert len(content.subscribe.data["thing3"]) <= 20


@pytest.mark.parametrize("path", sorted(CAMPAIGNS.glob("*.toml")), ids=lambda path: path.stem)
def test_what_the_real_campaigns_say_keeps_wechats_field_rules(path: Path) -> None:
    facts = [STUDENT.accepted(), STUDENT.refused(), STUDENT.due(), STUDENT.due(reminder=1), STUDENT.closed(final=True)]
    for event in [*facts, STUDENT.paid(), STUDENT.refunded(), STUDENT.delivered()]:
        saying = saying_of(event)
        assert saying
        content = content_of(saying, read_campaign(path))
        for field, text in (content.subscribe.data if content and content.subscribe else {}).items():
            assert re.fullmatch(FIELD_RULES[field.rstrip("0123456789")], text), (saying.fact, field, text)
