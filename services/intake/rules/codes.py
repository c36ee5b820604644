"""One-time codes by SMS."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.reasons import Reason

DIGITS = 6
LIVES = timedelta(minutes=5)
TRIES_MAX = 5  # of a million codes: one guess in 200,000
# What the gateways allow of codes to one number (domain research §3.8: Aliyun): we refuse before they do.
SENT_MAX = ((timedelta(minutes=1), 1), (timedelta(hours=1), 5), (timedelta(days=1), 10))
AGAIN_AFTER = SENT_MAX[0][0]
LONGEST = SENT_MAX[-1][0]


@dataclass(frozen=True)
class SentCode:
    """`sent_to` and `code_print` are fingerprints: of the phone or the document, and of the code."""

    sent_to: str
    code_print: str
    expires_at: datetime
    tries: int
    is_used: bool

    def fits(self, sent_to: str, code_print: str, now: datetime) -> bool:
        alive = not self.is_used and self.tries < TRIES_MAX and now < self.expires_at
        return alive and (self.sent_to, self.code_print) == (sent_to, code_print)


def why_not_send(sent_at: Sequence[datetime], now: datetime) -> Reason | None:
    """sent_at: of the codes of the last day, to this number or for this application."""
    too_many = any(sum(now - each < within for each in sent_at) >= most for within, most in SENT_MAX)
    return Reason.SMS_CODE_TOO_SOON if too_many else None
