"""Is an identity claimed as its campaign asks? Rows 2, 3, 9 and 10, levels, reminders, codes."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.intake.rules import (
    ROWS,
    IdentityRegion,
    after,
    open_actions,
    stage,
    why_not_confirm,
    why_not_identify,
    why_not_submit,
    with_match,
)
from services.intake.rules import IdentityState as State
from services.intake.rules.claims import (
    CAPTURE_CODE_MAX_BYTES,
    is_told,
    missing,
    registered,
    why_not_act,
    why_not_claim,
    why_not_enter,
    with_claim,
)
from services.intake.rules.codes import LIVES, TRIES_MAX, SentCode, why_not_send
from services.intake.rules.registration import (
    AccountRegion,
    AccountState,
    CardState,
    signed_in,
    signed_out,
    why_not_document,
    why_not_password,
    with_picture,
    with_reading,
)
from shared.events import IdCard, IdCardRead, IdCardRefused, Identity, IdentityMatched, IdentityRefused
from shared.reasons import Reason
from tests.connections import SEALER
from tests.intake.cases import BUCT, NAMED, NOW, case
from tests.intake.registering import CAPTURE, NCEPU, XINHUA, number_of

ACCOUNT = UUID(int=7)
SIGNED_IN = AccountRegion(state=AccountState.SIGNED_IN, account_id=ACCOUNT)
ENTRY: Any = SEALER.seal(IdCard(name="any sealed value"))


def identity(state: State, **changed: Any) -> IdentityRegion:
    return IdentityRegion(state=state, **changed)


def before_of(number: int) -> set[Any]:
    return {state for row in ROWS if row.number == number for state in row.before}


# the rows


@pytest.mark.parametrize("state", State)
def test_row_2_registering_and_signing_in_lead_from_the_notice_to_registered_and_never_back(state: State) -> None:
    assert registered(state) == (State.REGISTERED if state in before_of(2) else state)
    assert before_of(2) == {State.NONE, State.REGISTERED}


@pytest.mark.parametrize("state", [each for each in State if each is not State.INVITED])
def test_row_3_an_identity_is_claimed_until_it_is_confirmed(state: State) -> None:
    region = identity(state, account=SIGNED_IN, submission=3, reason=Reason.ID_DONE)
    allowed = why_not_identify(case(identity=region), BUCT, BUCT.window.opens_at) is None
    assert allowed == (state in before_of(3)) == (state is not State.CONFIRMED)
    claimed = with_claim(region)
    assert (claimed.state, claimed.submission) == (after(State.NONE, "claimed"), 4)
    assert (claimed.account, claimed.reason, claimed.entry) == (SIGNED_IN, None, None)


def test_row_3_waits_for_the_window_the_phone_and_the_account() -> None:
    fresh = case(identity=IdentityRegion())
    assert why_not_identify(fresh, BUCT, BUCT.window.closes_at) is Reason.WIN_CLOSED
    assert why_not_identify(case(identity=IdentityRegion(), has_phone=False), BUCT, BUCT.window.opens_at) is (
        Reason.PHONE_NEEDED
    )
    assert why_not_identify(fresh, XINHUA, XINHUA.window.opens_at) is Reason.SIGN_IN


@pytest.mark.parametrize(("row", "event", "end"), [(9, "confirmed", State.CONFIRMED), (10, "denied", State.UNMATCHED)])
def test_rows_9_and_10_what_was_found_is_confirmed_or_denied(row: int, event: str, end: State) -> None:
    assert before_of(row) == {State.MATCHED}
    assert after(State.MATCHED, event) is end
    for state in State:
        allowed = why_not_confirm(case(identity=identity(state)), BUCT, NOW) is None
        assert allowed == (state is State.MATCHED)


def test_an_answer_to_an_older_claim_changes_nothing() -> None:
    first = with_claim(IdentityRegion())
    second = with_claim(first)
    match = IdentityMatched(**NAMED, submission=1, entry_id=UUID(int=4), entry=ENTRY)
    assert with_match(second, match) == second
    refused = IdentityRefused(**NAMED, submission=2, reason=Reason.CODE_MISMATCH)
    assert with_match(second, refused).reason is Reason.CODE_MISMATCH
    corrected = match.model_copy(update={"submission": 2})
    assert with_match(with_match(second, refused), corrected).state is State.MATCHED


# what is claimed


@pytest.mark.parametrize(
    ("campaign", "claim", "lacks"),
    [
        (BUCT, {}, ["document_number"]),
        (NCEPU, {"document_number": "1"}, ["name"]),
        (CAPTURE, {}, ["capture_code", "last_four"]),
        (CAPTURE, {"capture_code": "x", "last_four": "002X"}, []),
        (XINHUA, {}, []),
    ],
)
def test_a_claim_holds_what_the_strategy_asks_for(campaign: Any, claim: dict[str, Any], lacks: list[str]) -> None:
    assert missing(campaign, Identity(**claim)) == lacks


@pytest.mark.parametrize(
    ("level", "reason"),
    [(None, Reason.LEVEL_NEEDED), ("本科", Reason.LEVEL_NEEDED), ("博士研究生", None), ("硕士研究生", None)],
)
def test_the_level_is_chosen_first_where_the_notice_says_so(level: str | None, reason: Reason | None) -> None:
    assert why_not_claim(NCEPU, Identity(name="毛", document_number="1", level=level), None) is reason
    assert why_not_claim(BUCT, Identity(document_number="1", level=level), None) is None


def test_a_group_gives_its_feature_code_and_an_individual_none() -> None:
    assert why_not_claim(XINHUA, Identity(), "p7uksh") is None
    for code in (None, "", "P7UKSH", "p7uks"):
        assert why_not_claim(XINHUA, Identity(), code) is Reason.CODE_INVALID
    assert why_not_claim(XINHUA, Identity(collection="individual"), None) is None
    policy = XINHUA.identity.model_copy(update={"collection": ("group",)})
    only_groups = XINHUA.model_copy(update={"identity": policy})
    assert why_not_claim(only_groups, Identity(collection="individual"), None) is Reason.NOT_OFFERED


def test_a_school_may_ask_for_its_feature_code_besides_the_capture_code() -> None:
    policy = CAPTURE.identity.model_copy(update={"feature_code": "EK43"})
    asks = CAPTURE.model_copy(update={"identity": policy})
    assert why_not_claim(asks, Identity(capture_code="x"), "EK43") is None
    for code in (None, "", "ek43"):
        assert why_not_claim(asks, Identity(capture_code="x"), code) is Reason.CODE_INVALID


def test_a_capture_code_is_at_most_two_kilobytes() -> None:
    assert why_not_claim(CAPTURE, Identity(capture_code="x" * CAPTURE_CODE_MAX_BYTES), None) is None
    assert why_not_claim(CAPTURE, Identity(capture_code="码" * 1000), None) is Reason.CODE_INVALID


def test_a_student_is_told_only_reasons_that_say_nothing_about_anybody() -> None:
    told = {reason for reason in Reason if is_told(reason)}
    assert told == {Reason.CODE_INVALID, Reason.CODE_MISMATCH, Reason.ID_BANNED}


# the reminder


def test_the_photo_waits_for_the_reminder_to_be_read() -> None:
    unread, opens = case(identity=identity(State.CONFIRMED)), NCEPU.window.opens_at
    assert why_not_submit(unread, NCEPU, opens) is Reason.REMINDER_UNREAD
    assert stage(unread, NCEPU, opens) == "remind"
    assert "remind" in open_actions(unread, NCEPU, opens)
    read = case(identity=identity(State.CONFIRMED, reminded=True))
    assert why_not_submit(read, NCEPU, opens) is None
    assert "remind" not in open_actions(read, NCEPU, opens)


# the account


def test_what_was_read_belongs_to_the_newest_picture_and_goes_when_it_was_used() -> None:
    card = SEALER.seal(IdCard(name="毛小小"))
    second = with_picture(with_picture(AccountRegion(), "1.jpg"), "2.jpg")
    late = IdCardRead(**NAMED, reading=1, card=card)
    assert with_reading(second, late) == second
    read = with_reading(second, IdCardRead(**NAMED, reading=2, card=card))
    assert (read.card.state, read.card.card, read.card.key) == (CardState.READ, card, None)
    assert with_reading(read, IdCardRefused(**NAMED, reading=2, reason=Reason.ID_CARD_UNREAD)) == read
    entered = signed_in(read, ACCOUNT)
    assert (entered.state, entered.card.card, entered.card.reading) == (AccountState.SIGNED_IN, None, 2)
    assert signed_out(entered).account_id == ACCOUNT
    assert signed_out(AccountRegion()) == AccountRegion()


def test_whoever_signed_out_does_nothing() -> None:
    left = case(identity=identity(State.CONFIRMED, account=signed_out(SIGNED_IN)))
    assert why_not_act(left) is Reason.SIGN_IN
    assert open_actions(left, XINHUA, XINHUA.window.opens_at) == ["register"]
    assert stage(case(identity=IdentityRegion()), XINHUA, NOW) == "register"


@pytest.mark.parametrize("state", [each for each in State if each is not State.INVITED])
def test_a_case_does_not_change_hands_once_an_identity_was_found(state: State) -> None:
    mine = case(identity=identity(state, account=SIGNED_IN))
    assert why_not_enter(mine, ACCOUNT) is None
    free = state in (State.NONE, State.REGISTERED, State.UNMATCHED)
    assert why_not_enter(mine, UUID(int=8)) is (None if free else Reason.ID_TAKEN)


CARD = IdCard(name="毛小小", document_number=number_of(), sex="女", born_on=date(1999, 1, 1))


@pytest.mark.parametrize(
    ("number", "state", "card", "reason"),
    [
        (number_of(), CardState.READ, CARD, None),
        (number_of(sequence=108), CardState.READ, CARD, None),  # misread, corrected
        (number_of(sequence=103), CardState.READ, CARD, Reason.ID_CARD_DIFF),
        (number_of(date(1999, 1, 2)), CardState.READ, CARD, Reason.ID_CARD_DIFF),
        (number_of(date(1999, 1, 2)), CardState.READ, IdCard(), None),  # nothing else was legible
        (number_of()[:-1] + "?", CardState.READ, CARD, Reason.ID_CHECKSUM),
        (number_of(), CardState.NONE, None, Reason.ID_CARD_NEEDED),
        (number_of(), CardState.READING, None, Reason.ID_CARD_NEEDED),
        (number_of(), CardState.UNREAD, None, Reason.ID_CARD_UNREAD),
    ],
)
def test_the_number_fits_what_is_printed_on_the_card(
    number: str, state: CardState, card: IdCard | None, reason: Reason | None
) -> None:
    assert why_not_document(("resident_id", "passport"), "resident_id", number, state, card) is reason


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("diploma1", None),
        ("a" * 127 + "1", None),
        ("diploma", Reason.PASSWORD_WEAK),
        ("12345678", Reason.PASSWORD_WEAK),
        ("毕业证书号码12", Reason.PASSWORD_WEAK),  # 必须包含英文和数字
        ("a" * 128 + "1", Reason.PASSWORD_WEAK),
        ("diplom1", Reason.PASSWORD_WEAK),
    ],
)
def test_a_password_has_letters_and_digits_and_eight_characters(password: str, reason: Reason | None) -> None:
    assert why_not_password(password, password) is reason
    assert why_not_password(password, password + "x") is Reason.PASSWORD_DIFF


# one-time codes


@pytest.mark.parametrize(
    ("seconds_ago", "reason"),
    [
        ([], None),
        ([59], Reason.SMS_CODE_TOO_SOON),
        ([60], None),
        ([3599, 3000, 2000, 1000, 100], Reason.SMS_CODE_TOO_SOON),
        ([3600, 3000, 2000, 1000, 100], None),
        ([80_000 - 4000 * each for each in range(10)], Reason.SMS_CODE_TOO_SOON),
    ],
)
def test_codes_are_sent_once_a_minute_five_times_an_hour_ten_times_a_day(
    seconds_ago: list[int], reason: Reason | None
) -> None:
    assert why_not_send([NOW - timedelta(seconds=each) for each in seconds_ago], NOW) is reason


def test_a_code_fits_once_in_time_and_for_its_receiver() -> None:
    code = SentCode("phone", "code", NOW + LIVES, tries=TRIES_MAX - 1, is_used=False)
    assert code.fits("phone", "code", NOW + LIVES - timedelta(seconds=1))
    assert not code.fits("phone", "code", NOW + LIVES)
    assert not code.fits("other", "code", NOW)
    assert not code.fits("phone", "other", NOW)
    assert not SentCode("phone", "code", NOW + LIVES, TRIES_MAX, is_used=False).fits("phone", "code", NOW)
    assert not SentCode("phone", "code", NOW + LIVES, 0, is_used=True).fits("phone", "code", NOW)
