"""A photo's turn has come: the judge looks, and what it doubts or the campaign plans waits for a person."""

import asyncio
import json
from dataclasses import replace

import structlog

from services.validator.judge import Judgement
from services.validator.pool import CANNOT_JUDGE, JudgePool
from services.validator.rules import (
    JUDGE,
    Case,
    Pictures,
    Verdict,
    awaits_judge,
    like_a_refused_one,
    under_review,
    verdict_fact,
    with_verdict,
)
from services.validator.sameness import SAME_PICTURE_BITS
from services.validator.store import alarms, cases
from shared.campaign import Campaign
from shared.campaigns import newest_campaign, pinned_campaign
from shared.events import PhotoQueued
from shared.metrics import VERDICTS
from shared.outbox import Outbox, Transaction
from shared.photos import NoSuchObject, Objects, photo_key
from shared.reasons import Reason

log = structlog.get_logger()


class Judging:
    """The judge's work queue."""

    def __init__(self, outbox: Outbox, photos: Objects, pool: JudgePool) -> None:
        self._outbox = outbox
        self._photos = photos
        self._pool = pool

    async def judge_photo(self, event: PhotoQueued) -> None:
        async with self._outbox.transaction() as tx:
            pinned = await pinned_campaign(tx, event)
            case = await cases.case_locked(tx, event.application_id)
        if case is None or not awaits_judge(case, event):
            return  # judged already, taken back, or a newer attempt has come
        judgement = await self._judgement(event, pinned)
        pictures = await self._put(event, judgement)
        async with self._outbox.transaction(cause=event) as tx:
            case = await cases.case_locked(tx, event.application_id)
            if case is None or not awaits_judge(case, event):
                _leave_nothing(tx, case, event)
                return
            decided = await self._decided(tx, case, judgement, pictures, pinned)
            case = with_verdict(case, decided, JUDGE, tx.now, pictures)
            await cases.save(tx, case)
            fact = verdict_fact(case, await newest_campaign(tx, event.campaign_id) or pinned)
            assert fact is not None
            tx.tell(fact)
        VERDICTS.labels(case.campaign_id, case.state, JUDGE).inc()
        log.info("photo_judged", decision=case.state, codes=[code.value for code in case.codes])

    async def _decided(
        self, tx: Transaction, case: Case, judgement: Judgement, pictures: Pictures, pinned: Campaign
    ) -> Verdict:
        """The judge's verdict in the light of what was refused before and of who else is to look."""
        judged = judgement.verdict
        nobody = Reason.FACE_NONE in judged.codes  # two empty walls look the same
        if judgement.sameness and pictures.standard_key and not nobody:
            photo_id, same = case.handed_in.photo_id, judgement.sameness
            about = (photo_id, case.application_id, case.campaign_id)
            seen = alarms.Fingerprint(*about, same.picture_hash, same.face, pictures.standard_key)
            await alarms.keep_fingerprint(tx, seen)
            tx.do("look_for_duplicates", photo_id)
            if await cases.looks_refused(tx, case, same.picture_hash, SAME_PICTURE_BITS):
                judged = like_a_refused_one(judged)
        return under_review(judged, pinned.review, case.handed_in.photo_id)

    async def _judgement(self, event: PhotoQueued, pinned: Campaign) -> Judgement:
        try:
            original = await self._photos.get(event.original_key)
            prepared = await self._photos.get(event.prepared_key) if event.prepared_key else None
        except NoSuchObject:
            # Ours is the loss, not the student's: never a refusal, which a wrong bucket would give to everybody.
            log.error("original_is_gone", photo_id=str(event.photo_id))
            return CANNOT_JUDGE
        return await self._pool.judge(original, event.frame, pinned.photo, prepared)

    async def _put(self, event: PhotoQueued, judgement: Judgement) -> Pictures:
        """Write-once: named by the original and what was cut from it, so two workers on one photo write the same bytes
        twice. A prepared picture is the standard photo already."""
        frame = event.frame
        name = f"{frame.x}-{frame.y}-{frame.width}"
        if event.prepared_key:
            name += "-" + event.prepared_key.rpartition("-")[2].removesuffix(".jpg")

        async def put(stem: str, suffix: str, body: bytes | None, content_type: str) -> str | None:
            if body is None:
                return None
            key = photo_key(event.application_id, event.sha256, f"{stem}-{name}.{suffix}")
            await self._photos.put(key, body, content_type)
            return key

        report = json.dumps(judgement.report, ensure_ascii=False, sort_keys=True).encode()
        cut = None if event.prepared_key else judgement.standard_jpeg
        made = Pictures(
            *await asyncio.gather(
                put("standard", "jpg", cut, "image/jpeg"),
                put("overlay", "jpg", judgement.overlay_jpeg, "image/jpeg"),
                put("report", "json", report, "application/json"),
            )
        )
        prepared = judgement.standard_jpeg and event.prepared_key
        return replace(made, standard_key=event.prepared_key) if prepared else made


def _leave_nothing(tx: Transaction, case: Case | None, event: PhotoQueued) -> None:
    """The person was erased while the judge looked: what it has put into the store goes too."""
    if case is not None and case.erasing:
        tx.do("remove_pictures", f"{event.application_id}/{event.sha256}/")
