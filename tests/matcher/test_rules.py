from uuid import uuid4

import pytest

from services.matcher.rules import REFUSALS, Attempts, Claim, KnownEntry, why_not
from shared.campaign import IdentityPolicy
from shared.reasons import Reason

BY_NUMBER = IdentityPolicy(strategy="id_number", attempts_per_identity=3, attempts_per_source=5)
BY_ALL = IdentityPolicy(
    strategy="name_and_id", document_types=("resident_id", "passport"), attempts_per_identity=3, attempts_per_source=5
)
FIRST = Attempts(of_identity=1, of_source=1)
KNOWN = KnownEntry(uuid4(), "resident_id", "name", excluded=False)
EXCLUDED = KnownEntry(uuid4(), "resident_id", "name", excluded=True)
RIGHT = Claim("resident_id", number_is_valid=True, name_print="name")
NAMELESS = Claim("resident_id", number_is_valid=True, name_print=None)
MISNAMED = Claim("resident_id", number_is_valid=True, name_print="another")
MISTYPED = Claim("resident_id", number_is_valid=False, name_print="name")
PASSPORT = Claim("passport", number_is_valid=True, name_print="name")
PERMIT = Claim("taiwan_permit", number_is_valid=True, name_print="name")


@pytest.mark.parametrize(
    ("claim", "entry", "policy", "reason"),
    [
        (RIGHT, KNOWN, BY_NUMBER, None),
        (NAMELESS, KNOWN, BY_NUMBER, None),
        (MISNAMED, KNOWN, BY_NUMBER, None),
        (PASSPORT, KNOWN, BY_NUMBER, None),
        (RIGHT, None, BY_NUMBER, Reason.ID_NOT_FOUND),
        (MISTYPED, None, BY_NUMBER, Reason.ID_CHECKSUM),
        (MISTYPED, KNOWN, BY_NUMBER, None),
        (RIGHT, EXCLUDED, BY_NUMBER, Reason.ID_DONE),
        (RIGHT, KNOWN, BY_ALL, None),
        (RIGHT, None, BY_ALL, Reason.ID_NOT_FOUND),
        (MISTYPED, None, BY_ALL, Reason.ID_CHECKSUM),
        (MISNAMED, KNOWN, BY_ALL, Reason.ID_NAME_DIFF),
        (NAMELESS, KNOWN, BY_ALL, Reason.ID_NAME_DIFF),
        (PASSPORT, KNOWN, BY_ALL, Reason.ID_NOT_FOUND),
        (PERMIT, KnownEntry(uuid4(), "taiwan_permit", "name", excluded=False), BY_ALL, Reason.ID_NOT_FOUND),
        (RIGHT, EXCLUDED, BY_ALL, Reason.ID_DONE),
        (MISNAMED, EXCLUDED, BY_ALL, Reason.ID_NAME_DIFF),
    ],
)
def test_the_campaign_decides_what_must_agree(
    claim: Claim, entry: KnownEntry | None, policy: IdentityPolicy, reason: Reason | None
) -> None:
    assert why_not(claim, entry, FIRST, policy) is reason


@pytest.mark.parametrize("entry", [KNOWN, None, EXCLUDED])
@pytest.mark.parametrize("attempts", [Attempts(4, 1), Attempts(1, 6)])
def test_whoever_asks_too_often_learns_nothing(entry: KnownEntry | None, attempts: Attempts) -> None:
    assert why_not(RIGHT, entry, attempts, BY_ALL) is Reason.ID_LIMIT


def test_the_last_allowed_attempt_is_answered() -> None:
    assert why_not(RIGHT, KNOWN, Attempts(3, 5), BY_ALL) is None


def test_every_refusal_is_a_transition_of_the_matchers() -> None:
    assert {refusal.row for refusal in REFUSALS} == {5, 6, 7}
    assert {refusal.reason.stage for refusal in REFUSALS} == {"identity"}
