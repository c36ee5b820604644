"""Whose turn it is, on the real database: every order of facts, each twice."""

from dataclasses import replace
from itertools import permutations
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from services.validator.store import case_table
from shared.campaign import Campaign
from shared.events import (
    ApplicationBounced,
    ApplicationWithdrawn,
    Event,
    PaymentRefunded,
    PaymentSucceeded,
    PhotoAccepted,
    PhotoAppealed,
    PhotoQueued,
    PhotoReferred,
    PhotoRefused,
    PhotoSubmitted,
    PhotoWithdrawn,
)
from shared.outbox import NotYet
from shared.reasons import Reason
from tests.portraits.album import compose
from tests.portraits.compose import Portrait
from tests.portraits.recipes import CASES, compliant, unsure
from tests.validator.facts import NOW
from tests.validator.judges import Judges, about, about_photo, heard

pytestmark = pytest.mark.timeout(300)

FEE_FIRST = {"payment": {"moment": "after_upload", "fee_fen": 2000}}


@pytest.fixture
def good(faces: None) -> Portrait:
    return compose(compliant(0))


def paid(submitted: PhotoSubmitted, order_no: str = "A") -> PaymentSucceeded:
    fact = PaymentSucceeded(**about(submitted), order_no=order_no, amount_fen=2000, how="wechat", paid_at=NOW)
    return heard(fact)


def refunded(submitted: PhotoSubmitted, order_no: str = "A") -> PaymentRefunded:
    money = {"order_no": order_no, "refund_no": "r", "amount_fen": 2000, "reason": Reason.PAY_DUP}
    return heard(PaymentRefunded(**about(submitted), **money, still_settled=True))


async def state_of(judges: Judges, application_id: UUID) -> str:
    wanted = select(case_table.c.state).where(case_table.c.application_id == application_id)
    async with judges.outbox.engine.connect() as connection:
        return str((await connection.execute(wanted)).scalar_one())


def changed(fact: Event, **changes: Any) -> Any:
    return heard(fact.model_copy(update=changes))


async def test_24_where_the_fee_comes_first_a_photo_is_queued_once_in_every_order_of_facts(
    judges: Judges, good: Portrait, campaign: Campaign
) -> None:
    version = await judges.publish(campaign, **FEE_FIRST)
    template = await judges.submission(good, campaign_version=version)
    for order in permutations((template, paid(template, "A"), paid(template, "B"), refunded(template, "A"))):
        application_id = uuid4()
        for fact in order:
            mine = changed(fact, application_id=application_id)
            if isinstance(mine, PhotoSubmitted):
                mine = changed(mine, photo_id=uuid4())
            await judges.hear(mine)
            await judges.hear(mine)
        (queued,) = await judges.told(application_id)
        assert isinstance(queued, PhotoQueued)
        assert await state_of(judges, application_id) == "queued"


async def test_an_unpaid_photo_waits_and_where_the_fee_comes_later_it_does_not(
    judges: Judges, good: Portrait, campaign: Campaign
) -> None:
    version = await judges.publish(campaign, **FEE_FIRST)
    unpaid, later = await judges.submission(good, campaign_version=version), await judges.submission(good)
    await judges.hear(unpaid)
    await judges.hear(later)
    assert await judges.told(unpaid.application_id) == []
    assert len(await judges.told(later.application_id)) == 1


async def test_a_payment_before_its_campaign_waits(judges: Judges, good: Portrait) -> None:
    early = paid(await judges.submission(good, campaign_version=7))
    with pytest.raises(NotYet):
        await judges.turns.count_payment(early)


async def test_a_retake_that_costs_waits_for_its_fee(judges: Judges, faces: None, campaign: Campaign) -> None:
    costs = {"payment": FEE_FIRST["payment"] | {"retake_fee_fen": 500}}
    version = await judges.publish(campaign, **costs)
    first = await judges.submission(compose(CASES["off_centre"].recipe), campaign_version=version)
    await judges.hear(paid(first))
    assert isinstance(await judges.judge(first), PhotoRefused)
    retake = {"campaign_version": version, "charged_attempt": 2, "follows": "refusal"}
    again = await judges.submission(compose(compliant(0)), first.application_id, 2, **retake)
    await judges.hear(again)
    assert await state_of(judges, first.application_id) == "submitted"
    await judges.hear(paid(first, "B"))
    assert await state_of(judges, first.application_id) == "queued"


@pytest.mark.parametrize("review", [{"people": 1}, {"people": 2}, {"sample_percent": 100}])
async def test_24_a_good_photo_is_referred_where_the_campaign_plans_a_person(
    judges: Judges, good: Portrait, campaign: Campaign, review: dict[str, int]
) -> None:
    version = await judges.publish(campaign, review=review)
    referred = await judges.judge(await judges.submission(good, campaign_version=version))
    assert isinstance(referred, PhotoReferred)
    assert (referred.codes, referred.revision) == ((Reason.REVIEW_PLANNED,), 1)


async def test_25_a_refused_picture_saved_anew_is_refused_as_a_repetition(judges: Judges, faces: None) -> None:
    """Another file, another frame: the perceptual hash still knows it."""
    dark = CASES["dark"].recipe
    first = await judges.submission(compose(dark))
    assert isinstance(await judges.judge(first), PhotoRefused)
    saved = compose(replace(dark, quality=75, surround=0.1))
    again = await judges.judge(await judges.submission(saved, first.application_id, attempt=2))
    assert isinstance(again, PhotoRefused)
    assert again.codes[0] is Reason.DUP_REJECTED_IMAGE
    assert len(again.codes) > 1, "and what is wrong with it is still said"


async def test_25_a_repeated_picture_that_the_judge_takes_now_goes_to_a_person(judges: Judges, faces: None) -> None:
    """Lightened by hand, perhaps: the judge cannot know."""
    dark = CASES["dark"].recipe
    first = await judges.submission(compose(dark))
    await judges.judge(first)
    lightened = compose(replace(dark, light=1.0))
    referred = await judges.judge(await judges.submission(lightened, first.application_id, attempt=2))
    assert isinstance(referred, PhotoReferred)
    assert referred.codes == (Reason.DUP_REJECTED_IMAGE,)


async def test_the_original_of_a_blurred_copy_is_no_repetition(judges: Judges, faces: None) -> None:
    blurred = CASES["blurred"].recipe
    first = await judges.submission(compose(blurred))
    assert isinstance(await judges.judge(first), PhotoRefused)
    sharp = compose(replace(blurred, blur_sigma=0.0))
    assert isinstance(
        await judges.judge(await judges.submission(sharp, first.application_id, attempt=2)), PhotoAccepted
    )


async def test_44_an_appeal_brings_a_person_once(judges: Judges, faces: None) -> None:
    submitted = await judges.submission(compose(CASES["off_centre"].recipe))
    refused = await judges.judge(submitted)
    assert isinstance(refused, PhotoRefused)
    appeal = heard(PhotoAppealed(**about_photo(submitted), revision=refused.revision))
    await judges.hear(appeal)
    await judges.hear(changed(appeal))
    told = await judges.told(submitted.application_id)
    assert [type(fact) for fact in told] == [PhotoQueued, PhotoRefused, PhotoReferred]
    referred = told[-1]
    assert isinstance(referred, PhotoReferred)
    assert (referred.codes[0], referred.revision, referred.standard_key) == (Reason.APPEALED, 2, refused.standard_key)


async def test_26_what_was_taken_back_is_not_judged_in_either_order(judges: Judges, good: Portrait) -> None:
    for early in (True, False):
        submitted = await judges.submission(good)
        taken_back = heard(PhotoWithdrawn(**about_photo(submitted)))
        for fact in (taken_back, submitted) if early else (submitted, taken_back):
            await judges.hear(fact)
        for queued in await judges.told(submitted.application_id):
            await judges.hear(queued)
        told = await judges.told(submitted.application_id)
        assert not [fact for fact in told if not isinstance(fact, PhotoQueued)]
        assert await state_of(judges, submitted.application_id) == "withdrawn"
        again = await judges.submission(good, submitted.application_id, attempt=2, follows="withdrawal")
        assert isinstance(await judges.judge(again), PhotoAccepted)


async def test_a_referred_photo_that_is_taken_back_waits_for_nobody(judges: Judges, faces: None) -> None:
    submitted = await judges.submission(compose(unsure(0)))
    assert isinstance(await judges.judge(submitted), PhotoReferred)
    await judges.hear(heard(PhotoWithdrawn(**about_photo(submitted))))
    assert await state_of(judges, submitted.application_id) == "withdrawn"


async def test_38_a_bounced_photo_is_taken_for_a_refused_one_and_the_next_attempt_is_judged(
    judges: Judges, good: Portrait
) -> None:
    submitted = await judges.submission(good)
    accepted = await judges.judge(submitted)
    assert isinstance(accepted, PhotoAccepted)
    codes = (Reason.CHSI_QUALITY,)
    bounced = ApplicationBounced(**about(submitted), attempt=1, revision=1, codes=codes, resubmit_by=NOW)
    await judges.hear(heard(bounced))
    await judges.hear(await judges.submission(good, submitted.application_id, attempt=2, follows="bounce"))
    same = (await judges.told(submitted.application_id))[-1]
    assert isinstance(same, PhotoRefused)
    assert same.codes == (Reason.DUP_REJECTED_IMAGE,)
    other = compose(compliant(2))  # of somebody else: of the same person only one shot is packaged
    again = await judges.submission(other, submitted.application_id, attempt=3, follows="bounce")
    assert isinstance(await judges.judge(again), PhotoAccepted)


async def test_after_the_end_no_fact_has_an_effect(judges: Judges, good: Portrait) -> None:
    submitted = await judges.submission(good)
    await judges.hear(heard(ApplicationWithdrawn(**about(submitted))))
    late = [submitted, paid(submitted), heard(PhotoWithdrawn(**about_photo(submitted)))]
    for fact in late:
        await judges.hear(fact)
    assert await judges.told(submitted.application_id) == []
    assert await state_of(judges, submitted.application_id) == "ended"
