"""What a student sees of the case: where it stands, what may be done, until when, whom to ask."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel
from sqlalchemy import Row

from services.intake.rules import (
    Application,
    CaseState,
    IdentityState,
    MoneyRegion,
    PhotoRegion,
    PhotoState,
    fees_owed,
    lapses_at,
    open_actions,
    recalled_at,
    stage,
    waits_for,
    why_over,
)
from services.intake.rules.claims import is_told, why_not_act, why_not_register
from services.intake.views.accounts import AccountRegionView, account_region_view
from services.intake.views.reasons import ReasonView
from services.intake.views.reasons import reason_view as _reason
from services.intake.views.words import action_text, stage_text
from shared.campaign import Campaign
from shared.events import Entry, PayParameters
from shared.links import Links
from shared.reasons import Reason
from shared.sealed import Sealer


class ActionView(BaseModel):
    action: str
    text: str


class DeadlineView(BaseModel):
    """`advised` is what the school asks for; whoever comes later is still let in until the enforced one."""

    what: str
    text: str
    at: datetime
    advised: bool = False


class EntryView(BaseModel):
    """What the student is asked to check against."""

    school: str
    school_code: str
    student_no: str
    name: str
    college: str
    major: str
    level: str


class PhotoView(BaseModel):
    """While a picture is prepared, or waits to be accepted, `photo_id`, `state`, `reasons` and `prepared` are its own;
    the attempt and its verdict are those of the photo before."""

    photo_id: str | None
    attempt: int
    state: str
    reasons: list[ReasonView]
    decided_by: str | None
    resubmit_by: datetime | None
    advised_by: datetime | None
    original: str | None
    prepared: str | None
    standard: str | None
    overlay: str | None


class MoneyView(BaseModel):
    state: str
    amount_fen: int | None
    unpaid_until: datetime | None
    order_no: str | None
    pay: PayParameters | None  # for wx.requestPayment
    reason: ReasonView | None
    refunded: bool  # something was given back


class HappeningView(BaseModel):
    at: datetime
    what: str
    details: dict[str, Any]


class ApplicationView(BaseModel):
    """`revision` grows with each change: ask again with `?wait=…&after=revision`."""

    id: str
    campaign_id: str
    campaign_version: int
    revision: int
    stage: str
    stage_text: str
    waits_for: str
    actions: list[ActionView]
    deadlines: list[DeadlineView]
    identity: str
    reason: ReasonView | None  # why no photo can be collected, or why the case ended
    support: str
    account: AccountRegionView | None  # where one registers
    entry: EntryView | None
    photo: PhotoView
    money: MoneyView
    erased_by: list[str]
    kept: list[str]  # what stays after an erasure, and why
    timeline: list[HappeningView]


class Views:
    """Opens what the student may read, and signs the links to the pictures."""

    def __init__(self, sealer: Sealer, links: Links) -> None:
        self._sealer = sealer
        self._links = links

    def application(
        self, application: Application, campaign: Campaign, timeline: list[Row[Any]], now: datetime
    ) -> ApplicationView:
        at = stage(application, campaign, now)
        doors = open_actions(application, campaign, now)
        return ApplicationView(
            id=str(application.id),
            campaign_id=application.campaign_id,
            campaign_version=application.campaign_version,
            revision=application.revision,
            stage=at,
            stage_text=stage_text(at, campaign),
            waits_for=waits_for(application, campaign, now),
            actions=[ActionView(action=each, text=action_text(each, application.photo.attempt)) for each in doors],
            deadlines=_deadlines(application, campaign, at),
            identity=application.identity.state,
            reason=_why_not(application),
            support=campaign.support,
            account=self._account(application, campaign),
            entry=self._entry(application, campaign),
            photo=self._photo(_visible(application)),
            money=_money(application, campaign, now),
            erased_by=sorted(application.ending.erased_by),
            kept=sorted(application.ending.kept),
            timeline=[HappeningView(at=row.at, what=row.what, details=row.details) for row in timeline],
        )

    def opened_entry(self, application: Application) -> Entry | None:
        """For its owner's eyes; none to somebody who signed out."""
        sealed = None if why_not_act(application) else application.identity.entry
        return self._sealer.open(sealed, Entry) if sealed else None

    def _account(self, application: Application, campaign: Campaign) -> AccountRegionView | None:
        registers = why_not_register(campaign) is None
        return account_region_view(application.identity.account, self._sealer) if registers else None

    def _entry(self, application: Application, campaign: Campaign) -> EntryView | None:
        entry = self.opened_entry(application)
        if entry is None:
            return None
        return EntryView(
            school=campaign.school.name,
            school_code=campaign.school.code,
            **entry.model_dump(include={"student_no", "name", "college", "major", "level"}),
        )

    def _photo(self, photo: PhotoRegion) -> PhotoView:
        newest = photo.pending or photo
        return PhotoView(
            photo_id=str(newest.photo_id) if newest.photo_id else None,
            attempt=photo.attempt,
            state=photo.shown,
            # A referral's codes are the judge's doubts, for the reviewer; the student is told only a decision.
            reasons=[_reason(code) for code in newest.codes] if photo.shown in _TOLD else [],
            decided_by=photo.decided_by,
            resubmit_by=photo.resubmit_by,
            advised_by=photo.advised_by,
            original=self._link(newest.original_key),
            prepared=self._link(newest.prepared_key),
            standard=self._link(photo.standard_key),
            overlay=self._link(photo.overlay_key),
        )

    def _link(self, key: str | None) -> str | None:
        return f"/v1/pictures/{self._links.sign(key)}" if key else None


def _visible(application: Application) -> PhotoRegion:
    """No pictures for somebody who signed out, and none of a withdrawn case: the validator removes them at once."""
    photo = application.photo
    if why_not_act(application) is None and application.case is not CaseState.WITHDRAWN:
        return photo
    keys = ("original_key", "prepared_key", "standard_key", "overlay_key", "preparation")
    return photo.model_copy(update=dict.fromkeys(keys))


_TOLD = (PhotoState.REFUSED, PhotoState.REVOKED, PhotoState.UNPREPARED)


def _why_not(application: Application) -> ReasonView | None:
    """One answer for nearly every "no" to an identity: which it was is for staff (domain §5.3, engineering C4)."""
    if over := why_over(application):
        return _reason(over)
    identity = application.identity
    if identity.state is not IdentityState.UNMATCHED:
        return None
    return _reason(identity.reason if identity.reason and is_told(identity.reason) else Reason.ID_NOT_FOUND)


def _deadlines(application: Application, campaign: Campaign, at: str) -> list[DeadlineView]:
    advised, enforced, due = recalled_at(application), lapses_at(application, campaign), application.money.due
    shown = []
    if advised:
        shown.append(DeadlineView(what="resubmit", text="建议重新提交时间", at=advised, advised=True))
    if enforced and application.photo.attempt:
        shown.append(DeadlineView(what="resubmit", text="重新提交截止时间", at=enforced))
    elif at in _BEFORE_PHOTO:
        shown.append(DeadlineView(what="upload", text="采集截止时间", at=campaign.window.closes_at))
    if due and at == "pay":
        shown.append(DeadlineView(what="pay", text="付款截止时间", at=due.unpaid_until))
    return shown


_BEFORE_PHOTO = ("register", "identify", "matching", "confirm", "unmatched", "remind", "upload", "ordering", "pay")


def _money(application: Application, campaign: Campaign, now: datetime) -> MoneyView:
    money: MoneyRegion = application.money
    state = money.state(now, fees_owed(application, campaign))
    payable = money.prepared if state == "prepared" else None
    return MoneyView(
        state=state,
        amount_fen=money.due.amount_fen if money.due else None,
        unpaid_until=money.due.unpaid_until if money.due else None,
        order_no=payable.order_no if payable else None,
        pay=payable.pay if payable else None,
        reason=_reason(money.refusal) if money.refusal else None,
        refunded=bool(money.refunded),
    )
