"""The words a student reads for stages and actions."""

from shared.campaign import Campaign

STAGES = {
    "register": "请先注册或登录",
    "identify": "请填写校验信息",
    "matching": "正在匹配采集信息",
    "confirm": "请核对信息",
    "unmatched": "未匹配到采集信息",
    "remind": "请阅读并确认提醒",
    "upload": "请上传照片",
    "preparing": "照片处理中",
    "prepared": "请确认照片效果",
    "unprepared": "照片无法处理，请更换",
    "ordering": "正在生成订单",
    "checking": "照片检测中",
    "in_review": "照片人工审核中",
    "refused": "照片未通过，请重新采集",
    "pay": "请付款",
    "approved": "审核通过",
    "complete": "采集完成",
    "delivered": "采集完成，照片已交学校",
    "revoked": "采集申请已被撤销",
    "lapsed": "采集已终止",
    "withdrawn": "采集申请已撤回",
    "erasing": "正在删除个人信息",
    "erased": "个人信息已删除",
}
_APPROVED_FIRST = {"pay": "审核通过，请付款"}
_OFFLINE = {"pay": "审核通过，请按学校通知线下缴费"}

ACTIONS = {
    "register": "注册或登录",
    "identify": "填写校验信息",
    "confirm": "核对信息",
    "remind": "我知道了",
    "upload": "上传照片",
    "accept": "确认提交",
    "retake": "重新拍摄",
    "pay": "去支付",
    "appeal": "申请人工复核",
    "take_back": "撤回照片",
    "withdraw": "撤回申请",
    "erase": "删除个人信息",
}
EDIT_AGAIN = "再编辑"  # an upload that replaces a photo, as Xinhua's orders call it


def stage_text(stage: str, campaign: Campaign) -> str:
    special = {"after_approval": _APPROVED_FIRST, "offline": _OFFLINE}.get(campaign.payment.moment, {})
    return special.get(stage, STAGES[stage])


def action_text(action: str, attempt: int) -> str:
    return EDIT_AGAIN if action == "upload" and attempt else ACTIONS[action]
