"""The report of the demo: one HTML file that needs nothing beside it. Everybody in it is invented."""

import base64
import io
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from PIL import Image, UnidentifiedImageError

from deploy.local.demo.play import Played, is_as_expected
from deploy.local.demo.student import Student
from shared.reasons import Reason

# Originals of two megapixels would make the file a hundred times larger; the judge's lines need their full size.
WIDTH_PX = {"original": 300, "overlay": 480, "standard": 480}
BEIJING = timezone(timedelta(hours=8))
PICTURES = {"original": "原图", "overlay": "检测图", "standard": "标准照"}
HAPPENINGS = {
    "consented": "同意采集须知",
    "contact.changed": "授权电话与通知",
    "idcard.uploaded": "上传证件照片",
    "idcard.read": "证件已识别",
    "idcard.refused": "证件未能识别",
    "idcard.forgotten": "证件信息已删除",
    "code.sent": "发送验证码",
    "account.registered": "注册",
    "account.signed_in": "登录",
    "account.signed_out": "退出登录",
    "password.changed": "重设密码",
    "identity.submitted": "提交身份信息",
    "identity.matched": "匹配到名单",
    "identity.refused": "未匹配到名单",
    "identity.referred": "姓名相近，转人工核对",
    "identity.unmatched": "信息不符，重新填写",
    "identity.confirmed": "确认个人信息",
    "reminder.acknowledged": "已读提醒",
    "photo.uploaded": "上传照片",
    "photo.prepared": "照片已处理，待本人确认",
    "photo.unprepared": "照片无法处理",
    "photo.retaken": "不满意，重拍",
    "photo.submitted": "提交照片",
    "photo.withdrawn": "撤回照片",
    "photo.accepted": "照片通过",
    "photo.refused": "照片未通过",
    "photo.referred": "转人工审核",
    "photo.appealed": "申请人工复核",
    "photo.revoked": "照片被撤销",
    "resubmission.due": "提醒重新提交",
    "payment.due": "待付款",
    "payment.requested": "请求付款",
    "payment.prepared": "可以付款",
    "payment.refused": "不能付款",
    "payment.succeeded": "付款成功",
    "payment.closed": "订单关闭",
    "payment.refunded": "已退款",
    "application.delivered": "照片已交学校",
    "application.bounced": "学信网退回",
    "application.lapsed": "逾期，采集终止",
    "application.withdrawn": "撤回申请",
    "erasure.requested": "请求删除个人信息",
    "erasure.completed": "个人信息已删除",
    "message.sent": "通知已发送",
    "message.failed": "通知未送达",
    "message.unknown": "通知去向不明",
}


@dataclass(frozen=True)
class Shown:
    """One student as the page shows it; pictures are data URLs by their Chinese caption, one dict per upload."""

    name: str
    campaign: str
    expected: str
    seen: str
    is_expected: bool
    reasons: list[str]
    uploads: list[dict[str, str | None]]
    timeline: list[tuple[str, str, str]]


def write_report(played: Played, file: Path) -> None:
    """Writes the page to `file`."""
    templates = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined)
    fates: dict[str, list[Shown]] = {}
    for student in played.students:
        fates.setdefault(student.fate.title, []).append(_shown(student))
    made_at = datetime.now(BEIJING).strftime("%Y-%m-%d %H:%M")
    page = templates.get_template("report.html").render(fates=fates, made_at=made_at)
    file.write_text(page, encoding="utf-8")


def _shown(student: Student) -> Shown:
    reasons = [f"{Reason[code].text}（{code}）" for code in dict.fromkeys(student.reasons)]
    if student.trouble:
        reasons.append(student.trouble)
    return Shown(
        name=student.claims.entry.name,
        campaign=student.campaign["school"],
        expected=student.fate.ends or "不限",
        seen=student.state.get("stage_text", student.stage),
        is_expected=is_as_expected(student),
        reasons=reasons,
        uploads=[_pictures(pictures) for pictures in student.pictures],
        timeline=[_happening(each) for each in student.state.get("timeline", [])],
    )


def _pictures(pictures: dict[str, bytes]) -> dict[str, str | None]:
    return {title: _data_url(pictures[kind], WIDTH_PX[kind]) for kind, title in PICTURES.items() if kind in pictures}


def _data_url(picture: bytes, width_px: int) -> str | None:
    """A small JPEG; None for a file that cannot be opened, such as the one cut off on purpose."""
    try:
        with Image.open(io.BytesIO(picture)) as opened:
            small = opened.convert("RGB")
    except (UnidentifiedImageError, OSError):
        return None
    small.thumbnail((width_px, width_px * 2))
    file = io.BytesIO()
    small.save(file, "JPEG", quality=82)
    return f"data:image/jpeg;base64,{base64.b64encode(file.getvalue()).decode()}"


def _happening(each: dict[str, Any]) -> tuple[str, str, str]:
    """When, what in Chinese, and the codes that came with it."""
    at = datetime.fromisoformat(each["at"]).astimezone(BEIJING).strftime("%m-%d %H:%M:%S")
    what = each["what"].removesuffix(".v1")
    codes = "、".join(Reason[code].text for code in each["details"].get("codes", ()))
    return at, HAPPENINGS.get(what, what), codes
