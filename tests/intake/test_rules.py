"""Is the decision right? Pure."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from services.intake.rules import (
    Application,
    DeliveryRegion,
    IdentityRegion,
    MoneyRegion,
    PhotoRegion,
    Preparation,
    stage,
    why_not_identify,
    why_not_pay,
    why_not_start,
    why_not_submit,
    with_match,
    with_payment,
    with_verdict,
)
from shared.campaign import Campaign, read_campaign
from shared.events import (
    Entry,
    IdentityMatched,
    IdentityRefused,
    PaymentClosed,
    PaymentDue,
    PaymentPrepared,
    PaymentRefunded,
    PaymentSucceeded,
    PayParameters,
    PhotoAccepted,
    PhotoReferred,
    PhotoRefused,
    PhotoRevoked,
)
from shared.reasons import Reason
from shared.sealed import Sealed

NOW = datetime(2020, 5, 29, tzinfo=UTC)
ID, PHOTO_ID = uuid4(), uuid4()
NAMED: dict[str, Any] = {"application_id": ID, "campaign_id": "buct-2020-summer", "campaign_version": 1}
JUDGED: dict[str, Any] = {**NAMED, "photo_id": PHOTO_ID, "attempt": 1, "decided_by": "judge"}
BUCT = read_campaign(Path("deploy/campaigns/buct-2020-summer.toml"))
BIT = read_campaign(Path("deploy/campaigns/bit-2020-graduate.toml"))
CHECKING = PhotoRegion(state="checking", photo_id=PHOTO_ID, attempt=1)
NEXT = Preparation(photo_id=uuid4(), sha256="s", original_key="o")
SEALED = Sealed[Entry](key_id="k1", box="")


def application(**changed: Any) -> Application:
    confirmed = {"identity": IdentityRegion(state="confirmed"), "has_phone": True}
    return Application(id=ID, campaign_id=BUCT.id, campaign_version=1).model_copy(update=confirmed | changed)


def due() -> PaymentDue:
    return PaymentDue(**NAMED, amount_fen=2000, unpaid_until=NOW + timedelta(days=3))


def prepared(order_no: str, minutes: int = 30) -> PaymentPrepared:
    pay = PayParameters(appId="a", timeStamp="1", nonceStr="n", package="prepay_id=1", signType="RSA", paySign="s")
    until = NOW + timedelta(minutes=minutes)
    return PaymentPrepared(**NAMED, request_id=uuid4(), order_no=order_no, amount_fen=2000, expires_at=until, pay=pay)


def closed(order_no: str | None, final: bool = False) -> PaymentClosed:
    return PaymentClosed(**NAMED, order_no=order_no, final=final, reason=Reason.PAY_EXPIRED)


def paid(order_no: str) -> PaymentSucceeded:
    return PaymentSucceeded(**NAMED, order_no=order_no, amount_fen=2000, how="wechat", paid_at=NOW)


def refunded(order_no: str) -> PaymentRefunded:
    return PaymentRefunded(
        **NAMED, order_no=order_no, refund_no="r", amount_fen=2000, reason=Reason.PAY_DUP, still_settled=True
    )


def test_an_application_starts_inside_the_window_with_the_newest_notice() -> None:
    assert why_not_start(BUCT, "2020-05-15", NOW) is None
    assert why_not_start(BUCT, "2019-05-15", NOW) is Reason.CONSENT_NEEDED
    assert why_not_start(BUCT, "2020-05-15", BUCT.window.closes_at) is Reason.WIN_CLOSED
    assert why_not_start(BUCT, "2020-05-15", BUCT.window.closes_at - timedelta(seconds=1)) is None
    assert why_not_start(BUCT, "2020-05-15", BUCT.window.opens_at - timedelta(seconds=1)) is Reason.WIN_CLOSED


def test_an_identity_is_claimed_with_a_phone_inside_the_window() -> None:
    new = application(identity=IdentityRegion())
    assert why_not_identify(new, BUCT, NOW) is None
    assert why_not_identify(new.model_copy(update={"has_phone": False}), BUCT, NOW) is Reason.PHONE_NEEDED
    assert why_not_identify(new, BUCT, BUCT.window.closes_at) is Reason.WIN_CLOSED


OPEN = NOW
OVER = BUCT.window.closes_at
SUBMIT = [
    (BUCT, {}, OPEN, None),
    (BUCT, {}, OVER, Reason.WIN_CLOSED),
    (BUCT, {"identity": IdentityRegion(state="matched")}, OPEN, Reason.ID_CONFIRM),
    (BUCT, {"photo": CHECKING}, OPEN, Reason.PHOTO_UNDECIDED),
    (BUCT, {"photo": PhotoRegion(state="referred")}, OPEN, Reason.PHOTO_UNDECIDED),
    (BUCT, {"photo": PhotoRegion(state="accepted")}, OPEN, Reason.PHOTO_DONE),
    (BUCT, {"photo": PhotoRegion(state="refused")}, OPEN, None),
    (BUCT, {"photo": PhotoRegion(state="refused")}, OVER, Reason.WIN_CLOSED),
    (BUCT, {"photo": PhotoRegion(state="refused", resubmit_by=OVER + timedelta(days=1))}, OVER, None),
    (BUCT, {"photo": PhotoRegion(state="refused", resubmit_by=OPEN)}, OPEN, Reason.RESUBMIT_LATE),
    (BIT, {"grants": 0}, BIT.window.opens_at, Reason.NOTIFY_NEEDED),
    (BIT, {"grants": 1}, BIT.window.opens_at, None),
]


@pytest.mark.parametrize(("campaign", "changed", "now", "reason"), SUBMIT)
def test_one_undecided_photo_at_a_time_within_its_deadline(
    campaign: Campaign, changed: dict[str, Any], now: datetime, reason: Reason | None
) -> None:
    assert why_not_submit(application(**changed), campaign, now) is reason


def test_an_answer_to_an_earlier_claim_changes_nothing() -> None:
    now = IdentityRegion(state="matching", submission=2)
    match = IdentityMatched(**NAMED, submission=1, entry_id=uuid4(), entry=SEALED)
    assert with_match(now, match) == now
    assert with_match(now, match.model_copy(update={"submission": 2})).state == "matched"
    refusal = IdentityRefused(**NAMED, submission=2, reason=Reason.ID_DONE)
    assert with_match(now, refusal).state == "unmatched"
    assert with_match(IdentityRegion(state="confirmed", submission=2), refusal).state == "confirmed"


def test_a_persons_decision_outranks_the_judges_in_any_order() -> None:
    referred = PhotoReferred(**JUDGED, revision=1, codes=(Reason.POSE_ROLL,))
    accepted = PhotoAccepted(**JUDGED | {"decided_by": "person"}, revision=2, standard_key="s")
    for order in permutations([referred, accepted, referred]):
        photo = CHECKING
        for fact in order:
            photo = with_verdict(photo, fact)
        assert (photo.state, photo.revision, photo.standard_key, photo.codes) == ("accepted", 2, "s", ())


def test_a_verdict_about_an_earlier_photo_changes_nothing() -> None:
    second = PhotoRegion(state="checking", photo_id=uuid4(), attempt=2)
    late = PhotoRefused(**JUDGED, revision=9, codes=(Reason.BLUR,))
    assert with_verdict(second, late) == second


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ([due()], "due"),
        ([due(), prepared("1")], "prepared"),
        ([due(), prepared("1"), closed("1")], "due"),
        ([due(), prepared("1"), closed("1"), prepared("2", 60), paid("2")], "paid"),
        ([due(), prepared("1"), closed("1"), paid("2"), paid("1"), refunded("1")], "paid"),
        ([due(), paid("1"), refunded("1")], "due"),
        ([due(), closed(None, final=True)], "lapsed"),
        ([due(), prepared("1", minutes=-1)], "due"),
    ],
)
def test_facts_of_money_come_to_the_same_end_in_every_order(facts: list[Any], state: str) -> None:
    for order in permutations(facts):
        money = MoneyRegion()
        for fact in order:
            money = with_payment(with_payment(money, fact), fact)
        assert money.state(NOW) == state


def test_a_reminder_is_a_change_and_an_earlier_one_is_none() -> None:
    first, second = due().model_copy(update={"reminder": 1}), due().model_copy(update={"reminder": 2})
    reminded = with_payment(with_payment(MoneyRegion(), due()), first)
    assert reminded != with_payment(MoneyRegion(), due())
    assert with_payment(with_payment(reminded, second), first) == with_payment(reminded, second)


def test_the_student_reads_one_word_for_where_the_application_stands() -> None:
    accepted = PhotoRegion(state="accepted")
    owed = with_payment(MoneyRegion(), due())
    assert stage(application(identity=IdentityRegion()), BUCT, NOW) == "identify"
    assert stage(application(), BUCT, NOW) == "upload"
    assert stage(application(photo=CHECKING), BUCT, NOW) == "checking"
    assert stage(application(photo=accepted), BUCT, NOW) == "approved"
    assert stage(application(photo=accepted, money=owed), BUCT, NOW) == "pay"
    assert stage(application(photo=accepted, money=with_payment(owed, paid("1"))), BUCT, NOW) == "complete"
    assert stage(application(photo=accepted, money=with_payment(owed, closed(None, True))), BUCT, NOW) == "lapsed"
    assert stage(application(photo=accepted, delivery=DeliveryRegion(delivered=(1, 1))), BUCT, NOW) == "delivered"


def test_one_pays_only_what_is_due() -> None:
    owed = with_payment(MoneyRegion(), due())
    assert why_not_pay(application(), BUCT, NOW) is Reason.PAY_NOT_DUE
    assert why_not_pay(application(money=owed), BUCT, NOW) is None
    assert why_not_pay(application(money=with_payment(owed, paid("1"))), BUCT, NOW) is Reason.PAY_NOT_DUE
    assert why_not_pay(application(money=with_payment(owed, closed(None, True))), BUCT, NOW) is Reason.PAY_LAPSED


def test_a_revocation_that_crosses_the_next_attempt_ends_the_application_in_either_order() -> None:
    revoked = PhotoRevoked(**JUDGED | {"revision": 2}, codes=(Reason.REVOKED_BEAUTY,), banned=True)
    newer = uuid4()
    refused = PhotoRefused(**JUDGED | {"photo_id": newer, "attempt": 2, "revision": 1}, codes=(Reason.BLUR,))
    sent = PhotoRegion(state="checking", photo_id=newer, attempt=2, charged_attempt=1)
    ends = [with_verdict(with_verdict(sent, one), other) for one, other in permutations((revoked, refused))]
    assert ends[0] == ends[1]
    assert (ends[0].state, ends[0].banned, ends[0].attempt) == ("revoked", True, 2)


@pytest.mark.parametrize(
    "begun",
    [{}, {"appealed": True}, {"is_taken_back": True}, {"preparation": NEXT}],
    ids=["nothing", "an appeal", "taken back", "another picture"],
)
def test_of_two_revocations_the_furthest_counts_in_either_order_whatever_the_student_had_begun(
    begun: dict[str, Any],
) -> None:
    newer = uuid4()
    told: dict[str, Any] = {**JUDGED, "revision": 2, "codes": (Reason.REVOKED_BEAUTY,)}
    first = PhotoRevoked(**told, banned=True)
    second = PhotoRevoked(**told | {"photo_id": newer, "attempt": 2}, banned=False, standard_key="s")
    sent = PhotoRegion(state="checking", photo_id=newer, attempt=2, charged_attempt=1, **begun)
    ends = [with_verdict(with_verdict(sent, one), other) for one, other in permutations((first, second))]
    assert ends[0] == ends[1]
    assert (ends[0].state, ends[0].revoked, ends[0].banned, ends[0].standard_key) == ("revoked", (2, 2), False, "s")
    assert ends[0].charged_attempt == 1, "what is owed is what was handed in, not what was said of it"
