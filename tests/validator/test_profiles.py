"""The four notices are four profiles: the same photo meets another fate in each."""

from dataclasses import replace
from pathlib import Path

import pytest

from services.validator.faces import FaceModels
from services.validator.judge import judge
from shared.campaign import read_campaign
from shared.reasons import Reason
from tests.portraits.album import compose
from tests.portraits.compose import Recipe
from tests.portraits.recipes import CASES, compliant
from tests.validator.judges import frame_of

pytestmark = [pytest.mark.timeout(600), pytest.mark.usefixtures("faces")]

BUCT, NCEPU, XINHUA, BIT = "buct-2020-summer", "ncepu-2021-parttime", "xinhua-2022-spring", "bit-2020-graduate"
GREEN = (120, 160, 140)
WITH_GLASSES = replace(compliant(2), defect="glasses")


def codes(recipe: Recipe, campaign: str, models: FaceModels) -> set[Reason]:
    """What the judge refuses it for there."""
    profile = read_campaign(Path(f"deploy/campaigns/{campaign}.toml")).photo
    portrait = compose(recipe)
    verdict = judge(portrait.jpeg, frame_of(portrait), profile, models).verdict
    return set(verdict.codes) if verdict.decision == "refused" else set()


@pytest.mark.parametrize(("campaign", "refused"), [(BUCT, False), (NCEPU, False), (XINHUA, True), (BIT, False)])
def test_glasses_may_be_worn_everywhere_but_at_xinhua(campaign: str, refused: bool, models: FaceModels) -> None:
    assert (Reason.GLASSES_FORBIDDEN in codes(WITH_GLASSES, campaign, models)) == refused


@pytest.mark.parametrize(("campaign", "refused"), [(BUCT, True), (NCEPU, False), (BIT, False)])
def test_another_plain_colour_will_do_where_the_notice_says_so(
    campaign: str, refused: bool, models: FaceModels
) -> None:
    assert (Reason.BG_COLOR in codes(compliant(1, GREEN), campaign, models)) == refused


def test_a_two_coloured_background_will_do_nowhere(models: FaceModels) -> None:
    two = replace(compliant(1, GREEN), background2=(200, 120, 90))
    for campaign in (BUCT, NCEPU, BIT):
        assert Reason.BG_UNEVEN in codes(two, campaign, models)


def test_where_teeth_must_not_be_seen_they_refuse_and_elsewhere_a_person_decides() -> None:
    """NCEPU says 不能露齿; the others 可以微笑 and lips closed."""
    actions = {name: read_campaign(Path(f"deploy/campaigns/{name}.toml")).photo.checks for name in (BUCT, NCEPU, BIT)}
    assert {name: actions[name].get("teeth") for name in actions} == {BUCT: None, NCEPU: "refuse", BIT: None}


def test_teeth_are_refused_at_ncepu(models: FaceModels) -> None:
    assert Reason.MOUTH_OPEN in codes(CASES["teeth"].recipe, NCEPU, models)
