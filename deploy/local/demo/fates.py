"""What can become of a student: the fates that are played, how often, and how each must end."""

from dataclasses import dataclass, replace
from typing import Literal

from shared.reasons import Reason
from tests.portraits.compose import Recipe
from tests.portraits.recipes import CASES, compliant, unsure

Claim = Literal["own", "stranger", "wrong_name", "close_name", "wrong_level", "has_photo"]
Pays = Literal["no", "once", "twice"]
Turn = Literal["appeal", "retake", "same again", "withdraw", "bounce", "revoke", "erase"]
Decision = Literal["accept", "refuse"]

WALL = (240, 240, 240)
TWO_MEGAPIXELS = 1224  # wide, and 1632 high: 2.0 MP, as the promise of one second says


@dataclass(frozen=True)
class Fate:
    """photos: what is uploaded, one after another, by name (see `recipe`); ends: intake's word for the last stage: who
    is refused and does not come back lapses with the window.

    reasons: the codes the student must have read on the way; decides: what the reviewers say of what comes to them,
    one after the other, and after that yes; turn: what the story is about besides.
    """

    name: str
    title: str
    ends: str | None  # None: wherever it leads
    photos: tuple[str, ...] = ()
    claim: Claim = "own"
    reasons: tuple[Reason, ...] = ()
    decides: tuple[Decision, ...] = ()
    pays: Pays = "no"
    turn: Turn | None = None
    must_happen: tuple[str, ...] = ()  # events in the timeline
    per_campaign: int = 2
    campaigns: tuple[str, ...] = ("buct", "bit")
    measured: bool = False  # its upload counts for "upload answered → verdict"


FATES = (
    Fate("no_match", "名单上没有", "unmatched", claim="stranger", reasons=(Reason.ID_NOT_FOUND,), per_campaign=3),
    Fate("wrong_name", "姓名不符", "unmatched", claim="wrong_name", reasons=(Reason.ID_NOT_FOUND,), campaigns=("bit",)),
    Fate("has_photo", "已有照片", "unmatched", claim="has_photo", reasons=(Reason.ID_NOT_FOUND,)),
    Fate("bad_type", "文件类型不对", "upload", ("png",), reasons=(Reason.FILE_TYPE,)),
    Fate("too_small", "文件过小", "upload", ("too_few_bytes",), reasons=(Reason.FILE_TOO_SMALL,)),
    Fate("cut_off", "文件残缺", "upload", ("cut_off",), reasons=(Reason.FILE_CORRUPT,), per_campaign=1),
    Fate("no_face", "没有人脸", "lapsed", ("no_face",), reasons=(Reason.FACE_NONE,)),
    Fate("two_faces", "两张人脸", "lapsed", ("two_faces",), reasons=(Reason.FACE_MULTI,)),
    # BIT's notice takes any plain colour, so only a background that is not plain is wrong there.
    Fate(
        "wrong_background", "背景颜色不对", "lapsed", ("green_background",), reasons=(Reason.BG_COLOR,),
        campaigns=("buct",),
    ),
    Fate(
        "uneven_background", "背景不均匀", "lapsed", ("gradient_background",), reasons=(Reason.BG_UNEVEN,),
        campaigns=("bit",),
    ),
    Fate("off_centre", "没有居中", "lapsed", ("off_centre",), reasons=(Reason.GEO_CENTER,)),
    Fate(
        "resubmitted", "退回后重新提交", "delivered", ("blurred", "compliant"), reasons=(Reason.BLUR,), pays="once",
        must_happen=("photo.refused.v1", "photo.accepted.v1", "payment.succeeded.v1"), per_campaign=3,
    ),
    Fate(
        "unsure_accepted", "人工审核通过", "delivered", ("unsure",), decides=("accept",), pays="once",
        must_happen=("photo.referred.v1", "photo.accepted.v1"), per_campaign=3,
    ),
    Fate(
        "unsure_refused", "人工审核退回", "lapsed", ("unsure",), decides=("refuse",), reasons=(Reason.POSE_ROLL,),
        must_happen=("photo.referred.v1", "photo.refused.v1"),
    ),
    Fate(
        "paid", "通过并付款", "delivered", ("compliant",), pays="once", measured=True, per_campaign=11,
        must_happen=("photo.accepted.v1", "payment.due.v1", "payment.succeeded.v1", "application.delivered.v1"),
    ),
    Fate(
        "unpaid", "通过而未付款", "lapsed", ("compliant",), measured=True,
        must_happen=("photo.accepted.v1", "payment.due.v1", "payment.closed.v1"),
    ),
    Fate(
        "paid_twice", "付了两次，退回一次", "delivered", ("compliant",), pays="twice", measured=True,
        must_happen=("payment.succeeded.v1", "payment.closed.v1", "payment.refunded.v1"),
    ),
    Fate(
        "appealed", "申诉后人工通过", "delivered", ("blurred",), turn="appeal", decides=("accept",), pays="once",
        reasons=(Reason.BLUR,), must_happen=("photo.appealed", "photo.referred.v1"), per_campaign=1,
        campaigns=("buct",),
    ),
    Fate(
        "bounced", "学信网退回后重拍", "delivered", ("compliant", "another"), turn="bounce", pays="once",
        reasons=(Reason.CHSI_QUALITY,), must_happen=("application.bounced.v1",), per_campaign=1, campaigns=("buct",),
    ),
    Fate(
        "erased", "交付后要求删除", "erased", ("compliant",), turn="erase", pays="once", per_campaign=1,
        must_happen=("application.delivered.v1",), campaigns=("bit",),
    ),
    # 华北电力大学: the fee before the review, and a person looks at every photo.
    Fate("nobody", "名单上没有", "unmatched", claim="stranger", reasons=(Reason.ID_NOT_FOUND,), campaigns=("ncepu",)),
    Fate(
        "wrong_level", "学历层次不符", "unmatched", claim="wrong_level", reasons=(Reason.ID_NOT_FOUND,), per_campaign=1,
        campaigns=("ncepu",),
    ),
    Fate(
        "close_name", "姓名相近，人工核对", "delivered", ("compliant",), claim="close_name", pays="once",
        per_campaign=1, campaigns=("ncepu",),
    ),
    Fate(
        "too_few_pixels", "尺寸低于标准", "upload", ("few_pixels",), reasons=(Reason.PIX_TOO_SMALL,),
        campaigns=("ncepu",),
    ),
    Fate(
        "paid_first", "付款后人工审核通过", "delivered", ("compliant",), pays="once", per_campaign=3,
        must_happen=("payment.succeeded.v1", "photo.referred.v1"), campaigns=("ncepu",),
    ),
    Fate(
        "free_again", "退回后重新提交，不再收费", "delivered", ("blurred", "compliant"), reasons=(Reason.BLUR,),
        pays="once", must_happen=("photo.refused.v1",), campaigns=("ncepu",),
    ),
    Fate("never_paid", "上传而未付款", "lapsed", ("compliant",), campaigns=("ncepu",)),
    # 新华社: registered by a picture of the document, cropped and cut out, reviewed twice, checked after the window.
    Fate(
        "registered", "注册、两级审核、交付", "delivered", ("loose",), pays="once",
        must_happen=("account.registered", "photo.prepared.v1", "photo.referred.v1"), campaigns=("xinhua",),
    ),
    Fate(
        "retaken", "不满意效果，重新拍摄", "delivered", ("loose", "loose"), turn="retake", pays="once", per_campaign=1,
        must_happen=("photo.retaken",), campaigns=("xinhua",),
    ),
    Fate(
        "final_no", "终审退回后再编辑", "delivered", ("loose", "another_loose"), decides=("accept", "refuse"),
        pays="once", reasons=(Reason.MAKEUP,), must_happen=("photo.refused.v1",), per_campaign=1, campaigns=("xinhua",),
    ),
    Fate(
        "same_again", "重复提交不合格照片", "lapsed", ("loose",), turn="same again", decides=("refuse",), pays="once",
        reasons=(Reason.MAKEUP, Reason.DUP_REJECTED_IMAGE), per_campaign=1, campaigns=("xinhua",),
    ),
    Fate(
        "revoked", "技术检测后撤销", "revoked", ("beautified",), turn="revoke", pays="once",
        reasons=(Reason.REVOKED_BEAUTY,), per_campaign=1, campaigns=("xinhua",),
    ),
    # Since 2023: the capture code makes the entry, the fee comes before the photo, the camera is live.
    Fate(
        "by_code", "采集码，先付款后拍照", "delivered", ("plain_wall",), pays="once", per_campaign=3,
        must_happen=("payment.succeeded.v1", "photo.prepared.v1"), campaigns=("capture",),
    ),
    Fate(
        "wrong_code", "采集码无效", "unmatched", claim="stranger", reasons=(Reason.CODE_INVALID,), per_campaign=1,
        campaigns=("capture",),
    ),
    Fate(
        "withdrawn", "付款后撤回，费用退回", "withdrawn", turn="withdraw", pays="once",
        reasons=(Reason.APP_WITHDRAWN,), must_happen=("payment.refunded.v1",), per_campaign=1, campaigns=("capture",),
    ),
)  # fmt: skip


def own_photos(count: int) -> Fate:
    """Pictures of one's own, one student each: nobody knows how they must end."""
    return Fate("own", "自己的照片", None, ("own",), pays="once", per_campaign=count, measured=True)


def recipe(photo: str, number: int) -> Recipe:
    """The recipe of a photo's name; `number` makes each student's good photo another one."""
    match photo:
        case "compliant":
            return replace(compliant(number), width_px=TWO_MEGAPIXELS, surround=0.0)
        case "loose":  # more around the head than the frame will show
            return replace(compliant(number), width_px=TWO_MEGAPIXELS, surround=0.35, background=WALL)
        case "beautified":  # by an app that leaves its name in the file
            return replace(recipe("loose", number), software="Meitu")
        case "plain_wall":
            return replace(compliant(number), width_px=TWO_MEGAPIXELS, surround=0.35, background=(255, 255, 255))
        case "few_pixels":
            return replace(compliant(number), width_px=400, surround=0.0)
        case "another" | "another_loose":  # the next number's: another person, for the same picture is not taken twice
            return recipe("compliant" if photo == "another" else "loose", number + 1)
        case "unsure":
            return unsure(number)
        case "png" | "cut_off":
            return compliant(number)
        case _:
            return replace(CASES[photo].recipe, seed=number)
