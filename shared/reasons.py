"""Every refusal: its code, who may say it, and what the student reads.

The student's text has at most 20 characters so that it fits a `thing` field of a WeChat subscribe message
(domain research §3.5). A code is for ever: schools and students quote it on the phone.
"""

from enum import StrEnum
from typing import Literal

Stage = Literal["at_once", "judge", "person", "after", "identity", "money", "system"]


class Reason(StrEnum):
    """A refusal code; `stage` says who decides it, `text` is the student's sentence."""

    stage: Stage
    text: str

    def __new__(cls, code: str, stage: Stage, text: str) -> "Reason":
        reason = str.__new__(cls, code)
        reason._value_ = code
        reason.stage = stage
        reason.text = text
        return reason

    # refused at once, at the door
    FILE_TYPE = "FILE_TYPE", "at_once", "请上传JPG格式照片"
    FILE_CORRUPT = "FILE_CORRUPT", "at_once", "照片文件无法打开，请更换"
    FILE_TOO_SMALL = "FILE_TOO_SMALL", "at_once", "照片文件过小，请传原图"
    FILE_TOO_LARGE = "FILE_TOO_LARGE", "at_once", "照片文件过大，请压缩后上传"
    PIX_TOO_SMALL = "PIX_TOO_SMALL", "at_once", "照片尺寸低于标准"
    PIX_TOO_LARGE = "PIX_TOO_LARGE", "at_once", "照片像素过大，请缩小后上传"
    PIX_RATIO = "PIX_RATIO", "at_once", "照片宽高比应为3比4"
    UPLOAD_SOURCE = "UPLOAD_SOURCE", "at_once", "请按要求拍摄或选择照片"
    UPLOAD_DEVICE = "UPLOAD_DEVICE", "at_once", "请使用手机上传照片"
    FRAME_OUTSIDE = "FRAME_OUTSIDE", "at_once", "取景框超出照片，请重新调整"
    CONSENT_NEEDED = "CONSENT_NEEDED", "at_once", "请先阅读并同意最新通知"
    PHONE_NEEDED = "PHONE_NEEDED", "at_once", "请先授权联系电话"
    NOTIFY_NEEDED = "NOTIFY_NEEDED", "at_once", "请先授权审核结果通知"
    PHOTO_UNDECIDED = "PHOTO_UNDECIDED", "at_once", "上一张照片正在审核"

    # what the judge measures
    DUP_REJECTED_IMAGE = "DUP_REJECTED_IMAGE", "judge", "请勿重复提交不合格照片"
    FACE_NONE = "FACE_NONE", "judge", "未检测到人脸"
    FACE_MULTI = "FACE_MULTI", "judge", "照片中有多人"
    GEO_HAIRLINE = "GEO_HAIRLINE", "judge", "头顶距上边距离不合格"
    GEO_EYES = "GEO_EYES", "judge", "眼睛位置不合格"
    GEO_FACE_WIDTH = "GEO_FACE_WIDTH", "judge", "脸部大小不合格"
    GEO_CENTER = "GEO_CENTER", "judge", "头像未居中"
    POSE_YAW = "POSE_YAW", "judge", "请正面拍摄，不要侧脸"
    POSE_ROLL = "POSE_ROLL", "judge", "头部歪斜，请摆正"
    EYES_CLOSED = "EYES_CLOSED", "judge", "双眼未自然睁开"
    MOUTH_OPEN = "MOUTH_OPEN", "judge", "嘴唇未闭合或露齿"
    BG_COLOR = "BG_COLOR", "judge", "背景颜色不符合要求"
    BG_UNEVEN = "BG_UNEVEN", "judge", "背景不均匀或有阴影"
    LIGHT_UNEVEN = "LIGHT_UNEVEN", "judge", "面部光线不均匀"
    LIGHT_OVER = "LIGHT_OVER", "judge", "面部过曝或有高光"
    LIGHT_UNDER = "LIGHT_UNDER", "judge", "照片过暗"
    BLUR = "BLUR", "judge", "照片模糊不清晰"
    COLOR_MODE = "COLOR_MODE", "judge", "请上传彩色照片"
    POSE_PITCH = "POSE_PITCH", "judge", "请平视镜头"
    RED_EYE = "RED_EYE", "judge", "照片有红眼"
    COLOR_CAST = "COLOR_CAST", "judge", "照片偏色"
    NOISE_JPEG = "NOISE_JPEG", "judge", "照片压缩过度，请传原图"
    DISTORTED = "DISTORTED", "judge", "人像变形"
    GLASSES_FORBIDDEN = "GLASSES_FORBIDDEN", "judge", "本次采集不得佩戴眼镜"
    GLASSES_GLARE = "GLASSES_GLARE", "judge", "眼镜反光"
    GLASSES_TINT = "GLASSES_TINT", "judge", "不得佩戴有色眼镜或美瞳"
    CLOTH_COLOR = "CLOTH_COLOR", "judge", "衣着与背景颜色相近"
    EDIT_BEAUTY = "EDIT_BEAUTY", "judge", "照片美颜修图过度"
    EDIT_OVERLAY = "EDIT_OVERLAY", "judge", "照片有边框文字或水印"
    SRC_REPHOTO = "SRC_REPHOTO", "judge", "请勿翻拍或扫描照片"
    SRC_ENLARGED = "SRC_ENLARGED", "judge", "照片被放大过，请传原图"
    BG_REPLACED_BAD = "BG_REPLACED_BAD", "judge", "换底边缘不自然"
    BG_OBJECT = "BG_OBJECT", "judge", "背景有其他人或物"
    GEO_BODY = "GEO_BODY", "judge", "身体比例不合格"
    GAZE = "GAZE", "judge", "双眼请直视镜头"
    POSE_SHOULDER = "POSE_SHOULDER", "judge", "两肩不平"
    HAIR_BROW = "HAIR_BROW", "judge", "头发遮挡眉毛或眼睛"
    HAIR_EAR = "HAIR_EAR", "judge", "双耳未露出"
    HEADWEAR = "HEADWEAR", "judge", "请勿佩戴帽子头饰"
    GLASSES_FRAME = "GLASSES_FRAME", "judge", "镜框遮挡眼睛"
    CLOTH_BANNED = "CLOTH_BANNED", "judge", "衣着颜色不符合要求"
    DUP_OTHER_CASE = "DUP_OTHER_CASE", "judge", "照片与他人重复，请核实"

    # what only a person says
    EXPRESSION = "EXPRESSION", "person", "表情不自然"
    JEWELLERY = "JEWELLERY", "person", "请勿佩戴首饰"
    CLOTH_PATTERN = "CLOTH_PATTERN", "person", "衣着图案或条纹复杂"
    EDIT_MIRROR = "EDIT_MIRROR", "person", "照片疑似镜像或旋转"
    SRC_OLD = "SRC_OLD", "person", "请上传近期照片"
    MAKEUP = "MAKEUP", "person", "妆容过浓"
    CLOTH_STYLE = "CLOTH_STYLE", "person", "请勿穿无袖吊带或毛领"
    SRC_SELFIE = "SRC_SELFIE", "person", "请勿上传自拍或生活照"
    NOT_SELF = "NOT_SELF", "person", "疑似非本人照片"
    MANUAL_OTHER = "MANUAL_OTHER", "person", "不符合要求，请联系客服"

    # what is found after the photo was accepted or delivered
    CMP_FAIL = "CMP_FAIL", "after", "人像比对未通过，请重拍"
    CHSI_QUALITY = "CHSI_QUALITY", "after", "学信网检测不合格，请重拍"
    REVOKED_BEAUTY = "REVOKED_BEAUTY", "after", "因修图撤销本次采集申请"

    # why a photo went to a person although no measure was unsure
    JUDGE_FAILED = "JUDGE_FAILED", "system", "照片需人工审核"
    REVIEW_PLANNED = "REVIEW_PLANNED", "system", "照片等待人工审核"  # the campaign wants a person besides the judge
    APPEALED = "APPEALED", "system", "申诉已受理，等待人工审核"
    REVIEW_DECIDED = "REVIEW_DECIDED", "system", "该照片已有审核结论"
    SAME_REVIEWER = "SAME_REVIEWER", "system", "终审须由另一位审核员进行"
    CHECK_TOO_EARLY = "CHECK_TOO_EARLY", "system", "采集结束后才能进行技术检测"

    # identity: the student sees ID_NOT_FOUND for every kind of "no", staff see which
    ID_NOT_FOUND = "ID_NOT_FOUND", "identity", "未匹配到采集信息"
    ID_CHECKSUM = "ID_CHECKSUM", "identity", "证件号码有误"
    ID_NAME_DIFF = "ID_NAME_DIFF", "identity", "姓名与证件不一致"
    ID_DONE = "ID_DONE", "identity", "已有学历照片，勿重复采集"
    ID_FIXED = "ID_FIXED", "identity", "信息已确认，不可更改"
    ID_BANNED = "ID_BANNED", "identity", "本学期不可再次采集"
    ID_EXISTS = "ID_EXISTS", "identity", "该证件已注册，请直接登录"
    ID_CARD_NEEDED = "ID_CARD_NEEDED", "identity", "请先拍摄证件照片"
    ID_CARD_UNREAD = "ID_CARD_UNREAD", "identity", "证件照片无法识别，请重拍"
    ID_CARD_DIFF = "ID_CARD_DIFF", "identity", "证件号码与出生性别不符"
    PASSWORD_WEAK = "PASSWORD_WEAK", "identity", "密码须含字母和数字"
    PASSWORD_DIFF = "PASSWORD_DIFF", "identity", "两次输入的密码不一致"
    PASSWORD_WRONG = "PASSWORD_WRONG", "identity", "证件或密码错误"
    SMS_CODE_WRONG = "SMS_CODE_WRONG", "identity", "验证码错误或已失效"
    SMS_CODE_TOO_SOON = "SMS_CODE_TOO_SOON", "identity", "验证码发送过于频繁"
    REMINDER_UNREAD = "REMINDER_UNREAD", "identity", "请先阅读并确认提醒"
    LEVEL_NEEDED = "LEVEL_NEEDED", "identity", "请先选择学历层次"
    CODE_INVALID = "CODE_INVALID", "identity", "特征码或采集码无效"
    CODE_MISMATCH = "CODE_MISMATCH", "identity", "采集码与学籍不一致"
    ATTEMPTS_USED = "ATTEMPTS_USED", "identity", "提交次数已用完"
    APP_WITHDRAWN = "APP_WITHDRAWN", "identity", "采集申请已撤回"
    APPEAL_USED = "APPEAL_USED", "identity", "该照片已申诉过"
    NOT_PREPARED = "NOT_PREPARED", "identity", "照片尚未处理完成"
    NO_PHOTO = "NO_PHOTO", "identity", "请先提交照片"
    NOT_OFFERED = "NOT_OFFERED", "identity", "本次采集不提供此操作"
    DELIVERED = "DELIVERED", "identity", "照片已交学校，不可撤回"
    APP_ERASED = "APP_ERASED", "identity", "个人信息已删除"
    ID_TAKEN = "ID_TAKEN", "identity", "请使用本人微信"
    ID_LIMIT = "ID_LIMIT", "identity", "尝试次数过多，请稍后再试"
    ID_CONFIRM = "ID_CONFIRM", "identity", "请先核对并确认个人信息"
    WIN_CLOSED = "WIN_CLOSED", "identity", "不在采集时间内"
    RESUBMIT_LATE = "RESUBMIT_LATE", "identity", "已超过重新提交期限"
    PHOTO_DONE = "PHOTO_DONE", "identity", "照片已通过，无需再次上传"

    # money
    PAY_NOT_DUE = "PAY_NOT_DUE", "money", "当前无需支付"
    PAY_OFFLINE = "PAY_OFFLINE", "money", "本次采集请线下缴费"
    PAY_UNPAID = "PAY_UNPAID", "money", "请先完成支付"
    PAY_EXPIRED = "PAY_EXPIRED", "money", "订单已超时，请重新支付"
    PAY_LAPSED = "PAY_LAPSED", "money", "逾期未支付，采集已终止"
    REFUND_ABN = "REFUND_ABN", "money", "退款异常，请联系客服"
    REFUND_WITHDRAWN = "REFUND_WITHDRAWN", "money", "申请已终止，费用退回"
    PAY_DUP = "PAY_DUP", "money", "重复支付，已原路退款"

    # the door itself
    SIGN_IN = "SIGN_IN", "system", "请重新登录"
    NOT_YOURS = "NOT_YOURS", "system", "未找到该采集申请"
    NO_CAMPAIGN = "NO_CAMPAIGN", "system", "未找到该采集批次"
    BAD_REQUEST = "BAD_REQUEST", "system", "填写内容有误，请检查"
    KEY_REUSED = "KEY_REUSED", "system", "请勿重复提交不同内容"
    LINK_EXPIRED = "LINK_EXPIRED", "system", "链接已失效，请刷新"
    SYS_RETRY = "SYS_RETRY", "system", "系统繁忙，请稍后再试"
