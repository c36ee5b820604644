"""WeChat's server API: sign-in, access token, phone number, subscribe messages.

Codes are made by whoever plays the phone, with a nonce so that each is single-use:
`login-<name>.<nonce>` signs in as openid `o-<name>`; `phone-<digits>.<nonce>` hands over that number.
"""

import re
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from deploy.sandbox.answers import answer
from deploy.sandbox.ledger import Ledger, SubscribeMessage, now
from deploy.sandbox.settings import Settings
from deploy.sandbox.triggers import Armed, Triggers

MESSAGES = {
    -1: "system error",
    40001: "invalid credential, access_token is invalid or not latest",
    40003: "invalid openid",
    40013: "invalid appid",
    40029: "invalid code",
    40125: "invalid appsecret",
    40163: "code been used",
    41030: "invalid page path",
    43101: "user refuse to accept the msg",
    45011: "api minute-quota reach limit, mustslower, retry next minute",
    47003: "argument invalid",
}
TOKEN_SECONDS = 7200
RENEWED_BEFORE_SECONDS = 300
HOUR = r"\d{1,2}:\d{2}(:\d{2})?"
DAY = r"\d{4}[-年]\d{1,2}[-月]\d{1,2}日?"
FIELD_RULES = {
    "thing": r".{1,20}",
    "number": r"\d{1,32}(\.\d+)?",
    "letter": r"[A-Za-z]{1,32}",
    "symbol": r"[^\w\s]{1,5}",
    "character_string": r"[!-~]{1,32}",
    "time": rf"{DAY}|({DAY} ?)?{HOUR}",
    "date": rf"{DAY}( {HOUR})?",
    "amount": r"[¥￥$]?\d{1,10}(\.\d{1,2})?元?",
    "phone_number": r"[\d+\-() ]{1,17}",
    "car_number": r".{1,8}",
    "name": r"[\u4e00-\u9fff·]{1,10}|[A-Za-z .]{1,20}",
    "phrase": r"[\u4e00-\u9fff]{1,5}",
}
"""What a template field may hold, by the name it starts with (domain research §3.5); else 47003."""


class TokenRequest(BaseModel):
    grant_type: str
    appid: str
    secret: str
    force_refresh: bool = False


class PhoneRequest(BaseModel):
    code: str
    openid: str | None = None


class Field(BaseModel):
    value: str


class SubscribeRequest(BaseModel):
    touser: str
    template_id: str
    data: dict[str, Field]
    page: str = ""
    miniprogram_state: str = "formal"
    lang: str = "zh_CN"


class WechatError(Exception):
    """A refusal; WeChat says it with status 200 and an errcode."""

    def __init__(self, errcode: int, detail: str = "") -> None:
        super().__init__(errcode)
        self.errcode, self.detail = errcode, detail


class MiniProgram:
    """The mini-program's account at WeChat."""

    def __init__(self, settings: Settings, ledger: Ledger) -> None:
        self._settings, self._ledger = settings, ledger

    def login(self, appid: str, secret: str, js_code: str) -> dict[str, object]:
        self._check_account(appid, secret)
        name = self._spend(js_code, "login")
        return {"openid": f"o-{name}", "session_key": uuid4().hex}

    def token(self, asked: TokenRequest) -> dict[str, object]:
        self._check_account(asked.appid, asked.secret)
        tokens = self._ledger.tokens
        renewed_at = now() + timedelta(seconds=RENEWED_BEFORE_SECONDS)
        current = next((token for token, expires_at in tokens.items() if expires_at > renewed_at), None)
        if current and asked.force_refresh:
            tokens[current] = renewed_at  # the old one works five minutes more
            current = None
        if current is None:
            current = uuid4().hex * 4
            tokens[current] = now() + timedelta(seconds=TOKEN_SECONDS)
        return {"access_token": current, "expires_in": int((tokens[current] - now()).total_seconds())}

    def phone(self, token: str, asked: PhoneRequest) -> dict[str, object]:
        self._check_token(token)
        digits = self._spend(asked.code, "phone")
        watermark = {"timestamp": int(now().timestamp()), "appid": self._settings.wechat_appid}
        numbers = {"phoneNumber": digits, "purePhoneNumber": digits, "countryCode": "86"}
        return {"phone_info": numbers | {"watermark": watermark}}

    def send(self, token: str, asked: SubscribeRequest) -> dict[str, object]:
        self._check_token(token)
        if not asked.touser.startswith("o-"):
            raise WechatError(40003)
        for name, field in asked.data.items():
            rule = FIELD_RULES.get(name.rstrip("0123456789"), "(?!)")
            if not re.fullmatch(rule, field.value):
                raise WechatError(47003, f"data.{name}.value is invalid")
        granted = (asked.touser, asked.template_id)
        if self._ledger.grants.get(granted, 0) == 0:
            raise WechatError(43101)
        self._ledger.grants[granted] -= 1
        values = {name: field.value for name, field in asked.data.items()}
        message = SubscribeMessage(asked.touser, asked.template_id, values, asked.page, now())
        self._ledger.subscribe_messages.append(message)
        return {}

    def _spend(self, code: str, kind: str) -> str:
        found = re.fullmatch(rf"{kind}-([\w-]+)\.\w+", code)
        if found is None:
            raise WechatError(40029)
        if code in self._ledger.used_codes:
            raise WechatError(40163)
        self._ledger.used_codes.add(code)
        return found[1]

    def _check_account(self, appid: str, secret: str) -> None:
        if appid != self._settings.wechat_appid:
            raise WechatError(40013)
        if secret != self._settings.wechat_secret.get_secret_value():
            raise WechatError(40125)

    def _check_token(self, token: str) -> None:
        expires_at = self._ledger.tokens.get(token)
        if expires_at is None or expires_at < now():
            raise WechatError(40001)


def routes(settings: Settings, ledger: Ledger, triggers: Triggers) -> APIRouter:
    router = APIRouter(tags=["WeChat"])
    account = MiniProgram(settings, ledger)

    async def served(request: Request, call: str, work: Callable[[], dict[str, object]]) -> Response:
        async def checked(armed: Armed | None) -> Response:
            try:
                if armed and armed.name == "errcode":
                    raise WechatError(int(armed.value))
                return JSONResponse({"errcode": 0, "errmsg": "ok"} | work())
            except WechatError as error:
                message = error.detail or MESSAGES.get(error.errcode, "sandbox")
                return JSONResponse({"errcode": error.errcode, "errmsg": message})

        return await answer(triggers, call, f"{request.url.query} {(await request.body()).decode()}", checked)

    @router.get("/sns/jscode2session")
    async def code2session(request: Request, appid: str, secret: str, js_code: str) -> Response:
        return await served(request, "login", lambda: account.login(appid, secret, js_code))

    @router.post("/cgi-bin/stable_token")
    async def stable_token(request: Request, asked: TokenRequest) -> Response:
        return await served(request, "token", lambda: account.token(asked))

    @router.post("/wxa/business/getuserphonenumber")
    async def get_user_phone_number(request: Request, access_token: str, asked: PhoneRequest) -> Response:
        return await served(request, "phone", lambda: account.phone(access_token, asked))

    @router.post("/cgi-bin/message/subscribe/send")
    async def subscribe_send(request: Request, access_token: str, asked: SubscribeRequest) -> Response:
        return await served(request, "subscribe", lambda: account.send(access_token, asked))

    return router
