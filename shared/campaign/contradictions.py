"""Settings of one campaign that cannot both be meant: what is set is never read, or nothing can satisfy it.

Asked of a file before it is published, not of a fact: a version that was published once is for ever readable.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta

from shared.campaign.campaign import Campaign
from shared.campaign.messages import PLACEHOLDERS_OF_CODES, Notification, placeholders
from shared.campaign.places import Key
from shared.campaign.school import BEIJING

Found = Iterator[tuple[Key, str]]


def contradictions(campaign: Campaign) -> list[tuple[Key, str]]:
    """Each with the key that has to change and why."""
    return [each for rule in RULES for each in rule(campaign)]


def _upload(campaign: Campaign) -> Found:
    upload = campaign.upload
    if upload.min_bytes > upload.max_bytes:
        yield ("upload", "min_bytes"), f"大于 max_bytes {upload.max_bytes}，没有照片能同时满足"
    if upload.exact_pixels and upload.only_3_to_4 and upload.min_width_px * 4 != upload.min_height_px * 3:
        sizes = f"{upload.min_width_px}×{upload.min_height_px}"
        yield ("upload", "only_3_to_4"), f"exact_pixels 要求的 {sizes} 不是 3:4，没有照片能同时满足"


def _ranges(campaign: Campaign) -> Found:
    for name in ("hairline_px", "eye_line_px", "face_width_px", "head_height_share"):
        bounds = getattr(campaign.photo, name)
        if bounds and bounds[0] > bounds[1]:
            yield ("photo", name), f"前一个数 {bounds[0]} 应小于后一个数 {bounds[1]}"


def _background(campaign: Campaign) -> Found:
    if not campaign.photo.backgrounds and not campaign.photo.any_plain_background:
        yield ("photo", "backgrounds"), "没有任何允许的背景颜色；请列出颜色，或设 any_plain_background = true"
    elif not campaign.photo.backgrounds and campaign.processing == "replace_background":
        yield ("photo", "backgrounds"), "processing 为 replace_background 时须列出要换成的颜色"


def _unread_checks(campaign: Campaign) -> Found:
    """A limit is set and its check switched off."""
    photo = campaign.photo
    limits = {"banned_clothes": "clothes_banned", "head_height_share": "head_height"}
    for name, check in limits.items():
        if getattr(photo, name) and photo.checks.get(check) == "off":  # type: ignore[call-overload]  # a CheckName
            yield ("photo", "checks", check), f"设为 off 时，photo.{name} 不起作用；请去掉其中一项"


def _identity(campaign: Campaign) -> Found:
    identity = campaign.identity
    if identity.strategy == "name_id_and_level" and not campaign.levels:
        yield ("identity", "strategy"), "为 name_id_and_level 时，须在文件开头列出 levels（学历层次）"
    code = campaign.notification_of("message.requested")
    if identity.strategy == "registration" and not (code and code.sms):
        why = '为 registration 时，须有一条 fact = "message.requested" 且带 [notification.sms] 的通知'
        yield ("identity", "strategy"), why
    if not identity.document_types and identity.strategy != "capture_code":
        yield ("identity", "document_types"), "一种证件也没有，谁都无法匹配"
    if identity.last_four and identity.strategy != "capture_code":
        yield ("identity", "last_four"), '只用于 strategy = "capture_code"；请去掉'
    if "individual" in identity.collection and identity.strategy != "registration":
        yield ("identity", "collection"), '个人采集只用于 strategy = "registration"；请去掉'
    if campaign.delivery.photo_name == "document_number" and identity.strategy == "capture_code":
        why = "采集码只给出证件号码后四位，会有重名；请改为 student_no 或 application_id"
        yield ("delivery", "photo_name"), why


def _money(campaign: Campaign) -> Found:
    payment = campaign.payment
    if payment.free_attempts > 1 and not payment.retake_fee_fen:
        yield ("payment", "free_attempts"), "未设 retake_fee_fen，重拍本来就不收费；请去掉，或设 retake_fee_fen"
    is_set = "remind_after_hours" in payment.model_fields_set
    if is_set and (late := [hours for hours in payment.remind_after_hours if hours >= payment.grace_days * 24]):
        why = f"第 {late[0]} 小时提醒时，未付款的申请已满 {payment.grace_days} 天而终止（grace_days）；请改小"
        yield ("payment", "remind_after_hours"), why


def _review(campaign: Campaign) -> Found:
    if campaign.review.sample_percent and campaign.review.people:
        yield (
            ("review", "sample_percent"),
            f"people = {campaign.review.people} 时每张照片都有人看，抽查不起作用；请去掉",
        )
    if campaign.sanctions.ban_for_term and not campaign.review.technical_check:
        yield ("sanctions", "ban_for_term"), "只在 review.technical_check = true 撤销照片后起作用；请一并设置"


def _resubmission(campaign: Campaign) -> Found:
    advised, enforced = campaign.resubmission.advised_days, campaign.resubmission.enforced_days
    if advised and enforced and advised > enforced:
        yield ("resubmission", "advised_days"), f"建议的 {advised} 天晚于系统截止的 {enforced} 天（enforced_days）"


def _window(campaign: Campaign) -> Found:
    window = campaign.window
    first = window.opens_at.astimezone(BEIJING).date()
    last = (window.closes_at - timedelta(microseconds=1)).astimezone(BEIJING).date()
    for day in window.closed_on:
        if not first <= day <= last:
            yield ("window", "closed_on"), f"{day} 不在采集时间 {first} 至 {last} 之内"
    if len({day for day in window.closed_on if first <= day <= last}) > (last - first).days:
        yield ("window", "closed_on"), "每一天都停止采集，没有人能提交照片"


def _notification(campaign: Campaign) -> Found:
    if campaign.ask_to_notify_before_upload and not campaign.result_templates:
        why = "photo.accepted 和 photo.refused 的通知都没有 [notification.subscribe]，学生没有可以授权的结果通知"
        yield ("ask_to_notify_before_upload",), why
    facts = [each.fact for each in campaign.notification]
    for at, each in enumerate(campaign.notification):
        if each.fact in facts[:at]:
            yield ("notification", at, "fact"), f"{each.fact} 已有一节通知；每个 fact 只写一节"
        yield from _placeholders(at, each)


def _placeholders(at: int, notification: Notification) -> Found:
    """Only a message with a one-time code knows a code, and it knows nothing of a photo or a fee."""
    is_code = notification.fact == "message.requested"
    for channel, texts in notification.texts().items():
        for text in texts:
            names = placeholders(text)
            wrong = names - PLACEHOLDERS_OF_CODES if is_code else names & {"code"}
            if wrong:
                yield ("notification", at, channel), f"“{text}”：{notification.fact} 的通知里没有 {{{min(wrong)}}}"


RULES: tuple[Callable[[Campaign], Found], ...] = (
    _upload,
    _ranges,
    _background,
    _unread_checks,
    _identity,
    _money,
    _review,
    _resubmission,
    _window,
    _notification,
)
