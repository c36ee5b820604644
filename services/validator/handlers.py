"""What does it hear? A photo is submitted, its turn comes, the judge looks; a doubt waits for a person."""

import asyncio
import json

import structlog

from services.validator import store
from services.validator.judge import Judgement
from services.validator.pool import CANNOT_JUDGE, JudgePool
from services.validator.rules import (
    JUDGE,
    Pictures,
    State,
    Verdict,
    awaits_judge,
    its_turn_has_come,
    queued_fact,
    verdict_fact,
    with_state,
    with_submitted,
    with_verdict,
)
from shared.campaign import Campaign
from shared.campaigns import newest_campaign, pinned_campaign
from shared.events import PhotoQueued, PhotoSubmitted
from shared.metrics import VERDICTS
from shared.outbox import Outbox
from shared.photos import NoSuchObject, Objects, photo_key
from shared.reasons import Reason

log = structlog.get_logger()


class Handlers:
    """Each locks the application's row and asks one rule of the whole of it."""

    def __init__(self, outbox: Outbox, photos: Objects, pool: JudgePool) -> None:
        self._outbox = outbox
        self._photos = photos
        self._pool = pool

    async def queue_photo(self, event: PhotoSubmitted) -> None:
        async with self._outbox.transaction(cause=event) as tx:
            pinned = await pinned_campaign(tx, event)
            before = await store.locked(tx, event)
            case = with_submitted(before, event)
            if case is before or not its_turn_has_come(case):
                return
            if await store.was_refused_before(tx, case):
                again = Verdict("refused", (Reason.DUP_REJECTED_IMAGE,))
                case = with_verdict(case, again, JUDGE, tx.now, Pictures())
                tx.tell(verdict_fact(case, await newest_campaign(tx, event.campaign_id) or pinned))
            else:
                case = with_state(case, State.QUEUED)
                tx.tell(queued_fact(case))
            await store.save(tx, case)
        if case.state is State.REFUSED:
            VERDICTS.labels(case.campaign_id, case.state, JUDGE).inc()

    async def judge_photo(self, event: PhotoQueued) -> None:
        async with self._outbox.transaction() as tx:
            pinned = await pinned_campaign(tx, event)
            case = await store.case_locked(tx, event.application_id)
        if case is None or not awaits_judge(case, event):
            return  # judged already, or a newer attempt has come
        judgement = await self._judgement(event, pinned)
        pictures = await self._put(event, judgement)
        async with self._outbox.transaction(cause=event) as tx:
            case = await store.case_locked(tx, event.application_id)
            if case is None or not awaits_judge(case, event):
                return
            case = with_verdict(case, judgement.verdict, JUDGE, tx.now, pictures)
            await store.save(tx, case)
            tx.tell(verdict_fact(case, await newest_campaign(tx, event.campaign_id) or pinned))
        VERDICTS.labels(case.campaign_id, case.state, JUDGE).inc()
        log.info("photo_judged", decision=case.state, codes=[code.value for code in case.codes])

    async def _judgement(self, event: PhotoQueued, pinned: Campaign) -> Judgement:
        try:
            original = await self._photos.get(event.original_key)
        except NoSuchObject:
            # Ours is the loss, not the student's: never a refusal, which a wrong bucket would give to everybody.
            log.error("original_is_gone", photo_id=str(event.photo_id))
            return CANNOT_JUDGE
        return await self._pool.judge(original, event.frame, pinned.photo)

    async def _put(self, event: PhotoQueued, judgement: Judgement) -> Pictures:
        """Write-once: named by the original and its frame, so two workers on one photo write the same bytes twice."""
        frame = f"{event.frame.x}-{event.frame.y}-{event.frame.width}"

        async def put(stem: str, suffix: str, body: bytes | None, content_type: str) -> str | None:
            if body is None:
                return None
            key = photo_key(event.application_id, event.sha256, f"{stem}-{frame}.{suffix}")
            await self._photos.put(key, body, content_type)
            return key

        report = json.dumps(judgement.report, ensure_ascii=False, sort_keys=True).encode()
        return Pictures(
            *await asyncio.gather(
                put("standard", "jpg", judgement.standard_jpeg, "image/jpeg"),
                put("overlay", "jpg", judgement.overlay_jpeg, "image/jpeg"),
                put("report", "json", report, "application/json"),
            )
        )
