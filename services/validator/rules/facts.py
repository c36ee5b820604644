"""What is told of a case, and of a picture that was prepared."""

from typing import Any
from uuid import UUID

from services.validator.rules.life import JUDGE, Case
from services.validator.rules.machine import State
from shared.campaign import Campaign
from shared.events import (
    Frame,
    PhotoAccepted,
    PhotoPrepared,
    PhotoQueued,
    PhotoReferred,
    PhotoRefused,
    PhotoRevoked,
    PhotoUnprepared,
    PhotoUploaded,
    PhotoVerdict,
)
from shared.reasons import Reason


def queued_fact(case: Case) -> PhotoQueued:
    photo = case.handed_in
    return PhotoQueued(
        **_about(case),
        original_key=photo.original_key,
        sha256=photo.sha256,
        frame=photo.frame,
        prepared_key=photo.prepared_key,
    )


def verdict_fact(case: Case, campaign: Campaign) -> PhotoVerdict | None:
    """What is told of a case that a judge or a person has moved; None: the student waits as before (final review).

    `campaign`: the newest version, whose deadlines count.
    """
    about = _about(case) | _verdict(case)
    if case.state is State.ACCEPTED:
        return PhotoAccepted(**about)
    if case.state is State.REFERRED:
        return PhotoReferred(**about, codes=case.codes)
    if case.state is State.REVOKED:
        return PhotoRevoked(**about, codes=case.codes, banned=campaign.sanctions.ban_for_term)
    if case.state is not State.REFUSED:
        return None
    assert case.decided_at is not None
    resubmission = campaign.resubmission
    return PhotoRefused(
        **about,
        codes=case.codes,
        resubmit_by=resubmission.enforced_by(case.decided_at),
        advised_by=resubmission.advised_by(case.decided_at),
    )


def prepared_fact(event: PhotoUploaded, prepared_key: str, frame: Frame) -> PhotoPrepared:
    return PhotoPrepared(**_uploaded(event), prepared_key=prepared_key, frame=frame)


def unprepared_fact(event: PhotoUploaded, codes: tuple[Reason, ...]) -> PhotoUnprepared:
    return PhotoUnprepared(**_uploaded(event), codes=codes)


def _about(case: Case) -> dict[str, Any]:
    return {
        "application_id": case.application_id,
        "campaign_id": case.campaign_id,
        "campaign_version": case.campaign_version,
        "photo_id": case.handed_in.photo_id,
        "attempt": case.attempt,
    }


def _verdict(case: Case) -> dict[str, Any]:
    return {
        "revision": case.revision,
        "decided_by": "judge" if case.decided_by == JUDGE else "person",
        "report_key": case.pictures.report_key,
        "overlay_key": case.pictures.overlay_key,
        "standard_key": case.pictures.standard_key,
    }


def _uploaded(event: PhotoUploaded) -> dict[str, str | int | UUID]:
    return event.model_dump(include={"application_id", "campaign_id", "campaign_version", "photo_id"})
