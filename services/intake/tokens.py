"""The students' own bearer tokens: short-lived, opaque, and without WeChat's session_key."""

from itsdangerous import BadSignature, URLSafeTimedSerializer

from shared.events import Payer
from shared.sealed import CannotOpen, Sealed, Sealer


class BadToken(Exception):
    """Altered, too old, or never ours: sign in again."""


class Tokens:
    """A token is the sealed openid, signed with its time."""

    def __init__(self, key: str, seconds: int, sealer: Sealer) -> None:
        self._serializer = URLSafeTimedSerializer(key, salt="student")
        self._sealer = sealer
        self.seconds = seconds

    def make(self, openid: str) -> str:
        return self._serializer.dumps(self._sealer.seal(Payer(openid=openid)).model_dump())

    def openid(self, token: str) -> str:
        """Raises BadToken. Signed time is real time: moving the clock ends no session."""
        try:
            sealed = Sealed[Payer].model_validate(self._serializer.loads(token, max_age=self.seconds))
            return self._sealer.open(sealed, Payer).openid
        except (BadSignature, CannotOpen, ValueError):
            raise BadToken from None
