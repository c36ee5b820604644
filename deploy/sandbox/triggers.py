"""The hostile sides of the gateways: one row each, armed by POST /play/triggers or from the page.

An armed trigger strikes the next `times` calls of its kind whose request contains `who` (an openid, an out_trade_no, a
phone number, a login name; empty: anybody's). What needs no trigger plays by itself: a code used twice, another
person's prepay_id, a clock five minutes wrong, an order repeated with other parameters, a message without a grant.
"""

from dataclasses import dataclass

PAY = ("order", "query", "close", "refund", "refund_query")
WECHAT = ("login", "token", "phone", "subscribe")
NOTIFICATIONS = ("notification", "refund_notification")
CALLS = {  # and how the page names them
    "order": "下单",
    "query": "查单",
    "close": "关单",
    "refund": "申请退款",
    "refund_query": "查询退款",
    "notification": "支付通知",
    "refund_notification": "退款通知",
    "login": "微信登录",
    "token": "接口凭证",
    "phone": "手机号授权",
    "subscribe": "订阅消息",
    "sms": "短信发送",
    "receipt": "短信回执",
}


@dataclass(frozen=True)
class Trigger:
    """What the gateway does (`name`), on which calls, what `value` means there, and how the page says it."""

    name: str
    calls: tuple[str, ...]
    shown: str
    value: str = ""


TABLE = (
    # name                calls                                       shown on the page                 value
    Trigger("status", (*PAY, *WECHAT, "sms"), "不办事，直接返回错误状态", "HTTP status, e.g. 401, 429, 500"),
    Trigger("html_502", (*PAY, *WECHAT, "sms"), "不办事，返回网关的 HTML 错误页"),
    Trigger("done_then_dropped", (*PAY, *WECHAT, "sms"), "办妥之后断开连接"),
    Trigger("done_then_slow", (*PAY, *WECHAT, "sms"), "办妥之后拖延应答", "seconds"),
    Trigger("signature_bad", (*PAY, *NOTIFICATIONS), "签名错误"),
    Trigger("signature_test", NOTIFICATIONS, "签名探测（WECHATPAY/SIGNTEST/）"),
    Trigger("signature_missing", (*PAY, *NOTIFICATIONS), "没有签名"),
    Trigger("serial_unknown", (*PAY, *NOTIFICATIONS), "未知的公钥编号"),
    Trigger("day_old", (*PAY, *NOTIFICATIONS), "一天前的时间戳"),
    Trigger("paid_before_answer", ("order",), "下单应答之前已付款并通知"),
    Trigger("paid_before_close", ("close",), "关单时付款抢先"),
    Trigger("not_sent", (*NOTIFICATIONS, "receipt"), "从不通知"),
    Trigger("twice", (*NOTIFICATIONS, "receipt"), "同一通知同时送两次"),
    Trigger("late", (*NOTIFICATIONS, "receipt"), "延迟通知", "seconds"),
    Trigger("wrong_amount", ("notification",), "通知金额不符"),
    Trigger("wrong_currency", ("notification",), "通知币种不符"),
    Trigger("wrong_mchid", ("notification",), "通知商户号不符"),
    Trigger("wrong_appid", ("notification",), "通知应用不符"),
    Trigger("wrong_openid", ("notification",), "通知付款人不符"),
    Trigger("ciphertext_bad", NOTIFICATIONS, "通知密文损坏"),
    Trigger("balance_low", ("refund",), "商户余额不足，退款被拒"),
    Trigger("ends_closed", ("refund",), "退款以关闭告终"),
    Trigger("ends_abnormal", ("refund",), "退款以异常告终"),
    Trigger("stays_processing", ("refund",), "退款一直处理中"),
    Trigger("errcode", WECHAT, "返回微信错误码", "errcode, e.g. 40001, 40226, 43101, 45011, -1"),
    Trigger("limit", ("sms",), "短信超过每日上限"),
    Trigger("fails", ("receipt",), "运营商回执为失败"),
)
BY_NAME = {trigger.name: trigger for trigger in TABLE}


@dataclass
class Armed:
    """A trigger waiting for its call."""

    name: str
    call: str
    who: str = ""
    times: int = 1
    value: float = 0

    def __post_init__(self) -> None:
        known = BY_NAME.get(self.name)
        if known is None or self.call not in known.calls:
            allowed = [trigger.name for trigger in TABLE if self.call in trigger.calls]
            raise ValueError(f"no trigger {self.name!r} for call {self.call!r}; there are {allowed or list(CALLS)}")


class Triggers:
    """What is armed now."""

    def __init__(self) -> None:
        self.armed: list[Armed] = []

    def arm(self, armed: Armed) -> None:
        self.armed.append(armed)

    def take(self, call: str, request: str) -> Armed | None:
        """The trigger that strikes this call, used up by one."""
        for armed in self.armed:
            if armed.call == call and armed.who in request:
                armed.times -= 1
                if armed.times <= 0:
                    self.armed.remove(armed)
                return armed
        return None
