"""Who registers: the picture of the document, what was read from it, and what the account is made of."""

import string
from enum import StrEnum
from uuid import UUID

from shared.documents import born_on, fault
from shared.documents import sex as sex_of
from shared.events import IdCard, IdCardRead, IdCardRefused, Value
from shared.reasons import Reason
from shared.sealed import Sealed

# The notice asks for letters and digits and names no length: 8 is the least of NIST SP 800-63B §5.1.1.2, which also
# says to take at least 64. The upper bound only keeps a megabyte out of the hash.
PASSWORD_MIN, PASSWORD_MAX = 8, 128
# A reading costs half a second of a core; who photographs well needs one, who photographs badly a few.
READINGS_PER_DAY = 20
SAYS_BIRTH_AND_SEX = ("resident_id", "residence_permit")  # GB 11643-1999


class CardState(StrEnum):
    NONE = "none"
    READING = "reading"
    READ = "read"
    UNREAD = "unread"


class AccountState(StrEnum):
    NONE = "none"
    SIGNED_IN = "signed_in"
    SIGNED_OUT = "signed_out"


class CardRegion(Value):
    """The newest picture of a document. What was read stays until it is used; the picture goes within minutes."""

    reading: int = 0
    state: CardState = CardState.NONE
    key: str | None = None
    card: Sealed[IdCard] | None = None
    reason: Reason | None = None


class AccountRegion(Value):
    """Whose account acts here. It is kept when one signs out: the case does not change hands."""

    state: AccountState = AccountState.NONE
    account_id: UUID | None = None
    card: CardRegion = CardRegion()


class Registration(Value):
    """What an account is made of: sealed at rest. number: normalised; phone: E.164; sex: 男 or 女."""

    document_type: str
    document_number: str
    name: str
    sex: str
    phone: str
    email: str


def with_picture(account: AccountRegion, key: str) -> AccountRegion:
    reading = account.card.reading + 1
    return account.model_copy(update={"card": CardRegion(reading=reading, state=CardState.READING, key=key)})


def with_reading(account: AccountRegion, fact: IdCardRead | IdCardRefused) -> AccountRegion:
    """An answer to an older picture, or a second one, changes nothing."""
    known = account.card
    if fact.reading != known.reading or known.state is not CardState.READING:
        return account
    told = {"state": CardState.READ, "card": fact.card} if isinstance(fact, IdCardRead) else {}
    if isinstance(fact, IdCardRefused):
        told = {"state": CardState.UNREAD, "reason": fact.reason}
    return account.model_copy(update={"card": known.model_copy(update={**told, "key": None})})


def signed_in(account: AccountRegion, account_id: UUID) -> AccountRegion:
    """The reading has served: what it said is the account's now."""
    used = CardRegion(reading=account.card.reading)
    return AccountRegion(state=AccountState.SIGNED_IN, account_id=account_id, card=used)


def signed_out(account: AccountRegion) -> AccountRegion:
    """What was read and not used is forgotten with it."""
    if account.state is not AccountState.SIGNED_IN:
        return account
    left = CardRegion(reading=account.card.reading)
    return account.model_copy(update={"state": AccountState.SIGNED_OUT, "card": left})


def why_not_document(
    allowed: tuple[str, ...], document_type: str, number: str, state: CardState, card: IdCard | None
) -> Reason | None:
    """The typed number (normalised) against the picture: a misread one is corrected within what stands beside it."""
    if document_type not in allowed:
        return Reason.BAD_REQUEST
    if state in (CardState.NONE, CardState.READING):
        return Reason.ID_CARD_NEEDED
    if document_type == "resident_id" and card is None:
        return Reason.ID_CARD_UNREAD  # other documents are looked at by nobody but the roster: only this one is read
    if fault(document_type, number):
        return Reason.ID_CHECKSUM
    if document_type not in SAYS_BIRTH_AND_SEX or card is None:
        return None
    other_birth = card.born_on is not None and card.born_on != born_on(number)
    other_sex = card.sex is not None and card.sex != sex_of(number)
    return Reason.ID_CARD_DIFF if other_birth or other_sex else None


def why_not_sex(document_type: str, number: str, sex: str) -> Reason | None:
    """The sex that was chosen against the one in the number."""
    says = document_type in SAYS_BIRTH_AND_SEX and sex_of(number) != sex
    return Reason.ID_CARD_DIFF if says else None


def why_not_password(password: str, again: str) -> Reason | None:
    if password != again:
        return Reason.PASSWORD_DIFF
    letters, digits = set(password) & set(string.ascii_letters), set(password) & set(string.digits)
    long_enough = PASSWORD_MIN <= len(password) <= PASSWORD_MAX
    return None if letters and digits and long_enough else Reason.PASSWORD_WEAK
