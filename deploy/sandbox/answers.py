"""How the sandbox answers a call: honestly, or as the armed trigger wants it."""

import asyncio
import json
from collections.abc import Awaitable, Callable

from fastapi import Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Receive, Scope, Send

from deploy.sandbox.signatures import PayKeys, SignatureRefused
from deploy.sandbox.triggers import Armed, Triggers

Work = Callable[[Armed | None], Awaitable[Response]]


class Dropped(Response):
    """An answer that never ends: uvicorn closes the connection, the client sees a broken one."""

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        headers = [(b"content-length", b"1000")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"{", "more_body": True})


class PayError(Exception):
    """A refusal in WeChat Pay's own words: HTTP status, code, message."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(code)
        self.status, self.code, self.message = status, code, message


async def answer(triggers: Triggers, call: str, request: str, work: Work) -> Response:
    """Do the work and answer, unless a trigger for this call refuses, drops or delays."""
    armed = triggers.take(call, request)
    if armed and armed.name == "status":
        refusal = {"code": "SANDBOX", "message": f"trigger status {armed.value:.0f}"}
        return JSONResponse(refusal, status_code=int(armed.value))
    if armed and armed.name == "html_502":
        return HTMLResponse("<html><h1>502 Bad Gateway</h1></html>", status_code=502)
    response = await work(armed)
    if armed and armed.name == "done_then_slow":
        await asyncio.sleep(armed.value)
    if armed and armed.name == "done_then_dropped":
        return Dropped()
    return response


class Signed:
    """WeChat Pay's door: the merchant's signature is checked on the way in, ours is put on the way out."""

    def __init__(self, keys: PayKeys, triggers: Triggers) -> None:
        self._keys, self._triggers = keys, triggers

    async def answer(
        self,
        request: Request,
        call: str,
        work: Callable[[dict[str, object], Armed | None], Awaitable[dict[str, object] | None]],
    ) -> Response:
        """`work` gets the request's JSON and gives the answer's (None: 204), or raises PayError."""
        path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        body = (await request.body()).decode()

        async def checked(armed: Armed | None) -> Response:
            try:
                authorization = request.headers.get("authorization", "")
                self._keys.check_request(request.method, path, body, authorization)
                content = await work(_json_object(body), armed)
                status = 204 if content is None else 200
            except SignatureRefused as refused:
                status, content = 401, {"code": "SIGN_ERROR", "message": str(refused)}
            except PayError as error:
                status, content = error.status, {"code": error.code, "message": error.message}
            text = "" if content is None else json.dumps(content, ensure_ascii=False)
            headers = self._keys.sign(text, armed.name if armed else "")
            media_type = None if content is None else "application/json; charset=utf-8"
            return Response(text, status, headers, media_type)

        return await answer(self._triggers, call, path + body, checked)


def _json_object(body: str) -> dict[str, object]:
    try:
        parsed = json.loads(body or "{}")
    except ValueError:
        parsed = None
    if not isinstance(parsed, dict):
        raise PayError(400, "PARAM_ERROR", "the body is not a JSON object")
    return parsed
