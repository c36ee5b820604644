"""Do the campaign files say what their notices say? Every figure here is copied from a notice, not from a file."""

import io
from datetime import datetime, timedelta
from uuid import UUID
from zipfile import ZipFile

import pytest
from PIL import Image

from services.exporter.bundle import Photo, Plan, zipped
from services.intake.rules import refused_at_once, why_not_start
from services.intake.rules.claims import missing, why_not_claim
from services.intake.views import campaign_view
from services.matcher.capture import decoders
from services.matcher.settings import Settings
from services.payment.rules import order_no_at
from shared.campaign import BEIJING, Campaign, Fact
from shared.events import Frame, Identity
from shared.reasons import Reason
from tests.exporter.stories import student
from tests.notices.files import ALL, BIT, BUCT, CAPTURE, NCEPU, NOTICES, XINHUA

FRAME = Frame(x=0, y=0, width=900)
MOMENT = timedelta(microseconds=1)
HOUR = timedelta(hours=1)


def midnight(*day: int) -> datetime:
    return datetime(*day, tzinfo=BEIJING)  # type: ignore[misc,arg-type]  # year, month, day


@pytest.mark.parametrize(
    ("campaign", "opens", "last_day"),
    [
        (BUCT, midnight(2020, 5, 28), midnight(2020, 5, 30)),
        (NCEPU, midnight(2021, 9, 14), midnight(2021, 9, 17)),
        (XINHUA, midnight(2022, 4, 16), midnight(2022, 4, 24)),
        (BIT, midnight(2020, 6, 9), midnight(2020, 6, 12)),
    ],
    ids=lambda each: each.id if isinstance(each, Campaign) else "",
)
def test_a_collection_is_open_from_0_00_of_its_first_day_to_24_00_of_its_last(
    campaign: Campaign, opens: datetime, last_day: datetime
) -> None:
    closes = last_day + 24 * HOUR
    version = campaign.consent.version
    hours = [opens + number * HOUR for number in range(int((closes - opens) / HOUR))]
    assert {why_not_start(campaign, version, hour) for hour in (*hours, closes - MOMENT)} == {None}
    assert {why_not_start(campaign, version, at) for at in (opens - MOMENT, closes)} == {Reason.WIN_CLOSED}


@pytest.mark.parametrize(
    ("campaign", "contacts"),
    [
        (BUCT, ["照片社 010-58691620 9:30-17:00", "徐老师 xucd@mail.buct.edu.cn"]),
        (NCEPU, ["咨询电话 010-58691620 9:30-17:00"]),
        (XINHUA, ["本校研究生院 工作日"]),
        (BIT, ["咨询电话 010-58691620 9:30-17:00（周一休息）"]),
    ],
    ids=lambda each: each.id if isinstance(each, Campaign) else "",
)
def test_whom_to_ask_and_when_is_what_the_notice_says(campaign: Campaign, contacts: list[str]) -> None:
    assert campaign_view(campaign, campaign.window.opens_at).support == contacts
    assert campaign.support == contacts[0], "what is shown where a step fails"


SAID = {
    BUCT.id: (
        "2020年夏季预毕业研究生线上图像采集",
        "此前已采集或学信网已有学历照片者，不要参加本次采集",
        "以免多版照片造成证书与网上认证不一致",
        "请用本人微信采集本人照片，切勿帮他人采集",
        "近期正面免冠彩照",
        "真实表达本人面貌",
        "不得镜像、旋转",
        "不得修饰伤疤、痣等特征",
        "不要过度美化修图",
        "不要衣冠不整、随意自拍",
        "学校和照片社有权拒绝采用",
        "由学生自行承担",
        "未参加图像采集者，学历证书将不能在教育部指定的网站上认证",
        "学校将统一领取照片，学生无需自行领取",
        "两肩同高",
        "不穿无袖服装、吊带、大毛领外套",
        "不宜浓妆艳抹",
        "不得佩戴耳环、项链等饰品",
        "常戴眼镜者应佩戴眼镜",
        "美瞳",
        "网络良好",
    ),
    NCEPU.id: (
        "不完成采集将无法上传学历信息以及发放毕业证书",
        "2017-2019级尚未参与过图像采集",
        "切勿重复参与",
        "请使用本人微信采集上传，切勿帮他人采集",
        "请勿使用手机之外的其他电子设备（电脑、平板）上传",
        "原始标准证件照",
        "生活照、手机自拍照、美化美颜照将不予审核通过，影响毕业后果自负",
        "不穿无袖服装、吊带、大毛领外套",
        "不宜浓妆艳抹",
        "不戴耳环、项链等饰品",
        "常戴眼镜者应佩戴眼镜",
        "图像清晰、色彩自然",
        "网络良好",
        "提前将符合标准的电子照片存放至手机内",
        "无需自取",
    ),
    XINHUA.id: (
        "近期标准证件照",
        "严禁P图、美颜、化浓妆",
        "发卡、项链、耳环、耳钉、鼻环、唇钉、眼镜（含有色隐形眼镜、美瞳）",
        "不得穿着奇装异服",
        "避免复杂图案、条纹，尤其避免蓝色",
        "建议西服、白衬衫等正装",
        "长发建议束发",
        "以拍摄到衬衫第三、四颗纽扣为准",
        "请在2日内重新提交，7日后不再受理",
        "切勿重复提交已审核不合格的图像",
        "撤销申请，且本学期不可再次采集",
        "纸质照片直接寄送学校",
        "请勿联系新华社索取照片",
        "未参加采集者将无法按时获得毕业证书",
    ),
    BIT.id: (
        "北京理工大学研究生毕业图像采集",
        "请用本人微信采集本人证照，切勿帮他人采集",
        "纯色背景（推荐蓝色）",
        "两肩同高",
        "不穿无袖服装、吊带、大毛领外套",
        "不宜浓妆艳抹",
        "不得佩戴耳环、项链等饰品",
        "常戴眼镜者应佩戴眼镜",
        "生活照、手机自拍照、过度美颜照将不予审核通过",
        "网络良好",
        "无须自取",
    ),
}


@pytest.mark.parametrize("campaign", NOTICES, ids=lambda campaign: campaign.id)
def test_what_only_the_student_can_heed_is_read_before_agreeing(campaign: Campaign) -> None:
    view = campaign_view(campaign, campaign.window.opens_at)
    read = "\n".join([view.title, view.audience, view.notice, view.reminder or ""])
    assert [phrase for phrase in SAID[campaign.id] if phrase not in read] == []


@pytest.mark.parametrize(
    ("campaign", "kind", "size_bytes", "reason"),
    [
        (BUCT, "jpeg", 99_999, Reason.FILE_TOO_SMALL),
        (BUCT, "jpeg", 100_000, None),
        (BUCT, "jpeg", 2 * 1024 * 1024, None),
        (BUCT, "jpeg", 2 * 1024 * 1024 + 1, Reason.FILE_TOO_LARGE),
        (BUCT, "png", 500_000, Reason.FILE_TYPE),
        (BIT, "jpeg", 99_999, Reason.FILE_TOO_SMALL),
        (BIT, "jpeg", 100_000, None),
        (BIT, "jpeg", 2 * 1024 * 1024, None),
        (BIT, "jpeg", 2 * 1024 * 1024 + 1, Reason.FILE_TOO_LARGE),
        (BIT, "png", 500_000, Reason.FILE_TYPE),
        (NCEPU, "jpeg", 50_000, Reason.FILE_TOO_SMALL),
        (NCEPU, "jpeg", 50_001, None),
        (NCEPU, "png", 500_000, Reason.FILE_TYPE),
    ],
)
def test_a_file_is_as_large_as_the_notice_says_and_a_jpg(
    campaign: Campaign, kind: str, size_bytes: int, reason: Reason | None
) -> None:
    assert refused_at_once(campaign.upload, kind, 900, 1200, size_bytes, FRAME, "album", "phone") is reason


@pytest.mark.parametrize("campaign", ALL, ids=lambda campaign: campaign.id)
def test_a_picture_under_the_standard_size_is_taken_nowhere(campaign: Campaign) -> None:
    for width_px, height_px, reason in ((480, 640, None), (479, 640, Reason.PIX_TOO_SMALL)):
        frame = Frame(x=0, y=0, width=width_px)
        at_once = refused_at_once(campaign.upload, "jpeg", width_px, height_px, 500_000, frame, "camera", "phone")
        assert at_once is reason


@pytest.mark.parametrize(
    ("campaign", "source", "device", "reason"),
    [
        (BUCT, "album", "phone", None),
        (NCEPU, "album", "phone", None),
        (NCEPU, "album", "tablet", Reason.UPLOAD_DEVICE),
        (NCEPU, "album", "computer", Reason.UPLOAD_DEVICE),
        (NCEPU, "album", None, Reason.UPLOAD_DEVICE),
        (XINHUA, "album", "phone", None),
        (XINHUA, "camera", "phone", None),
        (BIT, "album", "phone", None),
        (CAPTURE, "camera", "phone", None),
        (CAPTURE, "album", "phone", Reason.UPLOAD_SOURCE),
        (CAPTURE, None, "phone", Reason.UPLOAD_SOURCE),
    ],
)
def test_a_picture_comes_from_where_the_notice_lets_it_come(
    campaign: Campaign, source: str | None, device: str | None, reason: Reason | None
) -> None:
    assert refused_at_once(campaign.upload, "jpeg", 900, 1200, 500_000, FRAME, source, device) is reason


@pytest.mark.parametrize(
    ("campaign", "moment"),
    [(BUCT, "after_approval"), (NCEPU, "after_upload"), (XINHUA, "at_order"), (BIT, "after_approval")],
    ids=lambda each: each.id if isinstance(each, Campaign) else "",
)
def test_twenty_yuan_are_paid_once_and_when_the_notice_says(campaign: Campaign, moment: str) -> None:
    assert (campaign.payment.moment, campaign.payment.fee_fen) == (moment, 2000)
    assert [campaign.payment.fees_owed(attempt) for attempt in (1, 2, 9)] == [1, 1, 1], "however often it is retaken"


def test_since_2023_the_fee_comes_before_the_photo() -> None:
    assert CAPTURE.payment.moment == "before_upload"


def test_an_order_of_xinhua_is_numbered_as_its_notice_prints_it() -> None:
    at = datetime(2020, 7, 14, 16, 0, 54, 374_000, tzinfo=BEIJING)
    assert order_no_at(XINHUA.payment.order_prefix or "", at) == "0000-20200714160054374"


IN_FULL = Identity(name="毛小小", document_type="resident_id", document_number="11010519491231002X", level="博士研究生")


@pytest.mark.parametrize(
    ("campaign", "without", "lacks"),
    [
        (BUCT, {"name": None, "level": None}, []),
        (BUCT, {"document_number": ""}, ["document_number"]),
        (BIT, {"level": None}, []),
        (BIT, {"name": None}, ["name"]),
        (NCEPU, {"name": None}, ["name"]),
        (NCEPU, {"document_number": ""}, ["document_number"]),
        (CAPTURE, {}, ["capture_code", "last_four"]),
    ],
)
def test_the_student_is_asked_for_what_the_notice_asks(
    campaign: Campaign, without: dict[str, str | None], lacks: list[str]
) -> None:
    assert missing(campaign, IN_FULL.model_copy(update=without)) == lacks


def test_a_level_a_feature_code_or_the_choice_of_an_individual_is_needed_where_the_notice_says_so() -> None:
    assert why_not_claim(NCEPU, IN_FULL.model_copy(update={"level": None}), None) is Reason.LEVEL_NEEDED
    assert why_not_claim(NCEPU, IN_FULL, None) is None
    assert NCEPU.identity.document_types == ("resident_id",)  # 本次采集的证件号码为本人的身份证号码
    group, alone = (IN_FULL.model_copy(update={"collection": kind}) for kind in ("group", "individual"))
    assert why_not_claim(XINHUA, group, "p7uksh") is None
    assert why_not_claim(XINHUA, group, "P7UKSH") is Reason.CODE_INVALID
    assert why_not_claim(XINHUA, alone, None) is None


@pytest.mark.parametrize(
    ("campaign", "fact", "channels"),
    [
        (BUCT, "photo.accepted", ("subscribe", "sms")),
        (BUCT, "photo.refused", ("subscribe", "sms")),
        (BIT, "photo.accepted", ("subscribe", "sms")),
        (BIT, "photo.refused", ("subscribe", "sms")),
        (NCEPU, "photo.accepted", ("sms",)),
        (NCEPU, "photo.refused", ("sms",)),
        (XINHUA, "message.requested", ("sms",)),
        (XINHUA, "photo.refused", ("sms",)),
        (XINHUA, "photo.revoked", ("sms",)),
    ],
)
def test_the_result_is_told_the_way_the_notice_says(campaign: Campaign, fact: Fact, channels: tuple[str, ...]) -> None:
    notification = campaign.notification_of(fact)
    assert notification is not None
    assert notification.channels == channels


def test_only_bit_asks_to_agree_to_its_message_before_the_upload() -> None:
    assert [each.id for each in ALL if each.ask_to_notify_before_upload] == [BIT.id]
    assert BIT.result_templates == {"photo-accepted", "photo-refused"}


def test_the_review_is_as_the_notice_says() -> None:
    assert [(each.review.people, each.review.technical_check) for each in ALL] == [
        *((0, False), (1, False), (2, True), (0, False), (0, False)),
    ]
    assert [each.review.expected_hours for each in (BUCT, BIT)] == [24, 24]
    assert campaign_view(BIT, BIT.window.opens_at).review_hours == 24


def test_xinhua_advises_two_days_enforces_seven_and_bans_for_the_term() -> None:
    refused_at = midnight(2022, 4, 20)
    assert XINHUA.resubmission.advised_by(refused_at) == midnight(2022, 4, 22)
    assert XINHUA.resubmission.enforced_by(refused_at) == midnight(2022, 4, 27), "after the window has closed"
    assert [each.id for each in ALL if each.sanctions.ban_for_term] == [XINHUA.id]


def test_each_judges_photo_by_what_its_notice_adds_to_the_standard() -> None:
    for each in (BUCT, BIT, NCEPU):
        profile = each.photo
        assert (profile.hairline_px, profile.eye_line_px, profile.face_width_px) == ((50, 110), (200, 300), (180, 300))
        assert {colour.name for colour in profile.backgrounds} >= {"证件照蓝色"}
    assert [each.id for each in ALL if each.photo.any_plain_background] == [NCEPU.id, BIT.id]
    assert NCEPU.photo.checks == {"teeth": "refuse"}
    assert NCEPU.photo.head_height_share is not None
    assert XINHUA.photo.checks == {"glasses": "refuse"}
    assert [each.id for each in ALL if each.photo.banned_clothes] == [XINHUA.id]
    assert [each.processing for each in NOTICES] == [
        *("frame_by_hand", "frame_by_hand", "replace_background", "frame_by_hand"),
    ]


@pytest.mark.parametrize("campaign", NOTICES, ids=lambda campaign: campaign.id)
def test_paper_photos_are_made_for_the_school_of_every_notice(campaign: Campaign) -> None:
    body = io.BytesIO()
    Image.new("RGB", (480, 640), (67, 142, 219)).save(body, "JPEG")
    photo = Photo(UUID(int=1), 1, 1, "key", student(1))
    plan = Plan(UUID(int=2), 1, campaign, campaign.window.closes_at, (photo,), ())
    archive = ZipFile(io.BytesIO(b"".join(zipped(plan, lambda _: body.getvalue()))))
    assert {"photos/2017000001.jpg", "prints/2017000001.jpg"} <= set(archive.namelist())
    assert campaign.delivery.prints == {BUCT.id: "collected", XINHUA.id: "posted"}.get(campaign.id, "brought")


@pytest.mark.parametrize("campaign", [each for each in ALL if each.identity.capture_code_decoder])
def test_the_adapter_that_a_campaign_names_is_there(campaign: Campaign) -> None:
    settings = Settings(database_url="postgresql+asyncpg://nobody@nowhere/matcher")
    assert campaign.identity.capture_code_decoder in decoders(settings)
