"""WeChat's own server API: the few calls that intake and notifier need (domain research §3.1, §3.2, §3.5)."""

import asyncio
import logging
import time
from dataclasses import dataclass
from typing import Any, Self

import httpx

from shared.http import http_client

NEEDS_NEW_TOKEN = frozenset({40001, 40014, 42001})
TRY_LATER = frozenset({-1, 45009, 45011})  # system busy, out of quota, too often
RENEW_BEFORE_S = 300  # the platform renews five minutes early and lets both tokens work meanwhile
TIMEOUT = httpx.Timeout(5, connect=2)

# At INFO httpx prints whole URLs, and these carry the secret and the access token.
for chatty in ("httpx", "httpcore"):
    logging.getLogger(chatty).setLevel(logging.WARNING)


class WeChatRefused(Exception):
    """A final no: `errcode` and `errmsg` as WeChat gave them; the same call will be refused again."""

    def __init__(self, errcode: int, errmsg: str) -> None:
        super().__init__(f"WeChat refused: {errcode} {errmsg}")
        self.errcode = errcode
        self.errmsg = errmsg


class WeChatUnavailable(Exception):
    """No usable answer. `perhaps_done`: the request reached WeChat, so it may have had its effect."""

    def __init__(self, why: str, *, perhaps_done: bool) -> None:
        super().__init__(f"WeChat gave no usable answer: {why}")
        self.perhaps_done = perhaps_done


@dataclass(frozen=True)
class Session:
    """Who signed in. WeChat's `session_key` is dropped on arrival: nothing here needs it, so nothing can leak it."""

    openid: str


@dataclass(frozen=True)
class _Token:
    value: str
    renew_at: float  # time.monotonic()


class WeChat:
    """One mini-program's server side, an async context manager. Every call raises WeChatRefused or WeChatUnavailable.

    url: scheme and host, without a path. Access tokens are cached per object; `stable_token` gives every process the
    same one, so processes need no shared cache.
    """

    def __init__(self, url: str, appid: str, secret: str) -> None:
        self._appid = appid
        self._secret = secret
        self._http = http_client(url, timeout=TIMEOUT)
        self._token: _Token | None = None
        self._token_lock = asyncio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def code2session(self, js_code: str) -> Session:
        """The code of `wx.login`: lives five minutes, once (else errcode 40029 or 40163)."""
        answer = await self._call(
            "GET",
            "/sns/jscode2session",
            params={
                "appid": self._appid,
                "secret": self._secret,
                "js_code": js_code,
                "grant_type": "authorization_code",
            },
        )
        return Session(openid=_field(answer, "openid"))

    async def phone_number(self, code: str, openid: str) -> str:
        """The code of the phone button (not the login code), bound to `openid`; the number in E.164."""
        answer = await self._post("/wxa/business/getuserphonenumber", {"code": code, "openid": openid})
        phone = answer.get("phone_info") or {}
        return f"+{_field(phone, 'countryCode')}{_field(phone, 'purePhoneNumber')}"

    async def send_subscribe(self, openid: str, template_id: str, page: str, data: dict[str, str]) -> None:
        """One subscribe message; `data` maps the template's fields (thing1, phrase2 …) to their text.

        errcode 43101: the student did not agree, or the agreement is spent. 47003: a field breaks its type's rule.
        """
        body = {
            "touser": openid,
            "template_id": template_id,
            "page": page,
            "data": {field: {"value": text} for field, text in data.items()},
        }
        await self._post("/cgi-bin/message/subscribe/send", body)

    async def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """With the access token; a token WeChat no longer takes is renewed once."""
        token = await self._access_token()
        try:
            return await self._call("POST", path, params={"access_token": token}, json=body)
        except WeChatRefused as refused:
            if refused.errcode not in NEEDS_NEW_TOKEN:
                raise
        renewed = await self._access_token(instead_of=token)
        return await self._call("POST", path, params={"access_token": renewed}, json=body)

    async def _access_token(self, instead_of: str | None = None) -> str:
        async with self._token_lock:
            known = self._token
            if known and known.value != instead_of and time.monotonic() < known.renew_at:
                return known.value
            try:
                self._token = await self._stable_token(force=False)
                if self._token.value == instead_of:
                    # A forced refresh is rationed (20 a day): only when the platform itself still gives the bad one.
                    self._token = await self._stable_token(force=True)
            except WeChatUnavailable as unavailable:
                raise WeChatUnavailable(str(unavailable), perhaps_done=False) from None
            return self._token.value

    async def _stable_token(self, *, force: bool) -> _Token:
        answer = await self._call(
            "POST",
            "/cgi-bin/stable_token",
            json={
                "grant_type": "client_credential",
                "appid": self._appid,
                "secret": self._secret,
                "force_refresh": force,
            },
        )
        seconds = float(_field(answer, "expires_in"))
        return _Token(_field(answer, "access_token"), time.monotonic() + seconds - RENEW_BEFORE_S)

    async def _call(self, method: str, path: str, **request: Any) -> dict[str, Any]:
        try:
            response = await self._http.request(method, path, **request)
        except httpx.TransportError as error:
            # httpx's own message and traceback show the URL, and with it the secret: neither goes on.
            unsent = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)
            raise WeChatUnavailable(f"{path}: {type(error).__name__}", perhaps_done=not unsent) from None
        try:
            answer = response.json() if response.is_success else None
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise WeChatUnavailable(f"{path}: HTTP {response.status_code}, no JSON object", perhaps_done=True)
        errcode = int(answer.get("errcode", 0))
        if errcode in TRY_LATER:
            raise WeChatUnavailable(f"{path}: errcode {errcode}", perhaps_done=errcode == -1)
        if errcode:
            raise WeChatRefused(errcode, str(answer.get("errmsg", "")))
        return answer


def _field(answer: dict[str, Any], name: str) -> str:
    value = answer.get(name)
    if value is None:
        raise WeChatUnavailable(f"the answer lacks {name!r}", perhaps_done=True)
    return str(value)
