"""The decoder of the sandbox: the stand-in for a unit that CHSI has authorised."""

import httpx

from services.matcher.capture.decoder import BadCode, Decoded
from services.matcher.settings import Settings
from shared.http import http_client
from shared.outbox import TryLater

TIMEOUT_SECONDS = 10  # far below an errand's lease


class SandboxDecoder:
    """POST {url}/capture/decode with {"code"} and the unit's key; 404 for a code that is none or has expired."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def decode(self, code: str) -> Decoded:
        headers = {"authorization": f"Bearer {self._settings.capture_key.get_secret_value()}"}
        try:
            async with http_client(self._settings.capture_url, timeout=TIMEOUT_SECONDS) as http:
                answer = await http.post("/capture/decode", json={"code": code}, headers=headers)
        except httpx.HTTPError as error:
            raise TryLater(f"the decoder does not answer: {type(error).__name__}") from None
        if answer.status_code == httpx.codes.NOT_FOUND:
            raise BadCode
        if answer.is_error:
            raise TryLater(f"the decoder answered {answer.status_code}")
        return Decoded.model_validate_json(answer.content)
