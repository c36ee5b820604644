"""What can become of a student: the fates that are played, how often, and how each must end."""

from dataclasses import dataclass, replace
from typing import Literal

from shared.reasons import Reason
from tests.portraits.compose import Recipe
from tests.portraits.recipes import CASES, compliant, unsure

Claim = Literal["own", "stranger", "wrong_name", "has_photo"]
Pays = Literal["no", "once", "twice"]

TWO_MEGAPIXELS = 1224  # wide, and 1632 high: 2.0 MP, as the promise of one second says


@dataclass(frozen=True)
class Fate:
    """photos: what is uploaded, one after another, by name (see `recipe`); ends: intake's word for the last stage.

    reasons: the codes the student must have read on the way; decides: what the reviewer does with a referred photo.
    """

    name: str
    title: str
    ends: str | None  # None: wherever it leads
    photos: tuple[str, ...] = ()
    claim: Claim = "own"
    reasons: tuple[Reason, ...] = ()
    decides: Literal["accept", "refuse"] | None = None
    pays: Pays = "no"
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
    Fate("no_face", "没有人脸", "refused", ("no_face",), reasons=(Reason.FACE_NONE,)),
    Fate("two_faces", "两张人脸", "refused", ("two_faces",), reasons=(Reason.FACE_MULTI,)),
    # BIT's notice takes any plain colour, so only a background that is not plain is wrong there.
    Fate(
        "wrong_background", "背景颜色不对", "refused", ("green_background",), reasons=(Reason.BG_COLOR,),
        campaigns=("buct",),
    ),
    Fate(
        "uneven_background", "背景不均匀", "refused", ("gradient_background",), reasons=(Reason.BG_UNEVEN,),
        campaigns=("bit",),
    ),
    Fate("off_centre", "没有居中", "refused", ("off_centre",), reasons=(Reason.GEO_CENTER,)),
    Fate(
        "resubmitted", "退回后重新提交", "delivered", ("blurred", "compliant"), reasons=(Reason.BLUR,), pays="once",
        must_happen=("photo.refused.v1", "photo.accepted.v1", "payment.succeeded.v1"), per_campaign=3,
    ),
    Fate(
        "unsure_accepted", "人工审核通过", "delivered", ("unsure",), decides="accept", pays="once",
        must_happen=("photo.referred.v1", "photo.accepted.v1"), per_campaign=3,
    ),
    Fate(
        "unsure_refused", "人工审核退回", "refused", ("unsure",), decides="refuse", reasons=(Reason.POSE_ROLL,),
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
)  # fmt: skip


def own_photos(count: int) -> Fate:
    """Pictures of one's own, one student each: nobody knows how they must end."""
    return Fate("own", "自己的照片", None, ("own",), pays="once", per_campaign=count, measured=True)


def recipe(photo: str, number: int) -> Recipe:
    """The recipe of a photo's name; `number` makes each student's good photo another one."""
    match photo:
        case "compliant":
            return replace(compliant(number), width_px=TWO_MEGAPIXELS, surround=0.0)
        case "unsure":
            return unsure(number)
        case "png" | "cut_off":
            return compliant(number)
        case _:
            return replace(CASES[photo].recipe, seed=number)
