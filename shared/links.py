"""Signed, short-lived links to pictures and bundles. The store itself is never published."""

from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

SECONDS = 15 * 60  # long enough to look at a page, too short to pass around


class BadLink(Exception):
    """The link was altered, is for something else, or its time is over."""


class Links:
    """Makes and reads the last part of a link. `purpose` keeps a link to a picture from opening a bundle."""

    def __init__(self, key: str, purpose: str) -> None:
        self._serializer = URLSafeTimedSerializer(key, salt=purpose)

    def sign(self, object_key: str) -> str:
        return self._serializer.dumps(object_key)

    def read(self, token: str, max_age_seconds: int = SECONDS) -> str:
        """The object key. Raises BadLink."""
        try:
            return str(self._serializer.loads(token, max_age=max_age_seconds))
        except SignatureExpired:
            raise BadLink("the link's time is over; load the page again") from None
        except BadSignature:
            raise BadLink("this is not a link that we made") from None
