"""What reviewers read: every check, outcome, state and measured value in Chinese."""

from typing import Any

CHECK_NAMES = {
    "face": "人脸",
    "eye_line": "眼睛位置",
    "hairline": "发际位置",
    "face_width": "脸宽",
    "centring": "左右居中",
    "roll": "头部倾斜",
    "yaw": "侧脸",
    "mouth": "嘴部张开",
    "background_colour": "背景颜色",
    "background_even": "背景均匀",
    "sharpness": "清晰度",
    "exposure": "曝光",
    "compression": "压缩质量",
    "true_colour": "彩色照片",
    "eyes_open": "双眼睁开",
    "eyes_seen": "眼睛可见",
    "red_eye": "红眼",
    "teeth": "露齿",
    "light_even": "左右光线",
    "highlights": "高光",
    "colour_cast": "偏色",
    "noise": "噪点",
    "glasses_glare": "眼镜反光",
    "glasses": "佩戴眼镜",
    "pitch": "俯仰",
    "clothes_colour": "衣着与背景",
    "stretched": "人像变形",
    "skin_texture": "皮肤纹理",
    "head_height": "头部高度占比",
    "body": "下巴以下与脸宽之比",
    "shoulders": "两肩水平",
    "gaze": "视线偏移",
    "brows": "眉毛被遮挡",
    "ears": "耳朵被遮挡",
    "head_covering": "帽子头饰",
    "glasses_frame": "镜框遮眼",
    "clothes_banned": "禁用衣着颜色",
    "replaced_edge": "换底边缘",
    "additions": "边框文字",
    "rephotographed": "翻拍",
    "editor_marks": "美颜软件痕迹",
    "darkroom_marks": "修图软件痕迹",
    "enlarged": "放大痕迹",
    "glasses_tint": "镜片颜色",
}
OUTCOMES = {"pass": "合格", "unsure": "待定", "fail": "不合格"}
STATES = {
    "none": "未提交",
    "submitted": "已提交",
    "queued": "检测中",
    "referred": "待审核",
    "final_review": "待终审",
    "accepted": "通过",
    "refused": "不通过",
    "withdrawn": "学生已撤回",
    "bounced": "交付后退回",
    "revoked": "已撤销",
    "ended": "采集申请已终止",
}
ALARMS = {"same_picture": "照片相同", "same_face": "面部相似"}
ANSWERS = {"different_people": "不是同一人", "same_person": "是同一人"}
CHECK_STATES = {
    "waiting": "待检测",
    "clean": "未发现问题",
    "suspect": "待人工确认",
    "kept": "人工确认无问题",
    "revoked": "已撤销",
    "gone": "已不是通过状态",
}
HAIRLINE_BY = {"step": "实测", "ratio": "按面部比例推算", "mean of both": "实测与比例的平均"}
UNITS = {"px": "像素", "°": "度", "ΔE": "（色差）", "L*": "（明度）", "ΔL*": "（明度差）", "a*": "（红度）"}


def against_limit(finding: dict[str, Any]) -> str:
    """One finding of a judge's report in one sentence: the value, what is allowed, and how far outside it lies."""
    value, limits = finding["value"], finding["limits"]
    low, high = limits["low"], limits["high"]
    unit = UNITS.get(finding["unit"], finding["unit"])
    if value is None:
        return "本次无此要求" if finding["outcome"] == "pass" else "未能测量，请人工判断"
    allowed = _allowed(low, high)
    if not allowed:
        return f"测得 {_number(value)} {unit}".rstrip()
    sentence = f"测得 {_number(value)}，允许{allowed} {unit}".rstrip()
    if low is not None and value < low:
        return f"{sentence}，低了 {_number(low - value)}"
    if high is not None and value > high:
        return f"{sentence}，超出 {_number(value - high)}"
    return sentence


def _allowed(low: float | None, high: float | None) -> str:
    if low is None and high is None:
        return ""
    if low is None:
        return f"不超过 {_number(high)}"
    if high is None:
        return f"不低于 {_number(low)}"
    return f" {_number(low)} 至 {_number(high)}" if low != high else f" {_number(low)}"


def _number(value: float | None) -> str:
    """Three digits at most after the point, none that say nothing."""
    return f"{value:.3f}".rstrip("0").rstrip(".") if value is not None else ""
